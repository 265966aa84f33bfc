"""The file that `prices:` names: rates that hold before the package's own."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from reconciler.specs.base import PRINTABLE, Strict, described

_CURRENCY = described(r"^[A-Z]{3}$", "Expected a currency's three capital letters, such as USD.")
_DAY = described(r"^[0-9]{4}-[0-9]{2}(-[0-9]{2})?$", 'Expected a day or a month, such as "2026-08-11".')

_Word = Annotated[str, Field(min_length=1, max_length=200, pattern=PRINTABLE)]
Words = Annotated[list[_Word], Field(min_length=1)]


class Rate(Strict):
    """A price and when it holds; the first that fits is taken, and a condition that is left out always fits."""

    price: float = Field(ge=0, le=1_000_000, description="In the file's currency.", examples=[5.5])
    models: Words | None = Field(
        default=None, description="Base models, with their dates.", examples=[["gpt-4.1-mini-2025-04-14"]]
    )
    regions: Words | None = Field(default=None, description="Regions of the account.", examples=[["swedencentral"]])


class TrainingRate(Rate):
    """Training: a million tokens of one epoch. Reinforcement: an hour."""

    training_types: list[Literal["standard", "data_zone", "global", "developer"]] | None = Field(
        default=None, min_length=1, description="Azure's types of training.", examples=[["global"]]
    )


class HostingRate(Rate):
    """Hosting: an hour of one deployment. Provisioned: an hour of one unit."""

    skus: Words | None = Field(default=None, description="Types of deployment.", examples=[["Standard"]])


class ServicePrices(Strict):
    """The rates of one service."""

    as_of: str = Field(pattern=_DAY, description="The day, or month, of which the prices are.", examples=["2026-08-11"])
    source: str = Field(
        min_length=1,
        max_length=2000,
        pattern=PRINTABLE,
        description="Where they come from: a page, a contract.",
        examples=["enterprise agreement 1234"],
    )
    training: list[TrainingRate] = Field(default=[], description="A million tokens of one epoch.")
    reinforcement: list[TrainingRate] = Field(default=[], description="An hour of reinforcement training.")
    hosting: list[HostingRate] = Field(default=[], description="An hour of a deployment of a fine-tuned model.")
    provisioned: list[HostingRate] = Field(default=[], description="An hour of one provisioned unit (PTU).")


class PriceFile(Strict):
    """Prices of an estate's own."""

    version: Literal[1]
    currency: str = Field(pattern=_CURRENCY, description="ISO 4217.", examples=["USD"])
    azure: ServicePrices | None = None
    azure_usgov: ServicePrices | None = None
    azure_china: ServicePrices | None = None
    openai: ServicePrices | None = None
    compatible: ServicePrices | None = None
