"""`--select` and `--target`: they limit writes, and bring along what the selected needs."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.engine import operations
from reconciler.model.selection import Selection
from reconciler.planning.changes import Action
from reconciler.planning.plan import Plan
from reconciler.planning.selecting import select
from tests.support.accounts import Cloud
from tests.support.estate import CHAT, CHAT_US, ESTATE, FIRST, SECOND, SORTER, TRIAGE, load_text
from tests.support.live import build

CHAIN = ["dataset.february", "dataset.january", "dataset.valid", FIRST, SECOND]
JOB = ["dataset.tickets", TRIAGE]


def first_plan() -> Plan:
    return operations.plan(Cloud(load_text(ESTATE)).world(load_text(ESTATE)), parallelism=1)


SELECTIONS = [
    (Selection(), [*CHAIN, *JOB, CHAT, CHAT_US, SORTER], "no limit"),
    (Selection((CHAT_US,)), [*CHAIN, CHAT_US], "a deployment, and the whole way to it"),
    (Selection((SECOND,)), CHAIN, "a stage, and its parent"),
    (Selection((FIRST,)), ["dataset.january", "dataset.valid", FIRST], "the first stage alone"),
    (Selection(("deployment.*@sweden",)), [*CHAIN, *JOB, CHAT, SORTER], "a glob"),
    (Selection(("job.support/*", TRIAGE)), [*CHAIN, *JOB], "several"),
    (Selection(("dataset.tickets",)), ["dataset.tickets"], "a dataset"),
    (Selection((), ("sweden",)), [*CHAIN, *JOB, CHAT, SORTER], "a target"),
    (Selection(("deployment.*",), ("sweden",)), [*CHAIN, *JOB, CHAT, SORTER], "both"),
    (Selection(("job.none",)), [], "nothing"),
]


@pytest.mark.parametrize(("selection", "expected", "why"), SELECTIONS)
def test_selections(selection: Selection, expected: list[str], why: str) -> None:
    made = select(first_plan(), selection)
    assert sorted(str(c.address) for c in made.changes) == sorted(expected), why


def test_what_needs_something_on_a_target_that_is_left_out_is_blocked_and_says_so() -> None:
    (change,) = select(first_plan(), Selection((), ("chicago",))).changes
    assert (str(change.address), change.action) == (CHAT_US, Action.BLOCKED)
    assert SECOND in change.reason.text


def test_problems_of_what_is_left_out_are_not_told_and_those_of_targets_are() -> None:
    since: list[dict[str, Any]] = [{"run": "triage", "status": "failed"}, {"target": "chicago", "unreadable": True}]
    cloud = build(ESTATE, "converged", since)
    made = operations.plan(cloud.world(load_text(ESTATE)), parallelism=1)
    assert {d.code.id for d in made.diagnostics} >= {"run-failed", "target-unreachable"}
    left = select(made, Selection(("job.support/*",)))
    assert [d.code.id for d in left.diagnostics] == ["target-unreachable"]


def test_drift_of_what_is_left_out_is_not_told() -> None:
    since = [{"deployment": "triage@sweden", "capacity": 3}, {"deployment": "support-chat@chicago", "capacity": 3}]
    made = operations.plan(build(ESTATE, "converged", since).world(load_text(ESTATE)), parallelism=1)
    assert [str(d.address) for d in select(made, Selection((SORTER,))).drift] == [SORTER]
