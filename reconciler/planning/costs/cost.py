"""What a plan costs: each change's part, the sum of training, and hosting a month before and after."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from reconciler.model.events import Outcome, Result
from reconciler.model.money import Amount, total
from reconciler.model.observation import ObservedDeployment
from reconciler.model.prices import Source
from reconciler.planning.changes import Change

Key = tuple[str, str]
"""A live deployment: its target, and its name in lower case."""


@dataclass(frozen=True, slots=True)
class Hosting:
    """What the estate's live deployments cost a month, one by one, and whose prices those are."""

    currency: str = "USD"
    live: Mapping[Key, Amount] = field(default_factory=dict)
    sources: tuple[Source, ...] = ()

    @property
    def total(self) -> Amount:
        return total(self.live.values())


@dataclass(frozen=True, slots=True)
class PlanCost:
    """The sums of a plan; hosting is a month's, without usage."""

    currency: str
    training: Amount
    before: Amount
    after: Amount
    delta: Amount


def plan_cost(changes: Iterable[Change], hosting: Hosting) -> PlanCost:
    """Only what is really done counts: what is blocked costs nothing, whatever it would have cost."""
    done = [c for c in changes if c.action.writes and c.cost]
    costs = [c.cost for c in done if c.cost]
    lives = [(c.target, live) for c in done for live in (c.live, c.at_once.live if c.at_once else None)]
    touched = {live_key(target, live) for target, live in lives if isinstance(live, ObservedDeployment)}
    kept = total(amount for key, amount in hosting.live.items() if key not in touched)
    return PlanCost(
        currency=hosting.currency,
        training=total(c.training for c in costs),
        before=hosting.total,
        after=kept + total(c.after for c in costs),
        delta=total(c.delta for c in costs),
    )


def spent(plan_changes: Iterable[Change], outcomes: Iterable[Outcome]) -> Amount:
    """What the runs that ended really cost, by the tokens that the services say they trained on."""
    rates = {c.key: c.cost.rate for c in plan_changes if c.cost}
    return total(_billed(o, rates.get(o.step)) for o in outcomes if o.result is Result.TRAINED)


def _billed(outcome: Outcome, rate: Decimal | None) -> Amount:
    if rate is None or outcome.trained_tokens is None:
        return Amount(unknown=frozenset({outcome.step}))
    return Amount((rate * outcome.trained_tokens).scaleb(-6))


def live_key(target: str, live: ObservedDeployment) -> Key:
    return (target, live.name.lower())
