"""The plan as JSON: what `--format json` prints, what `--out` saves, and whether a saved plan still holds.

The shape follows Terraform's (`resource_changes[].change.actions`, `action_reason`, `resource_drift`). Readers ignore
keys that they do not know and refuse another major `format_version`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from reconciler.model.observation import ObservedJob
from reconciler.model.resource import DesiredRun, RunRef
from reconciler.model.selection import Selection
from reconciler.planning.changes import Action, Change, FieldChange, Unknown
from reconciler.planning.drift import Drift
from reconciler.planning.plan import Plan

FORMAT_VERSION = "1.0"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the operator asked of a plan; a saved plan is made again in the same way before it is applied."""

    selection: Selection = field(default_factory=Selection)
    prune: bool = False
    allow_large_change: bool = False


WHOLE = Asked()

_ACTIONS: dict[Action, list[str]] = {
    Action.UPLOAD: ["create"],
    Action.TRAIN: ["create"],
    Action.RETRY: ["create"],
    Action.CREATE: ["create"],
    Action.UPDATE: ["update"],
    Action.REPLACE: ["delete", "create"],
    Action.DELETE: ["delete"],
    Action.CANCEL: ["delete"],
}


def to_json(
    plan: Plan, diagnostics: Sequence[Mapping[str, Any]], *, root: str, version: str, asked: Asked = WHOLE
) -> dict[str, Any]:
    """The whole plan; `diagnostics` come rendered, `root` is the spec root as the user named it."""
    changes = [_change(c) for c in plan.changes]
    return {
        "format_version": FORMAT_VERSION,
        "reconciler_version": version,
        "estate": plan.estate,
        "root": root,
        "asked": {
            "select": list(asked.selection.addresses),
            "target": list(asked.selection.targets),
            "prune": asked.prune,
            "allow_large_change": asked.allow_large_change,
        },
        "complete": plan.complete,
        "errored": plan.failed,
        "observed_at": plan.observed_at,
        "digest": {"specs": specs_digest(plan), "changes": digest(changes)},
        "summary": {
            "train": plan.count(Action.TRAIN, Action.RETRY),
            "add": plan.count(Action.CREATE, Action.REPLACE),
            "change": plan.count(Action.UPDATE),
            "destroy": plan.count(Action.DELETE, Action.REPLACE),
            "upload": plan.count(Action.UPLOAD),
            "wait": plan.count(Action.WAIT),
            "blocked": plan.count(Action.BLOCKED),
        },
        "resource_changes": changes,
        "orphans": [
            {"address": str(o.address), "target": o.target, "name": o.live.name, "reason": o.why} for o in plan.orphans
        ],
        "resource_drift": [_drift(d) for d in plan.drift],
        "diagnostics": list(diagnostics),
    }


@dataclass(frozen=True, slots=True)
class Saved:
    """A plan that was read back: what it was asked for, and its changes."""

    root: str
    asked: Asked
    changes: Mapping[str, Any]


def read_saved(raw: bytes) -> Saved:
    """Read what `to_json` wrote; raises `ValueError` for anything else, and for another major version."""
    data = orjson.loads(raw)
    try:
        if str(data["format_version"]).split(".")[0] != FORMAT_VERSION.split(".")[0]:
            raise ValueError(f"its format_version is {data['format_version']}, this release reads {FORMAT_VERSION}")
        asked = data["asked"]
        selection = Selection(tuple(map(str, asked["select"])), tuple(map(str, asked["target"])))
        changes = {str(c["key"]): c for c in data["resource_changes"]}
        for change in changes.values():
            _ = change["action"], {**change["change"]["after"]}, {**change["change"]["after_unknown"]}
        how = Asked(selection, bool(asked["prune"]), bool(asked.get("allow_large_change")))
        return Saved(str(data["root"]), how, changes)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"it lacks, or has in another shape: {error}") from error


def _change(change: Change) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "key": change.key,
        "address": str(change.address),
        "type": change.address.kind,
        "name": change.address.name,
        "target": change.target,
        "action": change.action.value,
        "action_reason": change.reason.code,
        "reason": change.reason.text,
        "change": {"actions": _ACTIONS.get(change.action, ["no-op"]), **_values(change)},
    }
    if change.reason.at:
        shown["range"] = {"filename": change.reason.at.path, "line": change.reason.at.line}
    if change.also:
        shown["also"] = [str(a) for a in change.also]
    return shown


def _values(change: Change) -> dict[str, Any]:
    run = change.desired
    if isinstance(run, DesiredRun):
        job = change.live if isinstance(change.live, ObservedJob) else None
        after = {**run.ingredients.as_dict(), "fingerprint": run.fingerprint, "suffix": run.suffix}
        if isinstance(run.base, RunRef):
            after["base"] = {"job": run.base.address.name} | (
                {"checkpoint": run.base.checkpoint} if run.base.checkpoint else {}
            )
        return {"before": {"id": job.id, "status": job.status} if job else None, "after": after, "after_unknown": {}}
    unknown = {f.field: True for f in change.fields if isinstance(f.after, Unknown)}
    known = {f.field: f.after for f in change.fields if not isinstance(f.after, Unknown)}
    before = {f.field: f.before for f in change.fields if f.before is not None}
    return {"before": before or None, "after": known, "after_unknown": unknown}


def _drift(drift: Drift) -> dict[str, Any]:
    return {
        "address": str(drift.address),
        "cause": drift.cause.value,
        "change": {"before": _side(drift.fields, "before"), "after": _side(drift.fields, "after")},
        "by": drift.by,
        "at": drift.at,
    }


def _side(fields: Sequence[FieldChange], side: str) -> dict[str, Any]:
    return {f.field: getattr(f, side) for f in fields}


def digest(value: object) -> str:
    return hashlib.sha256(orjson.dumps(value, option=orjson.OPT_SORT_KEYS)).hexdigest()


def specs_digest(plan: Plan) -> str:
    """Of everything wanted, wherever in the files it stands."""
    runs = {str(a): [r.target, r.fingerprint, r.suffix, r.retries] for a, r in plan.graph.runs.items()}
    deployments = {
        str(a): [str(d.model), d.sku, d.capacity, d.content_filter, d.version_upgrade, dict(d.tags), d.protect]
        for a, d in plan.graph.deployments.items()
    }
    return digest([plan.estate, runs, deployments])


def staleness(saved: Saved, plan: Plan) -> list[str]:
    """Why the saved plan no longer holds: every action or value of the new plan that the saved one does not have.

    What the saved plan has and the new one lacks is progress, as is a model that has become known.
    """
    differences = []
    for change in orjson.loads(orjson.dumps([_change(c) for c in plan.changes if c.action.writes])):
        old = saved.changes.get(change["key"])
        if old is None or (old["action"] != change["action"] and not _half_done(old, change)):
            differences.append(f"{change['address']}: {change['action']} is new ({change['reason']})")
            continue
        differences += _new_values(change["address"], old["change"], change["change"])
    return differences


def _half_done(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """A deployment that the saved plan adds may have been added, and lack only the rest."""
    return bool(old["action"] == Action.CREATE.value and new["action"] == Action.UPDATE.value)


def _new_values(address: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    known = {k: v for k, v in new["after"].items() if k not in old["after_unknown"]}
    was = {k: v for k, v in old["after"].items() if k in known}
    if was == known:
        return []
    from deepdiff import DeepDiff  # slow to import, and rarely needed

    found = DeepDiff(was, known, verbose_level=2)
    lines = found.pretty().splitlines()
    return [f"{address}: {line}" for line in lines]
