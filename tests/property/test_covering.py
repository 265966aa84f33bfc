"""The law of approvals, on estates that nobody would think of: a plan covers itself and every prefix of its apply."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.engine import operations
from reconciler.model.events import Event, StepFinished, StepStarted
from reconciler.planning.covering import covers
from reconciler.planning.planformat import PlanDocument
from tests.property.test_plans import estates, written
from tests.support import plans
from tests.support.accounts import Cloud
from tests.support.applies import Impatient, apply
from tests.support.estate import load_text


class Killed(BaseException):
    """The process is gone: nothing catches this."""


def planned(cloud: Cloud, text: str) -> PlanDocument:
    return plans.document(operations.plan(cloud.world(load_text(text)), parallelism=1))


def killed(cloud: Cloud, text: str, after: int, *, wait: bool) -> None:
    """An apply that ends when it has told of `after` steps that begin or end."""
    world = cloud.world(load_text(text))
    left = [after]

    def sink(event: Event) -> None:
        if isinstance(event, StepStarted | StepFinished):
            left[0] -= 1
            if left[0] < 0:
                raise Killed

    made = operations.plan(world, parallelism=1)
    with suppress(Killed):
        operations.apply(world, made, sink, Impatient(), wait=wait, parallelism=1)


@given(estates(), st.booleans(), st.integers(0, 12))
@settings(deadline=None)
def test_every_prefix_of_an_apply_is_covered(estate: dict[str, Any], wait: bool, after: int) -> None:
    text = written(estate)
    cloud = Cloud(load_text(text))
    plan = planned(cloud, text)
    assert covers(plan, plan) == ()
    killed(cloud, text, after, wait=wait)
    assert covers(plan, planned(cloud, text)) == ()


@given(estates(), estates(), st.integers(0, 12))
@settings(deadline=None)
def test_every_prefix_of_a_change_is_covered(old: dict[str, Any], new: dict[str, Any], after: int) -> None:
    """From one estate to another, and every step between them."""
    before, text = written(old), written(new)
    cloud = Cloud(load_text(before))
    apply(cloud, before)
    plan = planned(cloud, text)
    killed(cloud, text, after, wait=True)
    assert covers(plan, planned(cloud, text)) == ()


@given(estates(), estates())
@settings(deadline=None)
def test_a_plan_covers_only_what_it_shows(one: dict[str, Any], two: dict[str, Any]) -> None:
    """Whatever another estate would write and this plan does not show, as a change or in a value, is told."""
    shown, other = (planned(Cloud(load_text(written(e))), written(e)) for e in (one, two))
    left = {d.key for d in covers(shown, other)}
    ours = {c.key: c for c in shown.resource_changes}
    for change in other.writing:
        same = change.key in ours and ours[change.key].change == change.change
        assert same != (change.key in left)
