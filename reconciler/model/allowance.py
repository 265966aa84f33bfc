"""What an account may have and do: quota, models on offer, content filters, permissions. Any of them may be unknown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache

from reconciler.model.catalog.models import is_alias


class Question(Enum):
    """What may be asked beside the lists of every look; the value is what people read."""

    QUOTA = "quota"
    MODELS = "the models on offer"
    FILTERS = "content filters"
    PERMISSIONS = "permissions"


@dataclass(frozen=True, slots=True)
class Usage:
    """One quota of a subscription in a region, in the SKU's own unit: thousands of tokens a minute, or PTUs."""

    name: str
    used: int
    limit: int

    @property
    def free(self) -> int:
        return max(self.limit - self.used, 0)


@dataclass(frozen=True, slots=True)
class OfferedSku:
    """A kind of deployment that a model has there."""

    name: str
    usage: str
    """Name of the quota that it takes from."""
    ends: int | None
    """When the service stops serving the model in this way; None where it does not say."""


@dataclass(frozen=True, slots=True)
class OfferedModel:
    """A model as Resource Manager lists it for an account: a base model, or a fine-tuned one of the account."""

    name: str
    version: str
    base: str
    """Of a fine-tuned model: the base model's id; else empty."""
    trainable: bool
    skus: tuple[OfferedSku, ...]
    fine_tune_ends: int | None
    inference_ends: int | None
    format: str = ""
    """As a deployment must name it; case matters. Empty where the list has none."""
    publisher: str = ""

    @property
    def id(self) -> str:
        """As the data plane spells it: families whose bare name moves on carry the version in it."""
        return f"{self.name}-{self.version}" if is_alias(self.name) else self.name

    def sku(self, name: str) -> OfferedSku | None:
        return next((s for s in self.skus if s.name.lower() == name.lower()), None)


@dataclass(frozen=True, slots=True)
class Grant:
    """One role as it applies to the caller: patterns of actions with `*`, in any case."""

    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    data_actions: tuple[str, ...] = ()
    not_data_actions: tuple[str, ...] = ()

    def allows(self, action: str, *, data: bool) -> bool:
        yes, no = (self.data_actions, self.not_data_actions) if data else (self.actions, self.not_actions)
        return _matches(action, yes) and not _matches(action, no)


@dataclass(frozen=True, slots=True)
class Permissions:
    """What the caller may do on the account: what any of the grants allows."""

    grants: tuple[Grant, ...]
    by_key: bool = False
    """Whether the data plane is reached with a key, which allows everything there."""

    def allows(self, action: str, *, data: bool = False) -> bool:
        return (data and self.by_key) or any(g.allows(action, data=data) for g in self.grants)


@dataclass(frozen=True, slots=True)
class Allowance:
    """The answers to the questions that were asked; None is unknown, and `failed` says why."""

    usages: Mapping[str, Usage] | None = None
    """By name in lower case."""
    models: tuple[OfferedModel, ...] | None = None
    filters: tuple[str, ...] | None = None
    permissions: Permissions | None = None
    failed: Mapping[Question, str] = field(default_factory=dict)
    """What could not be read, with the service's words."""

    def usage(self, name: str) -> Usage | None:
        return (self.usages or {}).get(name.lower())

    def base_model(self, id: str) -> OfferedModel | None:
        """The base model of that id, in any case, with or without its version where the name says it all."""
        return base_model(self.models or (), id)

    def tuned_from(self, base: str) -> OfferedModel | None:
        """Any fine-tuned model of the account with that base: what holds for it holds for its like."""
        wanted = base.lower()
        return next((m for m in self.models or () if m.base and m.base.lower() == wanted), None)

    def trainable(self) -> tuple[str, ...]:
        return tuple(sorted({m.id for m in self.models or () if m.trainable and not m.base}, key=str.lower))


UNKNOWN = Allowance()


def base_model(models: Iterable[OfferedModel], id: str) -> OfferedModel | None:
    """The base model of that id among these, in any case, with or without its version where the name says it all."""
    wanted = id.lower()
    spelled = ((m, (m.id.lower(), f"{m.name}-{m.version}".lower())) for m in models if not m.base)
    return next((m for m, names in spelled if wanted in names), None)


def by_name(usages: Iterable[Usage]) -> dict[str, Usage]:
    return {usage.name.lower(): usage for usage in usages}


def _matches(action: str, patterns: Iterable[str]) -> bool:
    return any(_pattern(p).fullmatch(action) for p in patterns)


@lru_cache(maxsize=256)
def _pattern(text: str) -> re.Pattern[str]:
    """Azure's `*` stands for any characters, dots and slashes among them."""
    return re.compile(".*".join(map(re.escape, text.split("*"))), re.IGNORECASE)
