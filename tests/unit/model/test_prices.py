"""The price table: valid by the same rules as a user's file, the first rate that fits, never another's."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from reconciler.model.catalog.methods import models_of
from reconciler.model.catalog.prices import prices
from reconciler.model.catalog.tables import table
from reconciler.model.prices import KINDS, PriceTable, package_prices, read_table
from reconciler.specs.prices import PriceFile

MINI = "gpt-4.1-mini-2025-04-14"
FACTS = [m for m in table("azure").models.values() if m.alias and not m.access]
TRAINED = {m.id for m in FACTS} & set(models_of("supervised", "azure"))
"""Those that train everywhere and by every type."""


def test_the_packages_table_is_a_price_file() -> None:
    data = json.loads(json.dumps(prices()))
    assert read_table(PriceFile.model_validate(data).model_dump(exclude_none=True)) == package_prices()


@pytest.mark.parametrize("model", sorted(TRAINED))
def test_every_model_that_azure_trains_has_its_price(model: str) -> None:
    for kind in ("standard", "global", "developer"):
        price = package_prices().price("azure", "training", model=model, training_type=kind, region="swedencentral")
        assert price, (model, kind)
    for sku in ("Standard", "GlobalStandard", "DataZoneStandard"):
        assert package_prices().price("azure", "hosting", model=model, sku=sku, region="swedencentral") == Decimal(
            "1.7"
        )


@pytest.mark.parametrize(
    ("service", "kind", "asked", "price"),
    [
        ("azure", "training", {"model": MINI, "training_type": "standard", "region": "swedencentral"}, "6.05"),
        ("azure", "training", {"model": MINI, "training_type": "standard", "region": "Sweden Central"}, "6.05"),
        ("azure", "training", {"model": MINI.upper(), "training_type": "standard", "region": "eastus2"}, "5.5"),
        ("azure", "training", {"model": MINI, "training_type": "standard", "region": "westeurope"}, None),
        ("azure", "training", {"model": MINI, "training_type": "developer", "region": "westeurope"}, "2.5"),
        ("azure", "training", {"model": "gpt-5-2025-08-07", "training_type": "global"}, None),
        ("openai", "training", {"model": MINI}, "5"),
        ("compatible", "training", {"model": MINI}, None),
        ("azure", "reinforcement", {"model": "o4-mini-2025-04-16", "training_type": "global"}, "100"),
        ("azure", "hosting", {"model": "gpt-4o-2024-08-06", "sku": "standard", "region": "southeastasia"}, "2.04"),
        ("azure", "hosting", {"model": "anything", "sku": "DeveloperTier"}, "0"),
        ("azure", "hosting", {"model": "", "sku": "Standard"}, None),
        ("azure", "provisioned", {"sku": "ProvisionedManaged", "region": "swedencentral"}, "2.2"),
        ("azure", "provisioned", {"sku": "DataZoneProvisionedManaged", "region": "japaneast"}, "1.2"),
        ("azure", "provisioned", {"sku": "GlobalProvisionedManaged", "region": "anywhere"}, "1"),
        ("azure_usgov", "provisioned", {"sku": "ProvisionedManaged", "region": "usgovvirginia"}, "2.5"),
        ("azure_usgov", "hosting", {"model": MINI, "sku": "Standard", "region": "usgovvirginia"}, None),
    ],
)
def test_prices(service: str, kind: str, asked: dict[str, str], price: str | None) -> None:
    assert package_prices().price(service, kind, **asked) == (None if price is None else Decimal(price))


def own(currency: str = "USD", price: float = 5.2) -> PriceTable:
    rates = {"as_of": "2026-10", "source": "contract", "training": [{"models": [MINI], "price": price}]}
    return read_table({"version": 1, "currency": currency, "azure": rates})


def test_an_estates_own_prices_come_first() -> None:
    both = own().before(package_prices())
    assert both.price("azure", "training", model=MINI, training_type="global") == Decimal("5.2")
    assert both.price("azure", "training", model="gpt-4.1-2025-04-14", training_type="global") == Decimal(25)
    assert both.sources[0].page == "contract"


def test_two_currencies_have_no_sum() -> None:
    both = own("EUR").before(package_prices())
    assert both.currency == "EUR"
    assert both.price("azure", "training", model="gpt-4.1-2025-04-14", training_type="global") is None


def test_a_price_is_what_was_written() -> None:
    assert own(price=0.1).price("azure", "training", model=MINI) == Decimal("0.1")


def test_every_service_says_when_and_where() -> None:
    assert {s.service for s in package_prices().sources} == {name for name, _ in package_prices().rates}
    assert all(s.as_of and s.page.startswith("https://") for s in package_prices().sources)
    assert {kind for _, kind in package_prices().rates} == set(KINDS)
