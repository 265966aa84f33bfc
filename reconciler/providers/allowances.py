"""Resource Manager: what an account may have and do.

Wire: Microsoft.CognitiveServices 2025-09-01 (usages, models, raiPolicies); Microsoft.Authorization 2022-04-01
(permissions of the caller, "List For Resource").
"""

from __future__ import annotations

from typing import Any

from reconciler.model.allowance import Grant, OfferedModel, Permissions, Usage
from reconciler.providers.decoding import Item
from reconciler.providers.offers import Offers
from reconciler.providers.reader import Reader

AUTHORIZATION_VERSION = "2022-04-01"


class ArmAllowances:
    """The `Allowances` port of one account. `by_key`: the data plane is reached with a key, not with a login."""

    def __init__(self, reader: Reader, account_id: str, region: str, offers: Offers, *, by_key: bool) -> None:
        self._reader = reader
        self._account_id = account_id
        self._region = region
        self._offers = offers
        self._by_key = by_key

    def usages(self) -> list[Usage]:
        subscription = "/".join(self._account_id.split("/")[:3])
        path = f"{subscription}/providers/Microsoft.CognitiveServices/locations/{self._region}/usages"
        return [u for u in self._reader.by_link(path, "usage", read_usage) if u]

    def offered(self) -> list[OfferedModel]:
        return self._offers.read()

    def filters(self) -> list[str]:
        return sorted(self._reader.by_link(f"{self._account_id}/raiPolicies", "filter", lambda item: item.text("name")))

    def permissions(self) -> Permissions:
        path = f"{self._account_id}/providers/Microsoft.Authorization/permissions?api-version={AUTHORIZATION_VERSION}"
        grants = tuple(self._reader.by_link(path, "permission", read_grant))
        return Permissions(grants, by_key=self._by_key)


def read_usage(item: Item) -> Usage | None:
    """None for what has no name or no number; values may come as fractions."""
    name = item.shown_item("name").shown_text("value")
    used, limit = item.shown_whole("currentValue"), item.shown_whole("limit")
    return Usage(name, used, limit) if name and used is not None and limit is not None else None


def read_grant(item: Item) -> Grant:
    lists = (_words(item.raw.get(key)) for key in ("actions", "notActions", "dataActions", "notDataActions"))
    return Grant(*lists)


def _words(value: Any) -> tuple[str, ...]:
    return tuple(str(word) for word in value) if isinstance(value, list) else ()
