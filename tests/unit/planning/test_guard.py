"""The guard: a plan that takes away much of what is served is an error, unless it is meant."""

from __future__ import annotations

import pytest

from reconciler.engine import operations
from reconciler.model.asked import Asked
from reconciler.model.selection import Selection
from reconciler.planning.plan import Plan
from tests.support.accounts import Cloud
from tests.support.applies import apply
from tests.support.estate import ESTATE, edited, load_text

HEAD = ESTATE[: ESTATE.index("chains:")] + "deployments:\n"


def estate(count: int, capacity: int = 10, cut: int = 0, to: int = 5, more: str = "") -> str:
    """`count` deployments of a base model, the first `cut` of them with the capacity `to`."""
    one = '  d{0:02}: {{model: {{name: gpt-4.1, version: "2025-04-14"}}, sku: Standard, capacity: {1}{2}, targets: {{sweden: {{}}}}}}\n'  # noqa: E501
    return HEAD + "".join(one.format(n, to if n < cut else capacity, more) for n in range(count))


def planned(before: str, after: str, *, prune: bool = False, allow: bool = False, select: str = "") -> Plan:
    cloud = Cloud(load_text(before))
    apply(cloud, before)
    world = cloud.world(load_text(after))
    limits = Selection((select,) if select else ())
    return operations.plan(world, Asked(limits, prune=prune, allow_large_change=allow), 1)


CASES = [
    (estate(10), estate(7), True, False, "3 of 10 are not more than 30 %"),
    (estate(10), estate(6), True, True, "4 of 10 are"),
    (estate(9), estate(1), True, False, "fewer than ten can be read"),
    (estate(10), estate(1), False, False, "orphans stay without --prune"),
    (estate(10), estate(10, cut=4), False, True, "cuts of capacity count"),
    (estate(10), estate(10, cut=4, to=11), False, False, "more capacity takes nothing away"),
    (estate(10), estate(8, cut=2), True, True, "deletes and cuts add up"),
    (estate(10), estate(11, more=", tags: {team: x}"), False, False, "other changes take nothing away"),
]


@pytest.mark.parametrize(("before", "after", "prune", "refused", "why"), CASES, ids=[c[-1] for c in CASES])
def test_what_is_too_much(before: str, after: str, prune: bool, refused: bool, why: str) -> None:
    made = planned(before, after, prune=prune)
    assert made.refused is refused, why
    assert made.failed is refused
    assert ("large-change" in {d.code.id for d in made.diagnostics}) is refused


def test_recreates_count() -> None:
    before = estate(10, more=", strategy: recreate")
    after = edited(before, ("name: gpt-4.1,", "name: gpt-4.1-mini,"))
    assert planned(before, after).refused


def test_it_can_be_meant() -> None:
    assert not planned(estate(10), estate(1), prune=True, allow=True).refused


def test_only_what_is_selected_counts() -> None:
    made = planned(estate(12), estate(12, cut=12), select="deployment.d0[0-2]@sweden")
    assert len(made.changes) == 3
    assert not made.refused


def test_it_says_how_much() -> None:
    made = planned(estate(12), estate(12, cut=6))
    (problem,) = (d for d in made.diagnostics if d.code.id == "large-change")
    assert "6 of 12 deployments (50 %, above 30 %)" in problem.detail
    assert "--allow-large-change" in problem.detail
