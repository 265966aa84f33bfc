"""The acceptance run, on the emulator: what it shows, what it leaves, when it refuses."""

from __future__ import annotations

import pytest

from tests.acceptance import probes
from tests.acceptance.__main__ import main
from tests.acceptance.life import Life
from tests.emulated.conftest import Bench

ID = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-own/providers/Microsoft.CognitiveServices"
ACCOUNT = f"{ID}/accounts/aoai-own"


def arguments(budget: str) -> list[str]:
    named = ["--account", ACCOUNT, "--region", "swedencentral", "--model", "gpt-4.1-nano-2025-04-14"]
    return [*named, "--budget", budget]


def test_the_smallest_life_shows_its_facts_and_leaves_nothing(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    status = main(arguments("1"))
    shown = capsys.readouterr()
    assert status == 0, shown.out + shown.err
    assert shown.out.count("| confirmed |") == 8
    assert "| contradicted |" not in shown.out
    assert "aoai-own" not in shown.out
    assert len(bench.creates()) == 1
    assert left(bench) == ([], [])


def left(bench: Bench) -> tuple[list[str], list[str]]:
    """Deployments, and the training files of the account."""
    served = bench.http.get(f"{ACCOUNT}/deployments", params={"api-version": "2025-09-01"}).json()["value"]
    files = bench.http.get("/accounts/aoai-own/openai/files", params={"api-version": "2024-10-21"}).json()["data"]
    return [d["name"] for d in served], [file["id"] for file in files if file["purpose"] == "fine-tune"]


def test_after_ctrl_c_too_nothing_is_left(
    bench: Bench, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    apply = probes._applied

    def stopped(life: Life, *more: str) -> bool:
        apply(life, *more)
        assert left(bench) != ([], [])
        raise KeyboardInterrupt

    monkeypatch.setattr(probes, "_applied", stopped)
    assert main(arguments("1")) == 130
    assert "Everything it made was removed." in capsys.readouterr().out
    assert left(bench) == ([], [])


def test_above_its_budget_nothing_is_begun(bench: Bench) -> None:
    assert main(arguments("0.0000001")) == 2
    assert bench.creates() == []
    assert bench.requests("POST", "/files") == []
