"""Removal steps look again: what came into use since the plan stays, and only a look proves that a model is gone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from reconciler.engine import operations
from reconciler.model.events import Result
from reconciler.planning.changes import Action
from reconciler.planning.plan import Plan
from reconciler.providers.errors import ServiceError
from tests.support.accounts import Cloud, Fault
from tests.support.applies import Story, carry_out
from tests.support.estate import ESTATE, edited, load_text
from tests.unit.planning.test_leftovers import (
    NO_TRIAGE,
    NOTHING_KEPT,
    UNTIL,
    deploy,
    live,
    plan,
    stranger,
    triage_model,
    under_way,
)

BARE = edited(NO_TRIAGE, NOTHING_KEPT)
MODEL, FILE = "job.triage", "dataset.tickets@sweden"


def carried_out(cloud: Cloud, made: Plan) -> Story:
    return carry_out(cloud, cloud.world(load_text(BARE)), made)


def ended(story: Story, address: str) -> Result:
    return next(result for step, result in story.results.items() if step.startswith(address))


def test_everything_goes_in_its_order() -> None:
    cloud = live(ESTATE)
    story = carried_out(cloud, plan(cloud, BARE))
    assert [step.split("#")[0] for step in story.finished] == ["deployment.triage@sweden", MODEL, FILE]
    assert [r.value for r in story.results.values()].count("removed") == 1
    assert not [m for m in cloud["sweden"].model_list if m.endswith("-triage")]
    assert plan(cloud, BARE).changes == ()


def test_a_model_that_came_into_use_since_the_plan_stays_and_its_file_too() -> None:
    cloud = live(ESTATE)
    made = plan(cloud, BARE)
    deploy(cloud, "chicago", triage_model(cloud))
    story = carried_out(cloud, made)
    assert [ids for step, ids in story.codes().items() if step.startswith(MODEL)] == [["model-in-use"]]
    assert ended(story, FILE) is Result.SKIPPED
    assert triage_model(cloud)


def test_a_model_that_somebody_began_to_train_on_stays() -> None:
    cloud = live(ESTATE)
    made = plan(cloud, BARE)
    stranger(cloud, base_model=triage_model(cloud))
    assert ended(carried_out(cloud, made), MODEL) is Result.FAILED


def test_a_file_that_somebody_began_to_read_stays() -> None:
    cloud = live(ESTATE)
    made = plan(cloud, BARE)
    tickets = next(f.id for f in cloud["sweden"].file_list.values() if f.filename.startswith("tickets"))
    stranger(cloud, training_file=tickets)
    assert ended(carried_out(cloud, made), FILE) is Result.UNCHANGED
    assert tickets in cloud["sweden"].file_list


def test_what_somebody_else_has_deleted_is_as_good() -> None:
    cloud = live(ESTATE)
    made = plan(cloud, BARE)
    del cloud["sweden"].model_list[triage_model(cloud)]
    for id in [f.id for f in cloud["sweden"].file_list.values() if f.filename.startswith("tickets")]:
        del cloud["sweden"].file_list[id]
    story = carried_out(cloud, made)
    assert (ended(story, MODEL), ended(story, FILE)) == (Result.UNCHANGED, Result.UNCHANGED)


def test_a_service_that_says_yes_and_keeps_the_model_is_not_believed() -> None:
    cloud = live(ESTATE)
    made = plan(cloud, BARE)
    cloud["sweden"].delete_model = lambda id: None  # type: ignore[method-assign]
    story = carried_out(cloud, made)
    assert [ids for step, ids in story.codes().items() if step.startswith(MODEL)] == [["model-kept"]]


def test_every_copy_of_a_file_goes() -> None:
    text = edited(ESTATE, UNTIL)
    cloud = live(ESTATE)
    name = next(f.filename for f in cloud["sweden"].file_list.values() if f.filename.startswith("tickets"))
    cloud["sweden"].upload(name, ())
    made = plan(cloud, text, prune=False)
    assert [c.key.split("#")[0] for c in made.changes].count(FILE) == 1
    carry_out(cloud, cloud.world(load_text(text)), made)
    assert cloud["sweden"].file_list == {}


def test_a_run_that_has_ended_since_the_plan_is_left_as_it_is() -> None:
    cloud = under_way()
    made = plan(cloud, BARE)
    cloud["sweden"].hold = False
    cloud["sweden"].jobs()
    carried_out(cloud, made)
    assert cloud["sweden"].calls["cancel_job"] == 0


@pytest.mark.parametrize("forgets", [True, False])
def test_the_tools_own_cancel_is_not_a_persons(forgets: bool) -> None:
    """Where the service lets records go, the same specs train again; elsewhere the plan says both possibilities."""
    cloud = under_way()
    cloud["sweden"].forgets = forgets
    made = plan(cloud, BARE)
    story = carry_out(cloud, cloud.world(load_text(BARE)), made, wait=False)
    assert ended(story, MODEL) is Result.CANCELLED
    (told,) = [o.detail for o in story.outcomes if o.result is Result.CANCELLED]
    assert ("generation" in told) is not forgets
    made = operations.plan(cloud.world(load_text(ESTATE)), parallelism=1)
    assert made.by_key()[MODEL].action is (Action.TRAIN if forgets else Action.BLOCKED)
    words = " ".join(d.detail for d in made.diagnostics if d.code.id == "run-cancelled")
    assert ("prune or destroy of this tool" in words and "generation" in words) is not forgets


def test_a_model_that_the_service_refuses_keeps_its_record() -> None:
    cloud = live(ESTATE)
    jobs = dict(cloud["sweden"].job_list)
    cloud["sweden"].fail("delete_model", Fault(ServiceError("in use", status=409, code="conflict")))
    assert ended(carried_out(cloud, plan(cloud, BARE)), MODEL) is Result.FAILED
    assert cloud["sweden"].job_list == jobs


def test_a_model_is_deleted_before_the_record_of_its_run() -> None:
    cloud = live(ESTATE)
    order: list[str] = []

    def noting(name: str) -> Callable[[str], object]:
        original = getattr(cloud["sweden"], name)

        def called(id: str) -> object:
            order.append(name)
            return original(id)

        return called

    for name in ("delete_model", "forget_job"):
        setattr(cloud["sweden"], name, noting(name))
    carried_out(cloud, plan(cloud, BARE))
    assert order == ["delete_model", "forget_job"]


def test_a_record_that_will_not_go_is_told_and_no_failure() -> None:
    cloud = live(ESTATE)
    cloud["sweden"].fail("forget_job", Fault(ServiceError("no", status=403)))
    story = carried_out(cloud, plan(cloud, BARE))
    assert ended(story, MODEL) is Result.DESTROYED
    assert [w for step in story.results for w in story.waited(step) if "stays: no" in w]


def test_a_failed_removal_goes_on_with_the_next_one() -> None:
    cloud = live(ESTATE)
    cloud["sweden"].fail("delete_model", Fault(ServiceError("busy", status=500)))
    assert ended(carried_out(cloud, plan(cloud, BARE)), MODEL) is Result.FAILED
    assert set(carried_out(cloud, plan(cloud, BARE)).results.values()) == {Result.DESTROYED, Result.REMOVED}
