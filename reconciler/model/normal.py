"""One normal form for what is wanted and what is seen, so that spelling is never a difference."""

from __future__ import annotations

import re

SKUS = (
    "Standard",
    "GlobalStandard",
    "DataZoneStandard",
    "DeveloperTier",
    "ProvisionedManaged",
    "GlobalProvisionedManaged",
    "DataZoneProvisionedManaged",
    "GlobalBatch",
    "DataZoneBatch",
)
"""Deployment types (learn.microsoft.com, foundry/foundry-models/concepts/deployment-types)."""
_SKUS = {name.lower(): name for name in SKUS} | {"developer": "DeveloperTier"}


def sku(name: str) -> str:
    return _SKUS.get(name.lower(), name)


def is_known_sku(name: str) -> bool:
    """Whether this release knows it; the vendor may have newer ones."""
    return name.lower() in _SKUS


def region(name: str) -> str:
    """`Sweden Central` and `swedencentral` are one region."""
    return name.replace(" ", "").lower()


def resource_id(value: str) -> str:
    """Resource Manager ids have no case and may end in a slash."""
    return value.rstrip("/").lower()


def model(name: str) -> str:
    """The service returns model names in its own case (`ministral-3b` -> `Ministral-3B`), Azure's without the dot."""
    return name.lower().replace("gpt-3.5-", "gpt-35-")


def same_model(one: str, other: str) -> bool:
    return model(one) == model(other)


_SNAPSHOT = re.compile(r"-(\d{4}-\d{2}-\d{2}|\d{4})$")


def may_be_same_model(one: str, other: str) -> bool:
    """Whether two names may mean one model: the same, or one is an alias, the other without the date of its snapshot.

    The services resolve aliases in some answers and not in others.
    """
    one, other = model(one), model(other)
    return one == other or one == _SNAPSHOT.sub("", other) or _SNAPSHOT.sub("", one) == other
