"""The prices of one estate, applied to what is live and to what changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from reconciler.datasets.facts import DatasetFacts
from reconciler.model import normal
from reconciler.model.money import ZERO, Amount, Cost
from reconciler.model.observation import Observation, ObservedDeployment
from reconciler.model.resource import DesiredDeployment, DesiredRun, ResourceGraph, RunRef
from reconciler.planning.changes import Action, Change, beside, only_at_once
from reconciler.planning.costs.cost import Hosting, Key, live_key
from reconciler.planning.costs.hosting import Hosted, hosted_live, hosting_cost
from reconciler.planning.costs.services import Service, service_of
from reconciler.planning.costs.training import priced_run, root_models, training_cost
from reconciler.planning.deployments import is_owned
from reconciler.specs.estate import Specs


class Costing:
    """Whatever has no known price stays unknown, under its name."""

    def __init__(
        self,
        specs: Specs,
        graph: ResourceGraph,
        facts: Mapping[str, DatasetFacts],
        observed: Mapping[str, Observation],
    ) -> None:
        self.specs = specs
        self.prices = specs.prices
        self.facts = facts
        self.observed = observed
        self.services = {name: service_of(entry.spec) for name, entry in specs.targets.items()}
        self.roots = root_models(graph)

    def hosting(self) -> Hosting:
        """What is live costs."""
        live: dict[Key, Amount] = {}
        for target, observation in self.observed.items():
            if not observation.complete and self.services[target].provider == "azure":
                live[target, ""] = Amount(unknown=frozenset({f"target {target}"}))
            for deployment in observation.deployments:
                if is_owned(deployment, self.specs.estate):
                    hosted = hosted_live(deployment, self.services[target], observation)
                    name = f"deployment.{deployment.name}@{target}"
                    live[live_key(target, deployment)] = hosting_cost(hosted, self.prices, name)
        used = {service.name for service in self.services.values()}
        return Hosting(self.prices.currency, live, tuple(s for s in self.prices.sources if s.service in used))

    def priced(self, changes: Mapping[str, Change]) -> dict[str, Change]:
        """The same changes, each with its cost where it can have one."""
        return {key: self._priced(change) for key, change in changes.items()}

    def _priced(self, change: Change) -> Change:
        """A part that is done at once has a cost of its own; on another live object it comes to that of the rest."""
        cost = self._cost(change)
        if cost is None:
            return change
        part = only_at_once(change)
        if part is None or change.at_once is None or not change.needs:
            return replace(change, cost=cost)
        own = self._cost(replace(part, cost=None))
        whole = cost
        if own and beside(change):
            before, after, delta = (cost.before + own.before, cost.after + own.after, cost.delta + own.delta)
            whole = replace(cost, before=before, after=after, delta=delta)
        return replace(change, cost=whole, at_once=replace(change.at_once, cost=own))

    def _cost(self, change: Change) -> Cost | None:
        service = self.services.get(change.target)
        if service is None:
            return None
        if isinstance(change.desired, DesiredRun):
            return self._training(change, change.desired, service)
        return self._hosting(change, service) if change.address.kind == "deployment" and change.action.writes else None

    def _training(self, change: Change, desired: DesiredRun, service: Service) -> Cost | None:
        """A run that an earlier apply began is not paid again; its rate serves to say what it came to."""
        if not change.action.trains and change.action is not Action.WAIT:
            return None
        run = priced_run(desired, self.roots[desired.address], self.facts[desired.training], service)
        cost = training_cost(run, service, self.prices)
        return cost if change.action.trains else Cost(rate=cost.rate)

    def _hosting(self, change: Change, service: Service) -> Cost:
        name = str(change.address)
        live = change.live if isinstance(change.live, ObservedDeployment) else None
        now = hosted_live(live, service, self.observed[change.target]) if live else None
        then = None if change.action is Action.DELETE else self._then(change, now, service)
        before = hosting_cost(now, self.prices, name) if now else ZERO
        after = hosting_cost(then, self.prices, name) if then else ZERO
        delta = ZERO if now == then else Amount(after.known - before.known, after.unknown | before.unknown)
        return Cost(before=before, after=after, delta=delta)

    def _then(self, change: Change, now: Hosted | None, service: Service) -> Hosted | None:
        """What the change leaves; a field that the spec does not set stays as it is."""
        desired = change.desired
        if not isinstance(desired, DesiredDeployment):
            return now
        new = now is None or any(f.field == "model" for f in change.fields)
        model = desired.model
        wanted = self.roots[model.address] if isinstance(model, RunRef) else None
        tuned = wanted if new else now.tuned if now else None
        return Hosted(service, normal.sku(desired.sku), desired.capacity or (now.capacity if now else None), tuned)
