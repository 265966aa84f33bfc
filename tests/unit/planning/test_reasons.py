"""Why a run is trained: the root cause, told from what the service still shows of earlier runs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reconciler.engine import operations
from reconciler.planning.changes import Change
from tests.support.accounts import Cloud
from tests.support.estate import CHAT, ESTATE, FIRST, SECOND, SORTER, TRIAGE, edited, load_text
from tests.support.live import build

THIRD = "      - {name: 2026-03, training: tickets}\n"
LONG = edited(ESTATE, ("\njobs:\n", THIRD + "\njobs:\n"))
EPOCHS = ("hyperparameters: {n_epochs: 3}", "hyperparameters: {n_epochs: 4}")
TICKETS = "    training: tickets\n"


def changes(cloud: Cloud, text: str, contents: dict[str, str] | None = None) -> dict[str, Change]:
    made = operations.plan(cloud.world(load_text(text), contents), parallelism=1)
    return {str(c.address): c for c in made.changes}


def why(change: Change) -> str:
    return f"{change.reason.text} ({change.reason.at})"


def test_the_root_cause_goes_with_everything_that_follows() -> None:
    made = changes(build(LONG, "converged", []), edited(LONG, EPOCHS))
    retrained = "is retrained (hyperparameters.n_epochs 3 -> 4) (specs/1.yaml:29)"
    assert why(made[FIRST]) == (
        "hyperparameters.n_epochs 3 -> 4 retrains support/2026-01 and the 2 stages after it (specs/1.yaml:29)"
    )
    assert why(made[SECOND]) == f"stage 2026-01, which it starts from, {retrained}"
    assert why(made["job.support/2026-03"]).startswith("stage 2026-02, which it starts from, is retrained (hyper")
    assert why(made[CHAT]) == f"it serves stage 2026-03 of chain support, which {retrained}"
    assert TRIAGE not in made


CAUSES = [
    (("    base_model: gpt-4.1-nano-2025-04-14\n" + TICKETS, "    base_model: gpt-4.1-2025-04-14\n" + TICKETS),
     "base_model gpt-4.1-nano-2025-04-14 -> gpt-4.1-2025-04-14 retrains triage (specs/1.yaml:37)"),
    ((TICKETS, "    training: january\n"), "training tickets -> january retrains triage (specs/1.yaml:38)"),
    ((TICKETS, TICKETS + "    validation: valid\n"), "validation (none) -> valid retrains triage (specs/1.yaml:39)"),
    ((TICKETS, TICKETS + "    seed: 9\n"), "seed is 9 now; that retrains triage (specs/1.yaml:39)"),
    ((TICKETS, TICKETS + "    method: dpo\n"), "method supervised -> dpo retrains triage (specs/1.yaml:39)"),
    ((TICKETS, TICKETS + "    generation: 2\n"), "generation is 2 now; that retrains triage (specs/1.yaml:39)"),
    ((TICKETS, "    training: january\n    hyperparameters: {n_epochs: 9}\n"),
     "training tickets -> january, hyperparameters.n_epochs 3 -> 9 retrain triage (specs/1.yaml:38)"),
]  # fmt: skip


@pytest.mark.parametrize(("edit", "expected"), CAUSES)
def test_each_ingredient_is_told(edit: tuple[str, str], expected: str) -> None:
    made = changes(build(ESTATE, "converged", []), edited(ESTATE, edit))
    assert why(made[TRIAGE]) == expected


def test_a_changed_word_is_told_as_data() -> None:
    made = changes(build(ESTATE, "converged", []), ESTATE, {"tickets": "another word"})
    assert why(made[TRIAGE]) == "the rows of tickets changed; that retrains triage (specs/1.yaml:38)"


def test_what_the_service_no_longer_shows_is_not_guessed() -> None:
    """The file of the earlier run is gone, and with it the digest of its rows."""
    cloud = build(ESTATE, "converged", [{"file": "tickets@sweden", "gone": True}])
    made = changes(cloud, ESTATE, {"tickets": "another word"})
    assert why(made[TRIAGE]) == (
        "it differs from ftjob-sweden-0007 in something that the service no longer shows (specs/1.yaml:35)"
    )


def test_a_number_that_the_service_chose_is_no_difference() -> None:
    """`n_epochs: auto` came back as a number; leaving it out again is not what changed."""
    before = edited(ESTATE, (TICKETS, TICKETS + "    hyperparameters: {n_epochs: 5}\n"))
    made = changes(build(before, "converged", []), ESTATE)
    assert "no longer shows" in made[TRIAGE].reason.text


def test_the_nearest_is_the_most_alike_and_then_the_latest() -> None:
    cloud = build(ESTATE, "converged", [])
    old = next(j for j in cloud["sweden"].job_list.values() if (j.suffix or "").endswith("triage"))

    def another(name: str, age: int, **changes: Any) -> None:
        suffix = f"{(old.suffix or '')[:6]}{age:010x}-triage"
        cloud["sweden"].job_list[name] = replace(old, id=name, suffix=suffix, created_at=age, **changes)

    another("ftjob-like", 5, hyperparameters={**old.hyperparameters, "n_epochs": 8})
    another("ftjob-latest", 9, hyperparameters={"n_epochs": 8, "batch_size": 4}, seed=3)
    text = edited(ESTATE, (TICKETS, TICKETS + "    hyperparameters: {n_epochs: 9, batch_size: 4}\n    seed: 3\n"))
    assert why(changes(cloud, text)[TRIAGE]).startswith("hyperparameters.n_epochs 8 -> 9 retrains")


def test_runs_that_the_specs_still_mean_are_no_earlier_ones() -> None:
    """With one suffix for the whole chain, the stages before a new one are not what it was made from."""
    text = edited(ESTATE, ("    validation: valid\n", "    validation: valid\n    suffix: support\n"))
    longer = edited(text, ("\njobs:\n", THIRD + "\njobs:\n"))
    made = changes(build(text, "converged", []), longer)
    assert made["job.support/2026-03"].reason.text == "the stage is new"
    assert made[CHAT].reason.text == "it serves chain support, whose head is 2026-03 now, which is trained first"


def test_a_record_that_is_gone_is_said() -> None:
    cloud = build(ESTATE, "converged", [{"run": "triage", "record": "gone"}])
    made = changes(cloud, edited(ESTATE, (TICKETS, TICKETS + "    seed: 9\n")))
    assert "the record of its earlier run is gone" in made[TRIAGE].reason.text
    assert "retrained" in made[SORTER].reason.text
