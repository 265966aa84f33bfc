"""Models, regions and SKUs: what the account's region cannot train, or cannot serve.

Source of the facts: the live list of models of the account. What it does not mention is not guessed at: a fine-tuned
model that the region has never seen may have SKUs that its base model does not show.
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.model import codes, normal
from reconciler.model.allowance import Allowance
from reconciler.model.catalog.models import base_of
from reconciler.model.resource import DesiredDeployment, DesiredRun, RunRef
from reconciler.planning.changes import Change
from reconciler.planning.preflight.findings import Finding
from reconciler.planning.preflight.view import View, touches
from reconciler.specs.base import did_you_mean

MOST_SHOWN = 8
"""Models that a message lists."""


def check_trainable(view: View) -> Iterator[Finding]:
    for change, run in view.trains():
        allowance = view.allowance(change.target)
        if allowance.models is not None and isinstance(run.base, str):
            yield from _training(view, change, run, run.base, allowance)


def check_served(view: View) -> Iterator[Finding]:
    for change, desired in view.deploys():
        allowance = view.allowance(change.target)
        if allowance.models is not None and touches(change, "model", "sku"):
            yield from _serving(view, change, desired, allowance)


def region_of(view: View, target: str) -> str:
    account = view.observed[target].account
    return normal.region(account.region) if account else target


def _training(view: View, change: Change, run: DesiredRun, base: str, allowance: Allowance) -> Iterator[Finding]:
    offered = allowance.base_model(base_of(base))
    if (offered and offered.trainable) or _data_plane_trains(view, change.target, base):
        return
    code, region = codes.MODEL_REGION, region_of(view, change.target)
    there = listed(allowance.trainable())
    place = run.place.value("base_model")
    hint = f"not trainable in {region}"
    if offered and run.training_type not in (None, "standard"):
        # The list is about training in the region; global and developer training may run elsewhere.
        detail = f"{region} does not train {base} itself. Trainable there: {there}."
        yield Finding(codes.MODEL_REGION_UNSURE.at(place, detail, hint=hint, address=str(run.address)))
        return
    detail = f"{change.target} is in {region}. Trainable there: {there}. {code.way_out}"
    told = code.at(place, detail, hint=hint, address=str(run.address))
    yield Finding(told, (change.key,), f"{region} does not train {base}")


def _data_plane_trains(view: View, target: str, base: str) -> bool:
    """The data plane's word on it, which is wrong for open models only in saying no."""
    listed = view.observed[target].models
    return any(m.can_fine_tune and m.id.lower() == base.lower() for m in listed)


def _serving(view: View, change: Change, desired: DesiredDeployment, allowance: Allowance) -> Iterator[Finding]:
    base, tuned = view.base_of(desired)
    offered = allowance.base_model(base)
    region = region_of(view, change.target)
    if offered is None:
        where = () if isinstance(desired.model, RunRef) else ("model",)
        detail = f"{region} does not have {base}."
        yield _cannot(change, desired, detail, f"not in {region}", where)
        return
    like = allowance.tuned_from(base) if tuned else offered
    if like and like.skus and like.sku(desired.sku) is None:
        there = ", ".join(sorted(s.name for s in like.skus))
        detail = f"{region} serves {base} as: {there}."
        yield _cannot(change, desired, detail, f"not with {base} in {region}", ("sku",))
    elif like is None and not normal.is_known_sku(desired.sku):
        yield from _sku_of_nobody(change, desired, allowance)


def _sku_of_nobody(change: Change, desired: DesiredDeployment, allowance: Allowance) -> Iterator[Finding]:
    """A name that neither this release knows nor any model of the account has: it is misspelt."""
    offered = sorted({sku.name for model in allowance.models or () for sku in model.skus})
    if offered and desired.sku.lower() not in (name.lower() for name in offered):
        hint = did_you_mean(desired.sku, list(dict.fromkeys([*offered, *normal.SKUS])))
        detail = f"{change.target} has no model with the SKU {desired.sku}. Offered: {', '.join(offered)}."
        yield _cannot(change, desired, detail, hint or "no such SKU", ("sku",))


def _cannot(change: Change, desired: DesiredDeployment, detail: str, hint: str, where: tuple[str, ...]) -> Finding:
    code, place = codes.MODEL_NOT_SERVED, desired.place
    at = place.value(*where) if where else place.range()
    told = code.at(at, f"{detail} {code.way_out}", hint=hint, address=str(desired.address))
    return Finding(told, (change.key,), detail.rstrip("."))


def listed(models: tuple[str, ...]) -> str:
    """The first of them, and how many more there are."""
    more = f", and {len(models) - MOST_SHOWN} more" if len(models) > MOST_SHOWN else ""
    return ", ".join(models[:MOST_SHOWN]) + more if models else "nothing"
