"""Costs as people read them."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.planning.costs.costformat import ChangeCostPart, PlanCostPart
from reconciler.render.cost import beside, lines

NOTHING = {"amount": "0.00", "unknown": []}


def change(**cost: Any) -> ChangeCostPart:
    return ChangeCostPart.model_validate(cost)


def hosted(before: str | None, after: str | None, delta: str | None) -> ChangeCostPart:
    return change(hosting={"before": before, "after": after, "delta": delta})


@pytest.mark.parametrize(
    ("part", "shown"),
    [
        (change(training="6.1004"), "about $6.10"),
        (change(training="6.1004", at_least=True), "at least $6.10"),
        (change(training="0.001"), "under $0.01"),
        (change(training="0.00"), "$0"),
        (change(training=None, at_least=True), "cost unknown"),
        (hosted("0.00", "1241.00", "1241.00"), "$1,241 a month"),
        (hosted("0.00", "0.00", "0.00"), ""),
        (hosted("1241.00", "2482.00", "1241.00"), "+$1,241 a month"),
        (hosted("1241.00", "0.00", "-1241.00"), "-$1,241 a month"),
        (hosted("1241.00", None, None), "cost unknown"),
        (hosted(None, "1241.00", None), "$1,241 a month"),
        (hosted(None, None, "0.00"), ""),
        (None, ""),
    ],
)
def test_beside_a_change(part: ChangeCostPart | None, shown: str) -> None:
    assert beside(part, "USD") == shown


def sums(training: Any, before: Any, after: Any, delta: str | None) -> list[str]:
    hosting = {"before": before, "after": after, "delta": delta}
    data = {"currency": "USD", "training": training, "hosting": hosting, "prices": ()}
    return lines(PlanCostPart.model_validate(data, strict=False))


def amount(known: str | None, *unknown: str) -> dict[str, Any]:
    return {"amount": known, "unknown": list(unknown)}


SERVED = amount("2482.00")


@pytest.mark.parametrize(
    ("parts", "shown"),
    [
        ((NOTHING, NOTHING, NOTHING, "0.00"), []),
        (
            (amount("6.1"), SERVED, SERVED, "0.00"),
            ["Training about $6.10 once.", "Hosting $2,482 a month without usage, unchanged."],
        ),
        (
            (amount("6.1", "job.a"), SERVED, amount("1241.00"), "-1241.00"),
            [
                "Training at least $6.10 once; 1 run is not priced in full.",
                "Hosting $1,241 a month without usage, $1,241 less than now.",
            ],
        ),
        (
            (amount(None, "job.a", "job.b"), NOTHING, amount(None, "deployment.a@b", "target c"), None),
            [
                "Training cost unknown; 2 runs are not priced in full.",
                "Hosting cost unknown; 1 deployment is not priced in full; target c is not counted.",
            ],
        ),
        (
            (NOTHING, SERVED, amount("2482.00", "deployment.a@b"), None),
            ["Hosting at least $2,482 a month without usage; 1 deployment is not priced in full."],
        ),
        ((NOTHING, SERVED, NOTHING, "-2482.00"), ["Hosting $0 a month without usage, $2,482 less than now."]),
    ],
)
def test_sums(parts: tuple[Any, Any, Any, str | None], shown: list[str]) -> None:
    assert sums(*parts) == shown
