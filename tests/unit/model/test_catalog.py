"""Facts about the vendors, and the one normal form of what they spell differently."""

from __future__ import annotations

import pytest

from reconciler.model import normal
from reconciler.model.catalog import models


@pytest.mark.parametrize("alias", sorted(models.snapshots()))
def test_the_snapshot_of_an_alias_is_none_itself(alias: str) -> None:
    snapshot = models.snapshot_of(alias)
    assert snapshot is not None
    assert models.is_alias(alias)
    assert not models.is_alias(snapshot)


@pytest.mark.parametrize(
    ("model", "tuned"),
    [
        ("ft:gpt-4.1-mini-2025-04-14:org::abc", True),
        ("gpt-4.1-mini-2025-04-14.ft-" + "0" * 32, True),
        ("gpt-4.1-mini-2025-04-14", False),
        ("gpt-4.1-mini", False),
    ],
)
def test_fine_tuned_models(model: str, tuned: bool) -> None:
    assert models.is_fine_tuned(model) is tuned


def test_spelling_is_no_difference() -> None:
    assert normal.sku("globalstandard") == normal.sku("GlobalStandard") == "GlobalStandard"
    assert normal.sku("OfTomorrow") == "OfTomorrow"
    assert normal.region("Sweden Central") == normal.region("swedencentral")
    assert normal.resource_id("/Subscriptions/A/") == normal.resource_id("/subscriptions/a")
    assert normal.same_model("Ministral-3B", "ministral-3b")
