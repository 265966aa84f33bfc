"""The laws of costs, tried on estates that nobody would think of."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from reconciler.engine import operations
from reconciler.model.asked import Asked
from reconciler.model.money import ZERO, Amount, total
from reconciler.planning.plan import Plan
from tests.property.test_plans import estates, written
from tests.support.accounts import Cloud
from tests.support.applies import apply
from tests.support.estate import load_text

AMOUNTS = st.builds(
    Amount,
    st.decimals("-1000000", "1000000", places=6),
    st.frozensets(st.sampled_from(["job.a", "job.b", "target c"])),
)


def planned(cloud: Cloud, estate: dict[str, Any], *, prune: bool = False) -> Plan:
    return operations.plan(cloud.world(load_text(written(estate))), Asked(prune=prune), 1)


@given(st.lists(AMOUNTS), st.randoms())
def test_the_order_of_a_sum_does_not_matter(amounts: list[Amount], random: Any) -> None:
    assert total(random.sample(amounts, len(amounts))) == total(amounts)


@given(estates(), estates(), st.booleans())
def test_a_plan_costs_what_its_parts_cost(one: dict[str, Any], two: dict[str, Any], prune: bool) -> None:
    cloud = Cloud(load_text(written(one)))
    apply(cloud, written(one))
    made = planned(cloud, two, prune=prune)
    parts = [c.cost for c in made.changes if c.cost and c.action.writes]
    assert made.cost.training == total(c.training for c in parts)
    assert made.cost.delta == total(c.delta for c in parts)
    assert made.cost.after.known - made.cost.before.known == made.cost.delta.known


@given(estates(), estates(), st.booleans())
def test_the_next_plan_finds_what_this_one_foretold(one: dict[str, Any], two: dict[str, Any], prune: bool) -> None:
    """Hosting after the change is hosting before the next; and a finished apply costs nothing more."""
    cloud = Cloud(load_text(written(one)))
    apply(cloud, written(one))
    story = apply(cloud, written(two), prune=prune)
    later = planned(cloud, two).cost
    assert later.before == later.after == story.plan.cost.after
    assert (later.training, later.delta) == (ZERO, ZERO)


@given(estates())
def test_names_cost_nothing(estate: dict[str, Any]) -> None:
    renamed = {
        **estate,
        "chains": {f"x-{name}": chain for name, chain in estate["chains"].items()},
        "jobs": {f"x-{name}": _on_top(job) for name, job in estate["jobs"].items()},
        "deployments": {f"x-{name}": {**d, "model": _named(d["model"])} for name, d in estate["deployments"].items()},
    }
    cloud = Cloud(load_text(written(estate)))
    before, after = planned(cloud, estate).cost, planned(cloud, renamed).cost
    assert (before.training.known, len(before.training.unknown)) == (after.training.known, len(after.training.unknown))
    assert before.after.known == after.after.known >= Decimal(0)


def _on_top(job: dict[str, Any]) -> dict[str, Any]:
    base = job["base_model"]
    return job if isinstance(base, str) else {**job, "base_model": _named(base)}


def _named(ref: dict[str, str]) -> dict[str, str]:
    return {key: f"x-{name}" if key in ("job", "chain") else name for key, name in ref.items()}
