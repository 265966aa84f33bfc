"""What a plan costs: each change's part, the sum of training, and hosting a month before and after."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from reconciler.datasets.facts import DatasetFacts
from reconciler.model import normal
from reconciler.model.events import Outcome, Result
from reconciler.model.money import ZERO, Amount, Cost, total
from reconciler.model.observation import Observation, ObservedDeployment
from reconciler.model.prices import Source
from reconciler.model.resource import DesiredDeployment, DesiredRun, ResourceGraph, RunRef
from reconciler.planning.changes import Action, Change
from reconciler.planning.deployments import is_owned
from reconciler.planning.hosting_cost import Hosted, hosted_live, hosting_cost
from reconciler.planning.services import Service, service_of
from reconciler.planning.training_cost import priced_run, root_model, training_cost
from reconciler.specs.estate import Specs

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
    touched = {_key(c.target, c.live) for c in done if isinstance(c.live, ObservedDeployment)}
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


class Costing:
    """The prices of one estate, asked for what is live and what changes."""

    def __init__(self, specs: Specs, observed: Mapping[str, Observation]) -> None:
        self.specs = specs
        self.observed = observed
        self.services = {name: service_of(entry.spec) for name, entry in specs.targets.items()}

    def hosting(self) -> Hosting:
        live: dict[Key, Amount] = {}
        for target, observation in self.observed.items():
            if not observation.complete and self.services[target].provider == "azure":
                live[target, ""] = Amount(unknown=frozenset({f"target {target}"}))
            for deployment in observation.deployments:
                if is_owned(deployment, self.specs.estate):
                    live[_key(target, deployment)] = self._live(target, deployment)
        used = {service.name for service in self.services.values()}
        prices = self.specs.prices
        return Hosting(prices.currency, live, tuple(s for s in prices.sources if s.service in used))

    def priced(
        self, changes: Mapping[str, Change], graph: ResourceGraph, facts: Mapping[str, DatasetFacts]
    ) -> dict[str, Change]:
        """The same changes, each with its cost where it can have one."""
        return {key: replace(c, cost=self._cost(c, graph, facts)) for key, c in changes.items()}

    def _cost(self, change: Change, graph: ResourceGraph, facts: Mapping[str, DatasetFacts]) -> Cost | None:
        service = self.services.get(change.target)
        if service is None:
            return None
        if isinstance(change.desired, DesiredRun) and (change.action.trains or change.action is Action.WAIT):
            run = priced_run(change.desired, graph, facts[change.desired.training], service)
            cost = training_cost(run, service, self.specs.prices)
            return cost if change.action.trains else Cost(rate=cost.rate)
        if change.address.kind == "deployment" and change.action.writes:
            return self._hosting_cost(change, service, graph)
        return None

    def _hosting_cost(self, change: Change, service: Service, graph: ResourceGraph) -> Cost:
        name = str(change.address)
        live = change.live if isinstance(change.live, ObservedDeployment) else None
        now = hosted_live(live, service, self.observed[change.target]) if live else None
        then = None if change.action is Action.DELETE else _then(change, now, service, graph)
        before = hosting_cost(now, self.specs.prices, name) if now else ZERO
        after = hosting_cost(then, self.specs.prices, name) if then else ZERO
        delta = ZERO if now == then else Amount(after.known - before.known, after.unknown | before.unknown)
        return Cost(before=before, after=after, delta=delta)

    def _live(self, target: str, live: ObservedDeployment) -> Amount:
        hosted = hosted_live(live, self.services[target], self.observed[target])
        return hosting_cost(hosted, self.specs.prices, f"deployment.{live.name}@{target}")


def _then(change: Change, now: Hosted | None, service: Service, graph: ResourceGraph) -> Hosted | None:
    """What the change leaves; a field that the spec does not set stays as it is."""
    desired = change.desired
    if not isinstance(desired, DesiredDeployment):
        return now
    new = now is None or any(f.field == "model" for f in change.fields)
    tuned = _tuned(desired, graph) if new else now.tuned if now else None
    return Hosted(service, normal.sku(desired.sku), desired.capacity or (now.capacity if now else None), tuned)


def _tuned(desired: DesiredDeployment, graph: ResourceGraph) -> str | None:
    model = desired.model
    return root_model(graph.runs[model.address], graph) if isinstance(model, RunRef) else None


def _key(target: str, live: ObservedDeployment) -> Key:
    return (target, live.name.lower())
