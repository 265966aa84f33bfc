"""The executor: order, side by side but not in one account, failures that stop only what needs them, stopping."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import Any

import pytest

from reconciler.engine import operations
from reconciler.engine.context import Stop
from reconciler.engine.operations import converged
from reconciler.model.events import Event, Result, StepFinished, StepStarted, StepWaiting
from reconciler.providers.errors import ServiceError
from tests.support.accounts import Cloud, Fault
from tests.support.applies import Impatient, Story, apply, left_to_do
from tests.support.estate import CHAT, CHAT_US, ESTATE, FIRST, SECOND, SORTER, TRIAGE, edited, load_text

REFUSED = ServiceError("no", status=400, code="BadRequest")


def cloud() -> Cloud:
    return Cloud(load_text(ESTATE))


def before(story: Story, one: str, other: str) -> bool:
    return story.finished.index(one) < story.started.index(other)


@pytest.mark.parametrize("parallelism", [1, 8])
def test_what_is_needed_comes_first(parallelism: int) -> None:
    story = apply(cloud(), ESTATE, parallelism=parallelism)
    for one, other in [
        ("dataset.january@sweden", FIRST),
        ("dataset.valid@sweden", FIRST),
        (FIRST, SECOND),
        ("dataset.february@sweden", SECOND),
        (SECOND, CHAT),
        (SECOND, CHAT_US),
        (TRIAGE, SORTER),
    ]:
        assert before(story, one, other), (one, other)


def test_everything_is_done_and_told_once() -> None:
    live = cloud()
    story = apply(live, ESTATE)
    assert sorted(story.started) == sorted(story.finished) == sorted(story.results)
    assert converged(story.plan, story.outcomes, wait=True)
    assert left_to_do(live, ESTATE) == []
    assert apply(live, ESTATE).outcomes == ()


def test_one_write_at_a_time_in_an_account_and_several_across_accounts() -> None:
    """Azure answers 409 to two control-plane writes in one account."""
    live = cloud()
    busy: dict[str, int] = {"sweden": 0, "chicago": 0}
    most = {"sweden": 0, "chicago": 0, "both": 0}
    lock = threading.Lock()

    def slow(name: str) -> Any:
        put = live[name].arm.put

        def put_slowly(deployment: str, body: dict[str, Any]) -> None:
            with lock:
                busy[name] += 1
                most[name] = max(most[name], busy[name])
                most["both"] = max(most["both"], sum(busy.values()))
            time.sleep(0.05)
            put(deployment, body)
            with lock:
                busy[name] -= 1

        return put_slowly

    for name in busy:
        live[name].arm.put = slow(name)  # type: ignore[method-assign]
    apply(live, ESTATE, parallelism=8)
    assert most == {"sweden": 1, "chicago": 1, "both": 2}


def test_a_failed_upload_stops_only_what_needs_it() -> None:
    live = cloud()
    live["sweden"].fail("upload", Fault(REFUSED))  # the first in the plan: february
    story = apply(live, ESTATE)
    assert story.results == {
        "dataset.february@sweden": Result.FAILED,
        "dataset.january@sweden": Result.UPLOADED,
        "dataset.tickets@sweden": Result.UPLOADED,
        "dataset.valid@sweden": Result.UPLOADED,
        FIRST: Result.TRAINED,
        SECOND: Result.SKIPPED,
        TRIAGE: Result.TRAINED,
        CHAT: Result.SKIPPED,
        CHAT_US: Result.SKIPPED,
        SORTER: Result.CREATED,
    }
    assert not converged(story.plan, story.outcomes, wait=True)
    assert apply(live, ESTATE).results[CHAT_US] is Result.CREATED, "the next apply goes on from there"


def test_a_failed_run_stops_only_what_needs_it() -> None:
    live = cloud()
    live["sweden"].ends["january"] = deque(["failed"])
    story = apply(live, ESTATE)
    failed = {step for step, result in story.results.items() if result is not Result.UPLOADED} - {TRIAGE, SORTER}
    assert {story.results[FIRST], *(story.results[s] for s in failed - {FIRST})} == {Result.FAILED, Result.SKIPPED}
    assert story.results[SORTER] is Result.CREATED
    assert story.codes() == {FIRST: ["run-failed"]}


def test_a_failed_run_with_retries_is_tried_again_in_the_same_apply() -> None:
    text = edited(ESTATE, ("training: tickets", "training: tickets\n    retries: 2"))
    live = cloud()
    live["sweden"].ends["tickets"] = deque(["failed", "failed"])
    story = apply(live, text)
    assert (story.results[TRIAGE], live["sweden"].calls["create_job"]) == (Result.TRAINED, 5)


def test_no_more_attempts_than_the_spec_allows() -> None:
    text = edited(ESTATE, ("training: tickets", "training: tickets\n    retries: 1"))
    live = cloud()
    live["sweden"].ends["tickets"] = deque(["failed"] * 9)
    assert apply(live, text).results[TRIAGE] is Result.FAILED
    attempts = live["sweden"].calls["create_job"]
    assert attempts == 4
    apply(live, text)
    assert live["sweden"].calls["create_job"] == attempts, "attempts are counted live, over all applies"


def test_a_run_that_somebody_cancels_is_not_tried_again() -> None:
    text = edited(ESTATE, ("training: tickets", "training: tickets\n    retries: 5"))
    live = cloud()
    live["sweden"].ends["tickets"] = deque(["cancelled"])
    story = apply(live, text)
    assert (story.results[TRIAGE], story.codes()[TRIAGE]) == (Result.FAILED, ["run-cancelled"])


def test_without_waiting_runs_are_submitted_and_the_rest_is_for_later() -> None:
    live = cloud()
    live["sweden"].hold = True
    story = apply(live, ESTATE, wait=False)
    assert {step: story.results[step] for step in (FIRST, TRIAGE, SECOND, CHAT, CHAT_US, SORTER)} == {
        FIRST: Result.SUBMITTED,
        TRIAGE: Result.SUBMITTED,
        SECOND: Result.LATER,
        CHAT: Result.LATER,
        CHAT_US: Result.LATER,
        SORTER: Result.LATER,
    }
    assert converged(story.plan, story.outcomes, wait=False)
    assert not converged(story.plan, story.outcomes, wait=True)


def test_applies_without_waiting_get_there_in_the_end() -> None:
    """A scheduled apply: each goes on from what is live, and no run is paid twice."""
    live = cloud()
    for _ in range(6):
        apply(live, ESTATE, wait=False)
    assert left_to_do(live, ESTATE) == []
    assert live["sweden"].calls["create_job"] == 3


def test_a_paused_run_is_told_and_the_apply_ends() -> None:
    live = cloud()
    live["sweden"].ends["tickets"] = deque(["paused"])
    story = apply(live, ESTATE)
    assert story.results[TRIAGE] is Result.PAUSED
    assert story.results[CHAT] is Result.CREATED
    assert not converged(story.plan, story.outcomes, wait=True)


def test_a_lost_mark_cancels_the_run_and_nothing_more_is_trained_there() -> None:
    """An unrecognisable run would be paid for again by every apply."""
    live = cloud()
    live["sweden"].loses_marks = True
    live["sweden"].hold = True
    story = apply(live, ESTATE)
    assert [j.status for j in live["sweden"].job_list.values()] == ["cancelled"]
    assert story.codes() == {FIRST: ["mark-lost"], TRIAGE: ["mark-lost"]}


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (409, "RequestConflict"),
        (200, "RequestConflict"),
        (400, "AccountProvisioningStateInvalid"),
        (412, "IfMatchPreconditionFailed"),
    ],
)
def test_somebody_else_keeps_the_account_busy(status: int, code: str) -> None:
    """A conflict by any of its names is waiting, not failure; 200 is the end of an operation that began well."""
    live = cloud()
    conflicts = deque([ServiceError("busy", status=status, code=code)] * 5)
    live["chicago"].arm.refuse = lambda method, name: conflicts.popleft() if conflicts else None
    story = apply(live, ESTATE)
    assert story.results[CHAT_US] is Result.CREATED
    assert "chicago is busy with another operation; try 5 of 60, 30 min at most" in story.waited(CHAT_US)


def test_a_deployment_that_came_into_being_since_the_plan_is_left_alone() -> None:
    live = cloud()
    world = live.world(load_text(ESTATE))
    made = operations.plan(world, parallelism=1)
    live["chicago"].arm.put(
        "support-chat", {"properties": {"model": {"name": "gpt-4.1"}}, "tags": {}, "sku": {"name": "Standard"}}
    )
    foreign = dict(live["chicago"].arm.raw["support-chat"])
    outcomes = operations.apply(world, made, lambda _: None, Impatient(), parallelism=1)
    codes = {o.step: [d.code.id for d in o.diagnostics] for o in outcomes if o.failed}
    assert codes == {CHAT_US: ["name-clash"]}
    assert live["chicago"].arm.raw["support-chat"] == foreign


def test_a_service_that_says_yes_and_changes_nothing_is_found_out() -> None:
    live = cloud()
    apply(live, ESTATE)
    live["chicago"].arm.begin_update = lambda *_, **__: _Done()  # type: ignore[method-assign, assignment]
    story = apply(live, edited(ESTATE, ("capacity: 20", "capacity: 40")))
    assert story.codes() == {CHAT_US: ["service-unchanged"]}


class _Done:
    def result(self) -> None:
        return None


@pytest.mark.parametrize("parallelism", [1, 4])
def test_stopping_leaves_nothing_out_of_the_account(parallelism: int) -> None:
    """Stopped while the first runs are sent: they go on, nothing new begins, and everything has an outcome."""
    live = cloud()
    live["sweden"].hold = True
    stop = Stop()
    events: list[Event] = []

    def sink(event: Event) -> None:
        events.append(event)
        if {FIRST, TRIAGE} <= {e.step for e in events if isinstance(e, StepStarted)}:
            stop.set()

    world = live.world(load_text(ESTATE))
    made = operations.plan(world, parallelism=1)
    outcomes = operations.apply(world, made, sink, stop, parallelism=parallelism)
    results = {o.step: o.result for o in outcomes}
    assert set(results) == {c.key for c in made.changes}
    assert {results[CHAT], results[CHAT_US], results[SORTER], results[SECOND]} == {Result.LATER}
    assert results[FIRST] is results[TRIAGE] is Result.UNDER_WAY
    assert len([e for e in events if isinstance(e, StepFinished)]) == len(results)
    assert live["sweden"].calls["cancel_job"] == 0, "stopping never stops the training"
    live["sweden"].hold = False
    apply(live, ESTATE)
    assert (left_to_do(live, ESTATE), live["sweden"].calls["create_job"]) == ([], 3)


def test_a_timeout_while_waiting_ends_the_apply_soon() -> None:
    live = cloud()
    live["sweden"].hold = True
    stop = Stop()
    threading.Timer(0.1, stop.set).start()
    begun = time.monotonic()
    story = apply(live, ESTATE, stop=stop)
    assert time.monotonic() - begun < 3.0
    assert story.results[TRIAGE] is Result.UNDER_WAY


def test_a_list_that_cannot_be_read_is_only_a_look_missed() -> None:
    live = cloud()
    live["sweden"].hold = True
    apply(live, ESTATE, wait=False)
    world = live.world(load_text(ESTATE))
    made = operations.plan(world, parallelism=1)
    live["sweden"].hold = False
    live["sweden"].fail("jobs", Fault(ServiceError("down", status=503)))
    events: list[Event] = []
    outcomes = operations.apply(world, made, events.append, Impatient(), parallelism=1)
    told = [e.reason for e in events if isinstance(e, StepWaiting) and e.step == TRIAGE]
    assert told == ["sweden does not answer: down"]
    assert {o.step: o.result for o in outcomes}[TRIAGE] is Result.TRAINED


def test_shared_runs_are_trained_once_and_served_under_both_names() -> None:
    text = edited(
        ESTATE,
        (
            "  triage:\n    target: sweden\n    base_model: gpt-4.1-nano-2025-04-14\n    training: tickets\n",
            "  triage: &t\n    target: sweden\n    base_model: gpt-4.1-nano-2025-04-14\n    training: tickets\n"
            "  copy: *t\n",
        ),
        ("model: {job: triage}", "model: {job: copy}"),
    )
    live = cloud()
    story = apply(live, text)
    assert live["sweden"].calls["create_job"] == 3
    assert story.results[SORTER] is Result.CREATED
    assert left_to_do(live, text) == []
