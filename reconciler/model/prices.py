"""What services charge: a table of rates, the first that fits holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any

from reconciler.model import normal
from reconciler.model.catalog.prices import prices

CONDITIONS = ("models", "training_types", "skus", "regions")
KINDS = ("training", "reinforcement", "hosting", "provisioned")


@dataclass(frozen=True, slots=True)
class Rate:
    """One price, and when it holds: an empty condition always does. Words are in lower case."""

    price: Decimal
    conditions: Mapping[str, frozenset[str]]

    def holds(self, asked: Mapping[str, str]) -> bool:
        return all(asked[name] in words for name, words in self.conditions.items())


@dataclass(frozen=True, slots=True)
class Source:
    """Where a service's rates come from, and their day."""

    service: str
    as_of: str
    page: str


@dataclass(frozen=True, slots=True)
class PriceTable:
    """The rates of each service: azure, azure_usgov, azure_china, openai, compatible."""

    currency: str
    """ISO 4217, such as USD."""
    rates: Mapping[tuple[str, str], tuple[Rate, ...]] = field(default_factory=dict)
    """(service, kind) -> its rates."""
    sources: tuple[Source, ...] = ()
    _answers: dict[tuple[str, ...], Decimal | None] = field(default_factory=dict, compare=False, repr=False)
    """What was asked before: thousands of runs and deployments ask a handful of questions."""

    def price(
        self, service: str, kind: str, *, model: str = "", training_type: str = "", sku: str = "", region: str = ""
    ) -> Decimal | None:
        """A price of one of `KINDS`; None where no rate holds."""
        asked = (service, kind, model, training_type, sku, region)
        if asked not in self._answers:
            words = (model.lower(), training_type.lower(), sku.lower(), normal.region(region))
            conditions = dict(zip(CONDITIONS, words, strict=True))
            fitting = (r.price for r in self.rates.get((service, kind), ()) if r.holds(conditions))
            self._answers[asked] = next(fitting, None)
        return self._answers[asked]

    def before(self, other: PriceTable) -> PriceTable:
        """Both tables, this one asked first. Amounts in two currencies have no sum: the other is then left out."""
        if self.currency != other.currency:
            return self
        keys = {*self.rates, *other.rates}
        rates = {key: self.rates.get(key, ()) + other.rates.get(key, ()) for key in keys}
        return PriceTable(self.currency, rates, self.sources + other.sources)


def read_table(data: Mapping[str, Any]) -> PriceTable:
    """A table from plain data in the form of `catalog.prices`, which must be valid."""
    services = {name: rates for name, rates in data.items() if name not in ("version", "currency")}
    return PriceTable(
        currency=data["currency"],
        rates={
            (name, kind): tuple(_rates(service.get(kind, ()))) for name, service in services.items() for kind in KINDS
        },
        sources=tuple(Source(name, service["as_of"], service["source"]) for name, service in sorted(services.items())),
    )


def _rates(rows: Iterable[Mapping[str, Any]]) -> Iterable[Rate]:
    for row in rows:
        # Regions are written with spaces too; nothing else has any.
        conditions = {c: frozenset(normal.region(word) for word in row[c]) for c in CONDITIONS if row.get(c)}
        # A float's shortest text is what was written; its binary value is not.
        yield Rate(Decimal(str(row["price"])), conditions)


@cache
def package_prices() -> PriceTable:
    return read_table(prices())
