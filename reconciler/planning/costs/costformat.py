"""Costs in the JSON plan. Amounts are decimal texts, so that no reader rounds them; null is unknown."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field

from reconciler.model.money import Amount, Cost
from reconciler.planning.changes import Change
from reconciler.planning.costs.cost import Hosting, PlanCost
from reconciler.planning.part import Part

Money = Annotated[str, Field(pattern=r"^-?[0-9]{1,18}(\.[0-9]{1,18})?$")]


class AmountPart(Part):
    """What is known of a sum, and what is missing in it."""

    amount: Money | None = Field(description="What is known; null where nothing is.")
    unknown: tuple[str, ...] = Field(description="What could not be priced, or not in full.")

    def as_amount(self) -> Amount:
        return Amount(Decimal(self.amount or 0), frozenset(self.unknown))


class ChangeHostingPart(Part):
    """Of one deployment, a month."""

    before: Money | None
    after: Money | None
    delta: Money | None = Field(description="Also known where both have the same unknown price: then it is 0.")


class ChangeCostPart(Part):
    """What one change costs: a run once, a deployment a month."""

    training: Money | None = None
    at_least: bool = Field(False, description="Whether the run costs more than `training`, by how much is unknown.")
    basis: str = Field("", description="What was multiplied.")
    gap: str = Field("", description="Why the amount is unknown, or not the whole.")
    hosting: ChangeHostingPart | None = None


class HostingPart(Part):
    """Of all deployments of the estate, a month of 730 hours, without usage."""

    before: AmountPart
    after: AmountPart
    delta: Money | None


class PricesPart(Part):
    """Where the prices of one service come from."""

    service: str
    as_of: str
    source: str


class PlanCostPart(Part):
    """The sums of a plan."""

    currency: str = Field(pattern=r"^[A-Z]{3}$", description="ISO 4217.")
    training: AmountPart = Field(description="Once, for the runs that the plan trains.")
    hosting: HostingPart
    prices: tuple[PricesPart, ...]


def change_cost(change: Change) -> ChangeCostPart | None:
    """The `cost` of one change; None where it has none, or is not made."""
    if change.cost is None or not change.action.writes:
        return None
    return _training(change.cost) if change.action.trains else ChangeCostPart(hosting=_hosting(change.cost))


def _training(cost: Cost) -> ChangeCostPart:
    more: dict[str, Any] = {key: text for key, text in (("basis", cost.basis), ("gap", cost.gap)) if text}
    return ChangeCostPart(training=_money(cost.training), at_least=not cost.training.exact, **more)


def _hosting(cost: Cost) -> ChangeHostingPart:
    return ChangeHostingPart(before=_money(cost.before), after=_money(cost.after), delta=_difference(cost.delta))


def plan_costs(cost: PlanCost, hosting: Hosting) -> PlanCostPart:
    """The top-level `cost`."""
    return PlanCostPart(
        currency=cost.currency,
        training=amount_part(cost.training),
        hosting=HostingPart(
            before=amount_part(cost.before), after=amount_part(cost.after), delta=_difference(cost.delta)
        ),
        prices=tuple(PricesPart(service=s.service, as_of=s.as_of, source=s.page) for s in hosting.sources),
    )


def amount_part(value: Amount) -> AmountPart:
    """One amount, as it is written."""
    return AmountPart(amount=_money(value), unknown=tuple(sorted(value.unknown)))


def _difference(value: Amount) -> str | None:
    return _money(value) if value.exact else None


def _money(value: Amount) -> str | None:
    """All digits that matter, cents at least."""
    if not value.exact and not value.known:
        return None
    cents = value.known.quantize(Decimal("0.01"))
    return f"{cents if cents == value.known else value.known.normalize():f}"
