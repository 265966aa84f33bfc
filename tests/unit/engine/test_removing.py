"""Removal steps look again: what came into use since the plan stays, and only a look proves that a model is gone."""

from __future__ import annotations

from reconciler.model.events import Result
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


def test_a_failed_removal_goes_on_with_the_next_one() -> None:
    cloud = live(ESTATE)
    cloud["sweden"].fail("delete_model", Fault(ServiceError("busy", status=500)))
    assert ended(carried_out(cloud, plan(cloud, BARE)), MODEL) is Result.FAILED
    assert set(carried_out(cloud, plan(cloud, BARE)).results.values()) == {Result.DESTROYED, Result.REMOVED}
