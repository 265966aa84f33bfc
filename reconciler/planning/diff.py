"""One deployment, field by field, three ways: what the spec wants, what was last applied, what is live.

Spec against last applied is a change, live against last applied is drift. Only the fields that the spec sets count,
and both sides are in one normal form before they meet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.model import normal
from reconciler.model.marks import DeploymentMark
from reconciler.model.observation import ObservedDeployment
from reconciler.model.resource import DesiredDeployment
from reconciler.planning.changes import FieldChange

TAG = "tags."


@dataclass(frozen=True, slots=True)
class Difference:
    """How one deployment differs from its spec."""

    changes: tuple[FieldChange, ...]
    """What must be written, from the live value to the wanted one."""
    drift: tuple[FieldChange, ...]
    """What moved since the last apply, from the applied value to the live one."""
    stale_record: bool
    """A live value agrees with the spec but not with the record in the tags."""
    cause_known: bool
    """Whether there is a record at all."""


def wanted_fields(desired: DesiredDeployment, model: Any, source: str | None) -> dict[str, Any]:
    """The fields that the spec sets, by spec name; `model` may be unknown yet, None leaves it as it is."""
    fields = {
        "model": model,
        "source": source,
        "sku": normal.sku(desired.sku),
        "capacity": desired.capacity,
        "content_filter": desired.content_filter,
        "version_upgrade": desired.version_upgrade,
        **{TAG + key: value for key, value in sorted(desired.tags.items())},
    }
    return {name: value for name, value in fields.items() if value is not None}


def with_ignored(desired: DesiredDeployment, wanted: Mapping[str, Any], live: ObservedDeployment) -> dict[str, Any]:
    """What is wanted of a deployment that is made anew: the live values of the fields that something else owns."""
    seen = live_fields(live)
    kept = wanted.keys() - without_ignored(desired, wanted).keys()
    return {name: seen[name] if name in kept and name in seen else value for name, value in wanted.items()}


def without_ignored(desired: DesiredDeployment, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """What is wanted of a deployment that is there: nothing of the fields that something else owns."""
    return {name: value for name, value in wanted.items() if name.split(".")[0] not in desired.ignore_drift}


def wanted_of(desired: DesiredDeployment, wanted: Mapping[str, Any], live: ObservedDeployment) -> dict[str, Any]:
    """What is wanted of a live deployment: also that the tags go which we set and which left the spec."""
    return without_ignored(desired, wanted) | dropped_tags(desired, live)


def dropped_tags(desired: DesiredDeployment, live: ObservedDeployment) -> dict[str, None]:
    """Tags that left the spec and still have the value that we gave them; somebody else's value is not ours to take."""
    return {name: None for name in _no_longer_set(desired, live) if name.startswith(TAG)}


def left_fields(desired: DesiredDeployment, live: ObservedDeployment) -> dict[str, Any]:
    """Fields that left the spec and still have the value that we gave them: they stay, and nobody vouches for them."""
    seen = live_fields(live)
    return {name: seen[name] for name in _no_longer_set(desired, live) if not name.startswith(TAG)}


def _no_longer_set(desired: DesiredDeployment, live: ObservedDeployment) -> list[str]:
    """What the record holds, the spec does not set any more, and nobody has changed since."""
    applied = (live.mark.applied if live.mark else None) or {}
    wanted = {name.lower() for name in wanted_fields(desired, "", "")}
    seen = live_fields(live)
    ours = {k: v for k, v in without_ignored(desired, applied).items() if v is not None and k.lower() not in wanted}
    return sorted(name for name, value in ours.items() if same(name, value, _live_value(name, seen)))


def live_fields(live: ObservedDeployment) -> dict[str, Any]:
    """The same fields as the service shows them."""
    fields = {
        "model": model_text(live.model_name, live.model_version),
        "source": live.source or None,
        "sku": normal.sku(live.sku),
        "capacity": live.capacity,
        "content_filter": live.content_filter or None,
        "version_upgrade": live.version_upgrade or None,
        **{TAG + key: value for key, value in sorted(live.tags.items())},
    }
    return {name: value for name, value in fields.items() if value is not None}


def model_text(name: str, version: str) -> str:
    """A fine-tuned model's id says it all; a base model needs its version."""
    lower = name.lower()
    return name if ".ft-" in lower or lower.startswith(("ft:", "ftchkpt-")) else f"{name}@{version}"


def compare(wanted: Mapping[str, Any], live: ObservedDeployment, mark: DeploymentMark | None) -> Difference:
    """Compare one deployment; `mark` is what its tags say, None when they are gone."""
    seen = live_fields(live)
    applied = (mark.applied if mark else None) or {}
    changes, drift = [], []
    stale = False
    for name, value in wanted.items():
        now = _live_value(name, seen)
        as_applied = name in applied and same(name, applied[name], now)
        if same(name, value, now):
            stale = stale or not as_applied
            continue
        changes.append(FieldChange(name, now, value))
        if name in applied and not as_applied:
            drift.append(FieldChange(name, applied[name], now))
    return Difference(tuple(changes), tuple(drift), stale, cause_known=bool(applied))


def _live_value(name: str, seen: Mapping[str, Any]) -> Any:
    if name in seen or not name.startswith(TAG):
        return seen.get(name)
    # Tag keys have no case on Azure.
    return next((value for key, value in seen.items() if key.lower() == name.lower()), None)


def same(name: str, one: Any, other: Any) -> bool:
    """Whether two values of a field mean the same, however the service spells them."""
    if one == other:
        return True
    if not isinstance(one, str) or not isinstance(other, str):
        return False
    if name == "model":
        return normal.same_model(one, other)
    if name in ("sku", "content_filter", "version_upgrade"):
        return one.lower() == other.lower()
    return name == "source" and normal.resource_id(one) == normal.resource_id(other)
