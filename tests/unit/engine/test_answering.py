"""The first question to a deployment: what it finds out is told, and never fails what was written."""

from __future__ import annotations

from collections import deque
from dataclasses import replace

import pytest

from reconciler.engine import operations
from reconciler.model.events import Event, Outcome, Result, StepWaiting
from reconciler.providers.base import Pace
from reconciler.providers.errors import ServiceError
from tests.support.accounts import Cloud
from tests.support.applies import Impatient, apply
from tests.support.estate import CHAT_US, ESTATE, edited, load_text

Said = tuple[dict[str, Outcome], list[str], list[str]]


def ask(*errors: ServiceError, live: bool = False, text: str = ESTATE, bound: float = 300.0) -> Said:
    """Outcomes, the names that were asked for on chicago, and what was waited for."""
    cloud = Cloud(load_text(ESTATE))
    if live:
        apply(cloud, ESTATE)
    coming, asked, waits = deque(errors), list[str](), list[str]()

    def probe(name: str) -> None:
        asked.append(name)
        if coming:
            raise coming.popleft()

    def sink(event: Event) -> None:
        if isinstance(event, StepWaiting) and "answer" in event.reason:
            waits.append(event.reason)

    world = cloud.world(load_text(text))
    chicago = world.targets["chicago"]
    asking = replace(chicago, probe=probe, pace=replace(chicago.pace, answers=bound))
    world = replace(world, targets={**world.targets, "chicago": asking})
    outcomes = operations.apply(world, operations.plan(world, parallelism=1), sink, Impatient(), parallelism=1)
    return {o.step: o for o in outcomes}, asked, waits


def not_ready() -> ServiceError:
    return ServiceError("It does not exist.", service="Azure OpenAI", status=404, code="DeploymentNotFound")


def test_one_that_answers_is_asked_once() -> None:
    outcomes, asked, waits = ask()
    assert (asked, waits, outcomes[CHAT_US].diagnostics) == (["support-chat"], [], ())


def test_one_that_is_not_ready_is_waited_for_visibly() -> None:
    outcomes, asked, waits = ask(*[not_ready() for _ in range(3)])
    assert len(asked) == 4
    assert waits[0] == "support-chat is deployed and does not answer yet, 5 min at most"
    assert (outcomes[CHAT_US].result, outcomes[CHAT_US].diagnostics) == (Result.CREATED, ())


NEVER = [
    ([not_ready() for _ in range(500)], "answer-awaited", "404 DeploymentNotFound"),
    ([ServiceError("Paused.", status=423, code="Paused")], "answer-awaited", "423 Paused"),
    ([ServiceError("No right.", status=401, code="PermissionDenied")], "answer-unasked", "401 PermissionDenied"),
    ([ServiceError("No right.", status=403)], "answer-unasked", "403"),
]


@pytest.mark.parametrize(("errors", "code", "facts"), NEVER)
def test_one_that_never_answers_is_a_warning_and_no_failure(errors: list[ServiceError], code: str, facts: str) -> None:
    outcomes, _, _ = ask(*errors, bound=3.0)
    outcome = outcomes[CHAT_US]
    assert (outcome.result, outcome.failed) == (Result.CREATED, False)
    (told,) = outcome.diagnostics
    assert (told.code.id, told.facts) == (code, facts)
    assert told.severity.value in ("warning", "notice")


@pytest.mark.parametrize("status", [400, 422, 429])
def test_a_refusal_by_the_model_is_an_answer(status: int) -> None:
    """A model that is no chat model, or takes no such parameter, is there."""
    outcomes, asked, _ = ask(ServiceError("OperationNotSupported", status=status))
    assert (len(asked), outcomes[CHAT_US].diagnostics) == (1, ())


def test_what_keeps_its_model_is_not_asked() -> None:
    _, asked, _ = ask(live=True, text=edited(ESTATE, ("capacity: 20", "capacity: 40")))
    assert asked == []


def test_a_model_that_changes_is_asked() -> None:
    _, asked, _ = ask(live=True, text=edited(ESTATE, ("{chain: support}", "{chain: support, stage: 2026-01}")))
    assert asked == ["support-chat"]


def test_the_bound_holds_for_faster_clocks() -> None:
    assert Pace().faster(100.0).answers == 5.0
