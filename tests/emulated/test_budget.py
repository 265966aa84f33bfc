"""The budget on the command line: over it nothing is written, unless the operator says so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.emulated.conftest import Bench

ESTATE = "specs/estate.yaml"


@pytest.fixture
def tight(bench: Bench) -> Bench:
    """The classifier alone, under a budget that its training, $0.13, goes over."""
    (bench.folder / "specs/support.yaml").unlink()
    bench.edit(ESTATE, "estate: secondlap\n", "estate: secondlap\nbudget: {training: 0.10, hosting: 5000}\n")
    return bench


def saved(bench: Bench, *arguments: str) -> tuple[str, int]:
    file = str(bench.folder / "plan.json")
    return file, bench.run("plan", "--out", file, *arguments).status


def test_over_it_nothing_is_begun(tight: Bench) -> None:
    planned = tight.run("plan", "--no-color")
    assert planned.status == 1
    assert "[budget-exceeded]" in planned.err
    assert "specs/estate.yaml:6:20" in planned.err
    applied = tight.apply()
    assert applied.status == 1
    assert "[budget-exceeded]" in applied.err
    assert not tight.creates()
    assert not [r for r in tight.requests("POST") if r["path"].endswith("/files")]


def test_the_operator_may_go_over_it(tight: Bench) -> None:
    applied = tight.apply("--allow-over-budget")
    assert applied.status == 0, applied.err
    assert "[budget-passed]" in applied.err
    assert len(tight.creates()) == 1
    tokens = tight.jobs()[0]["trained_tokens"]
    assert f"Trained on {tokens:,} tokens for about $0.1" in applied.out, "what was really billed"
    assert "\n\nHosting $2,482 a month without usage.\n" in tight.run("status").out


def test_a_saved_plan_says_that_it_may(tight: Bench) -> None:
    file, status = saved(tight, "--allow-over-budget")
    assert status == 0
    asked = json.loads(Path(file).read_text())["asked"]
    assert [key for key, value in asked.items() if value] == ["allow_over_budget"], "and nothing else"
    assert tight.apply(file).status == 0
    assert len(tight.creates()) == 1


def test_a_saved_plan_is_held_to_the_budget_of_its_apply(tight: Bench) -> None:
    tight.edit(ESTATE, "0.10", "1")
    file, status = saved(tight)
    assert status == 0
    tight.edit(ESTATE, "training: 1", "training: 0.05")
    refused = tight.apply(file)
    assert refused.status == 1
    assert "[budget-exceeded]" in refused.err
    assert not tight.creates()
    assert tight.apply(file, "--allow-over-budget").status == 0


def test_what_is_live_may_stay_over_it(tight: Bench) -> None:
    assert tight.apply("--allow-over-budget").status == 0
    tight.edit(ESTATE, "hosting: 5000", "hosting: 1000")
    unchanged = tight.run("plan", "--detailed-exitcode")
    assert unchanged.status == 0, "nobody raises it"
    assert "[budget-passed]" in unchanged.err
    tight.edit("specs/triage.yaml", "      chicago: {capacity: 10}", "      #")
    assert tight.apply("--prune").status == 0, "the way back is open"
    tight.edit("specs/triage.yaml", "      #", "      chicago: {capacity: 10}")
    assert tight.run("plan").status == 1, "and the way out again is not"
