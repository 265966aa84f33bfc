"""On a look that is not whole nothing is created, retried, elected or removed, and nothing is called missing."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.answers import HOST, Liar, command, lying
from tests.faults.estate import SMALL, small
from tests.faults.lies import Lie
from tests.faults.network import NETWORKS

NO_LIST = b'{"statusCode": 200, "message": "upstream is busy"}'
GATEWAY = b'{"statusCode": 404, "message": "Resource not found"}'
LISTS = ("/fine_tuning/jobs", "/openai/files", "/openai/models", "acme-sweden/deployments", "accounts/acme-sweden")
CHANGED = SMALL.replace("n_epochs: 1}\n    retries", "n_epochs: 2}\n    retries").replace("support-chat:", "chat:")
APPLY = "apply --auto-approve --no-wait --prune"


@pytest.fixture
def moved(tmp_path: Path) -> Iterator[Liar]:
    """Everything was applied. Since then a job was edited, a deployment renamed, and another one deleted by hand."""
    with lying(tmp_path):
        liar = NETWORKS[HOST] = Liar(random.Random(1))
        command(liar, "apply --auto-approve --wait", tmp_path)
        account = next(path for path in liar.wrote if path.endswith("/deployments/triage"))
        liar.serve("DELETE", f"{account.partition(' ')[2]}?api-version=2025-09-01", {"authorization": "Bearer x"}, b"")
        liar.store.clock.advance(3_600)
        small(tmp_path, CHANGED)
        liar.wrote.clear()
        yield liar


def to_sweden(liar: Liar) -> list[str]:
    """Writes; an account that an emulator seems to lack is made there, which no service allows."""
    return [asked for asked in liar.wrote if "acme-sweden/" in asked]


def test_there_is_something_to_do(moved: Liar, tmp_path: Path) -> None:
    assert "deleted" in command(moved, "drift", tmp_path)
    text = command(moved, APPLY, tmp_path)
    assert {asked.split()[0] for asked in to_sweden(moved)} >= {"POST", "PUT", "DELETE"}, text


@pytest.mark.parametrize("end", LISTS)
@pytest.mark.parametrize(("answer", "status"), [(NO_LIST, 200), (GATEWAY, 404), (b"", 204)])
def test_nothing_is_done_where_a_list_is_none(
    end: str, answer: bytes, status: int, moved: Liar, tmp_path: Path
) -> None:
    moved.instead = [Lie("GET", end, answer, status=status)]
    for line in (APPLY, "destroy --auto-approve"):
        text = command(moved, line, tmp_path)
        assert not to_sweden(moved), text
        assert "sweden" in text
    report = command(moved, "drift", tmp_path)
    assert "deployment.triage" not in report
    assert "sweden could not be read in full" in " ".join(report.split())


@pytest.mark.parametrize("line", ["plan --prune", "plan --prune --format markdown"])
def test_what_stays_is_told_with_why(line: str, moved: Liar, tmp_path: Path) -> None:
    moved.instead = [Lie("GET", "/openai/models", NO_LIST)]
    text = command(moved, line, tmp_path)
    assert "its target could not be read in full" in text
    assert "support-chat" in text.partition("its target could not be read in full")[0 if "markdown" in line else 2]
