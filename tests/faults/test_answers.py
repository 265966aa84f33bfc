"""A sample of the lives in `answers`; `python -m tests.faults --answers 10000` goes through many more."""

from __future__ import annotations

import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from reconciler.providers import reader
from tests.faults.answers import HOST, Findings, Liar, command, lying, search, started_twice
from tests.faults.lies import RAW, Lie
from tests.faults.network import NETWORKS

NO_LISTS = (
    b"{}",
    b'{"statusCode": 200, "message": "ok"}',
    b'{"object": "list", "data": null, "has_more": false}',
    b'{"object": "list", "data": null, "has_more": true}',
    b'{"data": [{"id": "ftjob-1", "status": "running", "created_at": 1}], "data": []}',
    b'{"object": "list", "data": [], "has_more": true}',
    b'{"data": "none"}',
    b'{"data": [null]}',
    b'{"data": [{"id": "ftjob-1"}]}',
    b"[]",
    b"<html>gateway</html>",
    b'{"data": [',
    b"",
)


def test_no_answer_ends_in_a_traceback_or_starts_a_run_twice(tmp_path: Path) -> None:
    found = search(range(4), tmp_path)
    assert found.mutations > 100
    assert not found.counts, found.first


def applies_without_a_list(folder: Path, answer: bytes) -> tuple[dict[str, list[str]], str]:
    """What is started twice by an apply to which the list of runs answers so, while a run is under way."""
    with lying(folder):
        liar = NETWORKS[HOST] = Liar(random.Random(1))
        command(liar, "apply --auto-approve --no-wait", folder)
        liar.instead = [Lie("GET", "/fine_tuning/jobs", answer)]
        text = command(liar, "apply --auto-approve --no-wait", folder)
        return started_twice(liar), text


@pytest.mark.parametrize("answer", NO_LISTS)
def test_a_list_that_is_none_is_no_empty_account(answer: bytes, tmp_path: Path) -> None:
    twice, text = applies_without_a_list(tmp_path, answer)
    assert not twice
    assert "answer-not-whole" in text


def test_a_decoder_that_takes_an_absence_for_an_empty_list_is_found_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lenient(page: Mapping[str, Any], key: str, what: str) -> list[Any]:
        return [item for item in page.get(key) or [] if isinstance(item, dict)]

    monkeypatch.setattr(reader, "list_of", lenient)
    assert applies_without_a_list(tmp_path, b"{}")[0]


WRITES = (
    ("POST", "/files"),
    ("POST", "/fine_tuning/jobs"),
    ("PUT", "/deployments/triage"),
)
SPOILED = {name: spoil(b'{"id": "x"}') for name, spoil in RAW.items() if name != "a byte order mark"} | {
    "a list": b"[]",
    "null": b"null",
    "an object of nothing": b"{}",
    "an id that is none": b'{"id": ["x"]}',
}


@pytest.mark.parametrize("name", SPOILED)
def test_a_write_whose_answer_cannot_be_read_is_looked_after(name: str, tmp_path: Path) -> None:
    """Each is told once, and then the truth: the same apply ends well, and nothing was done twice."""
    with lying(tmp_path):
        liar, found = Liar(random.Random(1)), Findings()
        NETWORKS[HOST] = liar
        liar.instead = [Lie(method, end, SPOILED[name], times=1) for method, end in WRITES]
        text = command(liar, "apply --auto-approve --wait", tmp_path, found)
        assert not found.counts, found.first
        assert [lie.times for lie in liar.instead] == [0] * len(WRITES), text
        assert not started_twice(liar), text
        assert "No changes" in command(liar, "plan", tmp_path), text
