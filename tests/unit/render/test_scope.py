"""Sentences about everything name what was looked at."""

from __future__ import annotations

import pytest

from reconciler.planning.costs.costformat import AmountPart
from reconciler.planning.scopeformat import LeftPart, ScopePart
from reconciler.render.drift import summary
from reconciler.render.scope import limits, names, nothing


def seen(**facts: object) -> ScopePart:
    return ScopePart.model_validate({"whole": False, "runs": 2, "deployments": 1, "targets": ("states",), **facts})


NOTHING: list[tuple[ScopePart, str]] = [
    (
        seen(target=("states",), runs=0),
        "No changes among the 1 deployment on states (--target states); the rest was left out.",
    ),
    (
        seen(select=("job.*", "deployment.x@y"), targets=("a", "b", "c")),
        "No changes among the 2 runs and 1 deployment on 3 targets (--select job.* --select deployment.x@y); "
        "the rest was left out.",
    ),
    (
        seen(select=("dataset.x",), runs=0, deployments=0, targets=()),
        "No changes in what was selected (--select dataset.x); the rest was left out.",
    ),
    (
        seen(unread=("nordic",)),
        "No changes among the 2 runs and 1 deployment on states; nordic could not be read in full.",
    ),
    (
        seen(runs=0, deployments=0, targets=(), unread=("a", "b")),
        "No changes in what was looked at; a and b could not be read in full.",
    ),
    (
        seen(target=("states",), unread=("nordic",)),
        "No changes among the 2 runs and 1 deployment on states (--target states); the rest was left out and nordic "
        "could not be read in full.",
    ),
    (
        seen(target=tuple("abcdefgh")),
        "No changes among the 2 runs and 1 deployment on states (--target a --target b --target c and 5 more); the "
        "rest was left out.",
    ),
]


@pytest.mark.parametrize(("scope", "sentence"), NOTHING)
def test_nothing_is_said_of_what_was_looked_at(scope: ScopePart, sentence: str) -> None:
    assert nothing("No changes", scope) == sentence


LIMITS: list[tuple[ScopePart, str]] = [
    (seen(whole=True), ""),
    (seen(unread=("nordic",)), "There may be more: nordic could not be read in full."),
    (
        seen(target=("states",)),
        "Limited to the 2 runs and 1 deployment on states (--target states); the rest was left out.",
    ),
    (
        seen(select=("x",), runs=0, deployments=0),
        "Limited to what was selected (--select x); the rest was left out.",
    ),
]


@pytest.mark.parametrize(("scope", "sentence"), LIMITS)
def test_what_was_found_says_where(scope: ScopePart, sentence: str) -> None:
    assert limits(scope) == sentence


def test_many_names_are_counted() -> None:
    assert names(("a",)) == "a"
    assert names(("a", "b", "c", "d")) == "a, b, c and d"
    assert names(tuple("abcdefgh")) == "a, b, c and 5 more"


DRIFT: list[tuple[ScopePart, dict[str, int], bool, list[str]]] = [
    (
        seen(whole=True),
        {},
        True,
        ["No drift. The specs want 2 runs and 1 deployment; nothing was changed behind them."],
    ),
    (seen(whole=True), {}, False, ["No drift found, but not everything could be read."]),
    (seen(whole=True), {"deployment": 1}, True, ["Drift: 1 of 1 deployment."]),
    (
        seen(whole=True),
        {"deployment": 1},
        False,
        ["Drift: 1 deployment.", "Not everything could be read: there may be more."],
    ),
    (
        seen(target=("states",)),
        {"run": 1},
        True,
        [
            "Drift: 1 of 2 runs.",
            "Limited to the 2 runs and 1 deployment on states (--target states); the rest was left out.",
        ],
    ),
]


@pytest.mark.parametrize(("scope", "drifted", "complete", "sentences"), DRIFT)
def test_a_drift_report_counts_what_was_looked_at(
    scope: ScopePart, drifted: dict[str, int], complete: bool, sentences: list[str]
) -> None:
    assert summary(scope, drifted, complete=complete) == sentences


def left(*targets: str) -> tuple[LeftPart, ...]:
    monthly = AmountPart(amount=None, unknown=())
    return tuple(LeftPart(target=t, account=t, deployments=(), monthly=monthly) for t in targets)


def test_what_left_the_specs_is_named() -> None:
    told = nothing("No changes", seen(left=left("states")))
    assert told.endswith("1 deployment on states; states left the specs and was not looked at.")
    assert limits(seen(left=left("a", "b"), unread=("c",))) == (
        "There may be more: c could not be read in full and a and b left the specs and were not looked at."
    )
