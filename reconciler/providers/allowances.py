"""Resource Manager: what an account may have and do.

Wire: Microsoft.CognitiveServices 2025-09-01 (usages, models, raiPolicies); Microsoft.Authorization 2022-04-01
(permissions of the caller, "List For Resource").
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from reconciler.model import normal
from reconciler.model.allowance import Grant, OfferedModel, OfferedSku, Permissions, Usage
from reconciler.providers.dates import read_date
from reconciler.providers.reader import Reader

AUTHORIZATION_VERSION = "2022-04-01"


class ArmAllowances:
    """The `Allowances` port of one account. `by_key`: the data plane is reached with a key, not with a login."""

    def __init__(self, reader: Reader, account_id: str, region: str, *, by_key: bool) -> None:
        self._reader = reader
        self._account_id = account_id
        self._region = region
        self._by_key = by_key

    def usages(self) -> list[Usage]:
        subscription = "/".join(self._account_id.split("/")[:3])
        path = f"{subscription}/providers/Microsoft.CognitiveServices/locations/{self._region}/usages"
        return [u for u in map(read_usage, self._reader.by_link(path)) if u]

    def offered(self) -> list[OfferedModel]:
        return [read_offered(raw) for raw in self._reader.by_link(f"{self._account_id}/models")]

    def filters(self) -> list[str]:
        listed = self._reader.by_link(f"{self._account_id}/raiPolicies")
        return sorted(str(raw["name"]) for raw in listed if raw.get("name"))

    def permissions(self) -> Permissions:
        path = f"{self._account_id}/providers/Microsoft.Authorization/permissions?api-version={AUTHORIZATION_VERSION}"
        grants = tuple(read_grant(raw) for raw in self._reader.by_link(path))
        return Permissions(grants, by_key=self._by_key)


def read_usage(raw: Mapping[str, Any]) -> Usage | None:
    """None for what has no name or no number; values may come as fractions."""
    name = raw.get("name")
    value = name.get("value") if isinstance(name, Mapping) else None
    used, limit = raw.get("currentValue"), raw.get("limit")
    if not value or not isinstance(used, int | float) or not isinstance(limit, int | float):
        return None
    return Usage(str(value), int(used), int(limit))


def read_offered(raw: Mapping[str, Any]) -> OfferedModel:
    """One model. Capabilities are text: `"fineTune": "true"`."""
    base = raw.get("baseModel")
    ends = raw.get("deprecation")
    ends = ends if isinstance(ends, Mapping) else {}
    capabilities = raw.get("capabilities")
    capabilities = capabilities if isinstance(capabilities, Mapping) else {}
    return OfferedModel(
        name=str(raw.get("name") or ""),
        version=str(raw.get("version") or ""),
        base=_base_id(base) if isinstance(base, Mapping) else "",
        trainable=str(capabilities.get("fineTune") or "").lower() == "true",
        skus=tuple(_skus(raw.get("skus"))),
        fine_tune_ends=read_date(ends.get("fineTune")),
        inference_ends=read_date(ends.get("inference")),
    )


def _base_id(base: Mapping[str, Any]) -> str:
    name, version = str(base.get("name") or ""), str(base.get("version") or "")
    return OfferedModel(name, version, "", False, (), None, None).id


def _skus(listed: Any) -> Iterable[OfferedSku]:
    for raw in listed if isinstance(listed, list) else ():
        if isinstance(raw, Mapping) and raw.get("name"):
            ends = read_date(raw.get("deprecationDate"))
            yield OfferedSku(normal.sku(str(raw["name"])), str(raw.get("usageName") or ""), ends)


def read_grant(raw: Mapping[str, Any]) -> Grant:
    lists = (_words(raw.get(key)) for key in ("actions", "notActions", "dataActions", "notDataActions"))
    return Grant(*lists)


def _words(value: Any) -> tuple[str, ...]:
    return tuple(str(word) for word in value) if isinstance(value, list) else ()
