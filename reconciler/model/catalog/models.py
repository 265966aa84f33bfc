"""Names of base models: which are aliases of a dated snapshot, and which never carry a date."""

from __future__ import annotations

import re
from functools import cache

from reconciler.model.catalog.tables import ModelFacts, Retirement, table, tables

_DATED = re.compile(r"-(\d{4}-\d{2}-\d{2}|\d{4})(-|$)")
_MOVING = re.compile(r"^(gpt-\d|o\d|chatgpt)")


def is_fine_tuned(model: str) -> bool:
    """A fine-tuned model's id: `ft:...` on OpenAI, `BASE.ft-<32 hex>...` on Azure."""
    return model.startswith("ft:") or ".ft-" in model


def base_of(model: str) -> str:
    """The base model of a fine-tuned one: `ft:BASE:...` or `BASE.ft-...`; any other name is its own."""
    if not is_fine_tuned(model):
        return model
    return model.split(":")[1] if model.startswith("ft:") else model.partition(".ft-")[0]


def is_alias(model: str) -> bool:
    """Whether the name may mean another model tomorrow: an OpenAI family without a date."""
    return not is_fine_tuned(model) and bool(_MOVING.match(model)) and not _DATED.search(model)


@cache
def snapshots() -> dict[str, str]:
    """Alias -> the newest dated snapshot that can be trained."""
    return {model.alias: model.id for found in tables() for model in found.models.values() if model.alias}


def snapshot_of(alias: str) -> str | None:
    return snapshots().get(alias)


def facts_of(model: str, provider: str) -> ModelFacts | None:
    """What the vendor's pages say of a base model, or of the base of a fine-tuned one."""
    return table(provider).models.get(base_of(model).lower())


def retirement_of(model: str, provider: str) -> Retirement | None:
    """The days on which a base model, or the base of a fine-tuned one, ends."""
    return table(provider).retirements.get(base_of(model).lower())
