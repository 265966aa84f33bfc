"""Quota: capacity that a plan adds, against what the subscription has left in the region.

Quota belongs to a subscription in a region, by SKU and model, and all its accounts share it. A plan's additions are
summed over all targets, in the plan's order; those that no longer fit are blocked. What other changes give back counts
only for those that wait for them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from reconciler.model import codes, normal
from reconciler.model.allowance import Allowance, Usage
from reconciler.model.catalog.models import base_of, is_fine_tuned
from reconciler.model.observation import ObservedDeployment
from reconciler.model.resource import DesiredDeployment
from reconciler.planning.changes import Action, Change, beside
from reconciler.planning.preflight.findings import Finding
from reconciler.planning.preflight.view import View
from reconciler.specs.target import AzureTarget

Scope = tuple[str, str, str]
"""Subscription, region and name of the quota, in lower case."""


@dataclass(slots=True)
class Pool:
    """One quota while the plan's additions are taken from it."""

    usage: Usage
    taken: dict[str, int] = field(default_factory=dict)
    """By the key of the change."""
    freed: dict[str, int] = field(default_factory=dict)

    @property
    def left(self) -> int:
        return self.usage.free - sum(self.taken.values())


@dataclass(frozen=True, slots=True)
class Delta:
    """How much one change takes from a quota, or gives back to it."""

    change: Change
    scope: Scope
    usage: Usage
    amount: int


def check_quota(view: View) -> Iterator[Finding]:
    pools: dict[Scope, Pool] = {}
    # What is blocked anyway takes nobody's quota, but hears of it too: all problems at once.
    changes = (*view.changes.values(), *view.stopped.values())
    deltas = [delta for change in changes for delta in deltas_of(view, change)]
    for delta in deltas:
        pool = pools.setdefault(delta.scope, Pool(delta.usage))
        if delta.amount < 0 and delta.change.key not in view.stopped:
            pool.freed[delta.change.key] = pool.freed.get(delta.change.key, 0) - delta.amount
    for delta in deltas:
        if delta.amount <= 0:
            continue
        pool = pools[delta.scope]
        before = sum(amount for key, amount in pool.freed.items() if _comes_before(view, key, delta.change))
        if delta.amount > pool.left + before:
            yield _short(delta, pool)
        else:
            pool.taken[delta.change.key] = pool.taken.get(delta.change.key, 0) + delta.amount


def quota_notes(view: View) -> dict[str, str]:
    """By the key of each change after which less than half of a quota is free: how much there is before it."""
    deltas = (d for change in view.changes.values() for d in deltas_of(view, change))
    taking = [d for d in deltas if d.amount > 0 and d.usage.free - d.amount < d.usage.limit / 2]
    return {d.change.key: f"quota in {d.scope[1]}: {d.usage.free:,} of {d.usage.limit:,} free" for d in taking}


def deltas_of(view: View, change: Change) -> Iterator[Delta]:
    """A deployment that changes its SKU or base model takes from one quota and gives back to another; what is done at
    once on another live object takes from them too.
    """
    if part := beside(change):
        yield from (replace(delta, change=change) for delta in deltas_of(view, part))
    if change.address.kind != "deployment" or not change.action.writes:
        return
    live = change.live if isinstance(change.live, ObservedDeployment) else None
    desired = change.desired if isinstance(change.desired, DesiredDeployment) else None
    allowance = view.allowance(change.target)
    gone = _usage_of_live(allowance, live) if live else None
    if desired is None or change.action is Action.DELETE:
        if gone and live:
            yield _delta(view, change, gone, -(live.capacity or 0))
        return
    base, tuned = view.base_of(desired)
    usage = find_usage(allowance, desired.sku, base, tuned=tuned)
    had = (live.capacity or 0) if live else 0
    wants = desired.capacity or had or 1
    same = usage is not None and (gone == usage or (live is not None and gone is None and _same_sku(live, desired)))
    if usage:
        yield _delta(view, change, usage, wants - had if same else wants)
    if gone and not same:
        yield _delta(view, change, gone, -had)


def find_usage(allowance: Allowance, sku: str, base: str, *, tuned: bool) -> Usage | None:
    """The quota that a deployment takes from; None where the lists do not tell, and nothing is checked.

    The name is the SKU's of the model itself, or of one with the same base. Fine-tuned models have quota of their own
    (`...-finetune`), unless the quota is for all models of the SKU, as that of PTUs is.
    """
    offered = allowance.tuned_from(base) if tuned else allowance.base_model(base)
    own = offered.sku(sku) if offered else None
    if own:
        return allowance.usage(own.usage)
    plain = allowance.base_model(base)
    shown = plain.sku(sku) if tuned and plain else None
    if plain is None or shown is None:
        return None
    if plain.name.lower() in shown.usage.lower():
        return allowance.usage(f"{shown.usage}-finetune")
    return allowance.usage(shown.usage)


def unit_of(sku: str) -> str:
    return "PTU" if "provisioned" in sku.lower() else "thousand tokens a minute"


def _usage_of_live(allowance: Allowance, live: ObservedDeployment) -> Usage | None:
    if live.model_name.startswith("ftchkpt-"):
        return None
    tuned = is_fine_tuned(live.model_name)
    base = base_of(live.model_name) if tuned else f"{live.model_name}-{live.model_version}"
    return find_usage(allowance, normal.sku(live.sku), base, tuned=tuned)


def _same_sku(live: ObservedDeployment, desired: DesiredDeployment) -> bool:
    return normal.sku(live.sku) == normal.sku(desired.sku)


def _delta(view: View, change: Change, usage: Usage, amount: int) -> Delta:
    spec = view.specs.targets[change.target].spec
    subscription, region = (spec.subscription, spec.region) if isinstance(spec, AzureTarget) else ("", change.target)
    return Delta(change, (subscription.lower(), region, usage.name.lower()), usage, amount)


def _comes_before(view: View, key: str, change: Change) -> bool:
    """Whether the change of that key is done before the other one begins."""
    seen: set[str] = set()
    waiting = list(change.needs)
    while waiting:
        need = waiting.pop()
        if need == key:
            return True
        if need not in seen and need in view.changes:
            seen.add(need)
            waiting += view.changes[need].needs
    return False


def _short(delta: Delta, pool: Pool) -> Finding:
    desired, usage = delta.change.desired, delta.usage
    assert isinstance(desired, DesiredDeployment)
    code, region = codes.QUOTA_SHORT, delta.scope[1]
    detail = (
        f"It needs {delta.amount:,} more ({unit_of(desired.sku)}) of {usage.name} in {region}; "
        f"{max(pool.left, 0):,} are free: {usage.used:,} of {usage.limit:,} are in use"
    )
    if pool.taken:
        detail += f", and {sum(pool.taken.values()):,} go to {', '.join(pool.taken)}"
    detail += f". {code.way_out}"
    if pool.freed:
        names = ", ".join(pool.freed)
        detail += f" This plan gives back {sum(pool.freed.values()):,} ({names}): apply that first, with --select."
    place = desired.place.value("capacity" if desired.capacity else "sku")
    free = f"{max(pool.left, 0):,}"
    told = code.at(place, detail, hint=f"{free} free in {region}", address=str(desired.address))
    why = f"it needs {delta.amount:,} more of {usage.name}, and {free} are free in {region}"
    return Finding(told, (delta.change.key,), why)
