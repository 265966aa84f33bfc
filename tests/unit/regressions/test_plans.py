"""Defects of plans and applies that were mended, so that they stay mended."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from typing import Any

import orjson
import pytest

from reconciler.engine import operations
from reconciler.engine.executor import Executor
from reconciler.engine.pool import make_pool
from reconciler.model.address import Address
from reconciler.model.asked import WHOLE, Asked
from reconciler.model.events import Result
from reconciler.model.selection import Selection
from reconciler.planning.changes import FieldChange
from reconciler.planning.covering import covers
from reconciler.planning.drift import Cause, Drift
from reconciler.planning.plan import Plan
from reconciler.planning.planfile import to_document
from reconciler.planning.planformat import PlanDocument
from reconciler.planning.planreading import read_saved
from reconciler.planning.selecting import select
from reconciler.planning.steps import make_steps
from reconciler.providers.errors import ServiceError
from reconciler.render import plan as render_plan
from reconciler.render.text import Style
from tests.support.accounts import Cloud, Fault
from tests.support.applies import apply, context
from tests.support.estate import ESTATE, edited, load_text
from tests.support.live import build
from tests.support.plans import document

BACKWARDS = (
    "  a: {target: sweden, base_model: {job: b}, training: tickets}\n"
    "  b: {target: sweden, base_model: {job: c}, training: tickets}\n"
    "  c: {target: sweden, base_model: gpt-4.1-nano-2025-04-14, training: january}\n"
)
CHAIN = edited(ESTATE, ("jobs:\n", "jobs:\n" + BACKWARDS))


def planned(cloud: Cloud, text: str = ESTATE) -> Plan:
    return operations.plan(cloud.world(load_text(text)), parallelism=1)


def saved(plan: Plan, asked: Asked = WHOLE) -> PlanDocument:
    return document(plan, asked)


def test_what_is_for_later_puts_off_what_needs_it_whatever_the_names() -> None:
    cloud = Cloud(load_text(CHAIN))
    cloud["sweden"].hold = True
    assert apply(cloud, CHAIN, wait=False).results["job.a"] is Result.LATER


def test_a_failure_reaches_the_grandchildren_whatever_the_names() -> None:
    cloud = Cloud(load_text(CHAIN))
    cloud["sweden"].ends["january"] = deque(["failed"] * 3)
    assert apply(cloud, CHAIN).results["job.a"] is Result.SKIPPED


def test_a_saved_plan_says_what_was_asked() -> None:
    made = planned(Cloud(load_text(ESTATE)))
    asked = Asked(Selection(("job.triage",)), prune=True)
    back = saved(select(made, asked.selection), asked)
    assert (back.asked.as_asked().selection, back.asked.prune) == (asked.selection, asked.prune)
    assert covers(back, saved(select(made, back.asked.as_asked().selection))) == ()


def test_an_unmoved_plan_with_duplicate_runs_holds() -> None:
    happened = [{"run": "triage", "status": "running", "again": ["running", "running"]}]
    cloud = build(ESTATE, "converged", happened)
    cloud["sweden"].hold = True
    made = planned(cloud)
    assert covers(saved(made), saved(made)) == ()


@pytest.mark.parametrize("changes", [[{}], [1], {"a": 1}, [{"key": "job.triage", "target": "sweden"}]])
def test_a_saved_plan_of_another_shape_is_refused(changes: Any) -> None:
    shown = to_document(planned(Cloud(load_text(ESTATE))), root="specs", version="t").as_json()
    with pytest.raises(ValueError):
        read_saved(orjson.dumps(shown | {"resource_changes": changes}))


def test_a_gate_that_cannot_take_back_its_files_still_tells_the_refusal() -> None:
    cloud = Cloud(load_text(ESTATE))
    account = cloud["sweden"]
    account.fail("create_job", Fault(ServiceError("closed", status=403, code="training_not_available")))
    account.fail("delete_file", Fault(ServiceError("x", status=400)))
    shared, _ = context(cloud, ESTATE)
    shared.targets = {n: replace(t, may_refuse_training=True) for n, t in shared.targets.items()}
    outcomes = Executor(shared, make_pool(1), wait=True, shared={}).run(make_steps(planned(cloud)))
    assert "training-closed" in [d.code.id for o in outcomes for d in o.diagnostics]


def test_the_names_of_drifted_fields_are_cleaned() -> None:
    drift = Drift(Address("deployment", "a", "b"), Cause.EDITED, (FieldChange("tags.\x1b[2J", "a", "b"),))
    made = replace(planned(Cloud(load_text(ESTATE))), drift=(drift,))
    assert "\x1b" not in render_plan.render(document(made), Style(False))


def test_a_change_of_the_spec_is_named_beside_a_drift_of_the_same_field() -> None:
    cloud = build(ESTATE, "converged", [{"deployment": "support-chat@chicago", "capacity": 30}])
    (change,) = planned(cloud, edited(ESTATE, ("capacity: 20", "capacity: 40"))).changes
    assert change.reason.at is not None


def test_stripped_tags_are_no_change_of_the_spec() -> None:
    cloud = build(ESTATE, "converged", [{"deployment": "support-chat@sweden", "tags": "gone"}])
    (change,) = planned(cloud).changes
    assert change.reason.code == "tags-removed"
