"""Targets that were in the specs of an earlier commit, the base, and are no longer: nobody looks at them any more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reconciler.model import codes, normal
from reconciler.model.catalog.models import base_of
from reconciler.model.diagnostics import Diagnostic
from reconciler.model.money import Amount, amount_words, total
from reconciler.model.prices import PriceTable
from reconciler.planning.costs.hosting import Hosted, hosting_cost
from reconciler.planning.costs.services import service_of
from reconciler.specs.deployment import ChainRef, Deployment, NamedModel
from reconciler.specs.estate import Specs
from reconciler.specs.job import JobRef


@dataclass(frozen=True, slots=True)
class Base:
    """The specs to which these are compared."""

    name: str
    """The short id of a commit, or a folder."""
    specs: Specs
    problems: tuple[Diagnostic, ...] = ()
    """Why the specs could not be read there; then they hold nothing."""


@dataclass(frozen=True, slots=True)
class LeftTarget:
    """One account or project that the base looks at and the specs do not."""

    name: str
    """Its name at the base."""
    account: str
    deployments: tuple[str, ...]
    """Names of those that the base wants there."""
    monthly: Amount
    """What these cost a month without usage, by the prices of today."""


def left_targets(base: Base, specs: Specs) -> tuple[LeftTarget, ...]:
    """By name. A target that has only another name is still looked at; where one was retired, nothing was wanted."""
    seen = {entry.spec.identity for entry in specs.targets.values()}
    gone = (e for _, e in sorted(base.specs.targets.items()) if e.spec.identity not in seen and not e.spec.retired)
    return tuple(_left(entry.name, base.specs, specs.prices) for entry in gone)


def _left(name: str, base: Specs, prices: PriceTable) -> LeftTarget:
    target = base.targets[name].spec
    served = [d for _, d in sorted(base.deployments.items()) if name in d.spec.targets]
    costs = []
    for entry in served:
        own = entry.spec.on(name)
        hosted = Hosted(service_of(target), normal.sku(own.sku or ""), own.capacity, _tuned(base, entry.spec))
        costs.append(hosting_cost(hosted, prices, f"deployment.{entry.name}@{name}"))
    return LeftTarget(name, target.where, tuple(entry.name for entry in served), total(costs))


def _tuned(base: Specs, deployment: Deployment) -> str | None:
    """The base model of the fine-tuned one that is served; None for a base model itself."""
    model = deployment.model
    if isinstance(model, NamedModel):
        return None
    if isinstance(model, ChainRef):
        name = f"{model.chain}/{model.stage}" if model.stage else base.chains[model.chain][-1]
    else:
        name = model.job
    start = base.jobs[name].spec.base_model
    while isinstance(start, JobRef):
        start = base.jobs[start.job].spec.base_model
    return base_of(start)


def tell_left(left: tuple[LeftTarget, ...], base: Base, currency: str) -> Iterator[Diagnostic]:
    """A warning for each target, and why there may be more."""
    yield from base.problems
    for target in left:
        code = codes.TARGET_LEFT
        detail = f"{target.account} was in the specs at {base.name}{_served(target, currency)}. {code.way_out}"
        yield code.at(detail=detail, address=f"target {target.name}")


def _served(target: LeftTarget, currency: str) -> str:
    if not target.deployments:
        return ", which wanted no deployment there"
    few, more = target.deployments[:3], len(target.deployments) - 3
    names = ", ".join(few) + (f" and {more:,} more" if more > 0 else "")
    price = amount_words(target.monthly, currency) if target.monthly.known or not target.monthly.exact else ""
    monthly = f" for {price} a month without usage" if price and price != "unknown" else ""
    return f", which wanted {names} there{monthly}"
