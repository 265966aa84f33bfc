"""The steps of a plan, applied to a model of the world that knows nothing of the engine, reach the specs."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.engine import operations
from reconciler.model.observation import Observation
from reconciler.planning.findings import make_report
from reconciler.planning.plan import Plan
from reconciler.planning.planner import make_plan
from tests.property.test_plans import HAPPENINGS, estates, written
from tests.support.accounts import Cloud, at_noon
from tests.support.estate import ESTATE, facts_of, load_text
from tests.support.live import build
from tests.support.worlds import World


def planned(text: str, observed: dict[str, Observation], *, prune: bool = False) -> Plan:
    specs = load_text(text)
    return make_plan(specs, facts_of(specs), observed, prune=prune)


def empty(text: str) -> dict[str, Observation]:
    specs = load_text(text)
    return at_noon(operations.look(Cloud(specs).world(specs), 1))


def reached(text: str, observed: dict[str, Observation], *, prune: bool = False) -> dict[str, Observation]:
    """The world after a plan was carried out; nothing is left to do in it."""
    after = World(planned(text, observed, prune=prune), observed).carry_out()
    left = planned(text, after, prune=prune)
    assert left.changes == (), [f"{c.action.value} {c.key}: {c.reason.text} {c.fields}" for c in left.changes]
    assert not make_report(left, after).drifted
    return after


@given(estates())
def test_from_nothing(estate: dict[str, Any]) -> None:
    reached(written(estate), empty(written(estate)))


@given(estates(), estates(), st.booleans())
@settings(max_examples=40)
def test_from_any_estate_to_any_other(one: dict[str, Any], two: dict[str, Any], prune: bool) -> None:
    after = reached(written(one), empty(written(one)))
    after = reached(written(two), after, prune=prune)
    reached(written(one), after, prune=prune)


@given(HAPPENINGS)
@settings(max_examples=40)
def test_whatever_happened_to_it(since: list[dict[str, Any]]) -> None:
    cloud = build(ESTATE, "converged", since)
    for account in cloud.accounts.values():
        account.hold = True
    observed = at_noon(operations.look(cloud.world(load_text(ESTATE)), 1))
    reached(ESTATE, observed)
