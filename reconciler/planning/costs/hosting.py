"""What a deployment costs a month while nobody uses it.

Standard types of a fine-tuned model have an hourly fee, provisioned ones a price for each unit and hour. Base models by
the token cost nothing while idle, and what is used is never counted.
Source: learn.microsoft.com, azure/foundry/fine-tuning/cost-management.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from reconciler.model import normal
from reconciler.model.catalog.models import base_of, is_fine_tuned
from reconciler.model.money import HOURS_A_MONTH, Amount
from reconciler.model.observation import Observation, ObservedDeployment
from reconciler.model.prices import PriceTable
from reconciler.planning.costs.services import Service

CHECKPOINT = "ftchkpt-"
PROVISIONED = frozenset({"ProvisionedManaged", "GlobalProvisionedManaged", "DataZoneProvisionedManaged"})
BY_TOKEN = frozenset(normal.SKUS) - PROVISIONED


@dataclass(frozen=True, slots=True)
class Hosted:
    """What decides the cost of one deployment; two that are equal cost the same."""

    service: Service
    sku: str
    capacity: int | None
    tuned: str | None
    """The base of a fine-tuned model, empty where nobody can tell; None for a base model itself."""


def hosted_live(live: ObservedDeployment, service: Service, observation: Observation) -> Hosted:
    return Hosted(service, normal.sku(live.sku), live.capacity, _tuned(live.model_name, observation))


def _tuned(model: str, observation: Observation) -> str | None:
    if model.startswith(CHECKPOINT):
        jobs = {c.job for c in observation.checkpoints if c.id == model}
        return next((base_of(j.base_model) for j in observation.jobs if j.id in jobs), "")
    return base_of(model) if is_fine_tuned(model) else None


def hosting_cost(hosted: Hosted, prices: PriceTable, name: str) -> Amount:
    """A month of it; `name` is what to call it where no price is known."""
    hourly = _hourly(hosted, prices)
    return Amount(unknown=frozenset({name})) if hourly is None else Amount(hourly * HOURS_A_MONTH)


def _hourly(hosted: Hosted, prices: PriceTable) -> Decimal | None:
    service, region = hosted.service.name, hosted.service.region
    if hosted.sku in PROVISIONED:
        unit = prices.price(service, "provisioned", model=hosted.tuned or "", sku=hosted.sku, region=region)
        return None if unit is None or hosted.capacity is None else unit * hosted.capacity
    if hosted.tuned is None:
        return Decimal(0) if hosted.sku in BY_TOKEN else None
    return prices.price(service, "hosting", model=hosted.tuned, sku=hosted.sku, region=region)
