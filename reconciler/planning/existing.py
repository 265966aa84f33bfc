"""Who may still train on a base model that is retired: a subscription that has trained on that version before.

Source: learn.microsoft.com, azure/foundry/openai/concepts/model-retirement-schedule. "Existing" is decided for each
subscription and model version. Live lists give the day of the base model's end; where they give none, the table does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from reconciler.model import normal
from reconciler.model.allowance import Allowance
from reconciler.model.catalog.methods import methods_of
from reconciler.model.catalog.models import base_of, retirement_of
from reconciler.model.observation import Observation, Phase
from reconciler.specs.estate import Specs
from reconciler.specs.target import AzureTarget


@dataclass(frozen=True, slots=True)
class LastDays:
    """Of one base model on one target; None where nobody says."""

    new: date | None
    """From here on, only existing customers train on it."""
    existing: date | None
    """From here on, nobody does."""
    by: str
    """`the account's list`, or the table and its age."""

    @property
    def aged(self) -> str:
        """For a day that stands in a list of days: where it is from, if not from the account."""
        return f" (by {self.by})" if self.by.startswith("the table") else ""


def last_days(observed: Observation, base: str, provider: str, *, by_table: bool = True) -> LastDays:
    """What the account's lists say, and the table, unless it is not asked, where they give no day at all."""
    live = next((m for m in observed.models if normal.same_model(m.id, base)), None)
    offered = observed.allowance.base_model(base)
    seen = [m for m in (live, offered) if m]
    new = min((m.inference_ends for m in seen if m.inference_ends), default=None)
    existing = min((m.fine_tune_ends for m in seen if m.fine_tune_ends), default=None)
    table = retirement_of(base, provider) if by_table and new is None and existing is None else None
    return LastDays(
        _day(new) if new else table.base if table else None,
        _day(existing) if existing else table.training if table else None,
        f"the table of {table.source.as_of}" if table else "the account's list",
    )


def _day(at: int) -> date:
    return datetime.fromtimestamp(at, UTC).date()


def trained_before(specs: Specs, observed: Mapping[str, Observation], target: str, base: str) -> str:
    """How it is known that the target's subscription has trained on the base model; empty where nothing shows it."""
    spec = specs.targets[target].spec
    if not isinstance(spec, AzureTarget):
        return ""
    if any(normal.same_model(name, base) for name in spec.existing_customer):
        return f"{target} says `existing_customer`"
    for name, entry in specs.targets.items():
        if not isinstance(entry.spec, AzureTarget) or entry.spec.subscription.lower() != spec.subscription.lower():
            continue
        jobs = observed[name].jobs if name in observed else ()
        run = next((j.id for j in jobs if j.phase is Phase.SUCCEEDED and _on(j.base_model, base)), None)
        if run:
            return f"{run} on {name} trained on it"
    return ""


def _on(model: str, base: str) -> bool:
    return normal.same_model(base_of(model), base)


def of_the_same_kind(allowance: Allowance, method: str, provider: str) -> tuple[str, ...]:
    """What the account's list can train today by that method, as far as anybody says."""
    return fitting(allowance.trainable(), method, provider)


def fitting(models: Iterable[str], method: str, provider: str) -> tuple[str, ...]:
    """Those of which nobody says that they do not take the method."""
    return tuple(m for m in models if method in (methods_of(m, provider) or (method,)))
