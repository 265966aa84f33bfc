"""The plan as JSON: what `--format json` prints and `--out` saves. The format itself is in `planformat`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from typing import Any

from reconciler.model.observation import ObservedDeployment, ObservedJob
from reconciler.model.resource import DesiredRun, RunRef
from reconciler.model.selection import Selection
from reconciler.planning.changes import Action, Change, FieldChange, Unknown
from reconciler.planning.costs.costformat import change_cost, plan_costs
from reconciler.planning.diff import live_fields
from reconciler.planning.drift import Drift
from reconciler.planning.plan import Plan
from reconciler.planning.planformat import FORMAT_VERSION, changes_digest, digest


@dataclass(frozen=True, slots=True)
class Asked:
    """What the operator asked of a plan; a saved plan is made again in the same way before it is applied."""

    selection: Selection = field(default_factory=Selection)
    prune: bool = False
    _: KW_ONLY
    allow_large_change: bool = False
    destroy: bool = False
    allow_over_budget: bool = False


WHOLE = Asked()

_ACTIONS: dict[Action, list[str]] = {
    Action.UPLOAD: ["create"],
    Action.TRAIN: ["create"],
    Action.RETRY: ["create"],
    Action.CREATE: ["create"],
    Action.UPDATE: ["update"],
    Action.REPLACE: ["delete", "create"],
    Action.DELETE: ["delete"],
    Action.REMOVE: ["delete"],
    Action.CANCEL: ["delete"],
}


def to_json(
    plan: Plan, diagnostics: Sequence[Mapping[str, Any]], *, root: str, version: str, asked: Asked = WHOLE
) -> dict[str, Any]:
    """The whole plan; `diagnostics` come rendered, `root` is the spec root as the user named it."""
    changes = [change_json(c) for c in plan.changes]
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
            "destroy": asked.destroy,
            "allow_over_budget": asked.allow_over_budget,
        },
        "complete": plan.complete,
        "errored": plan.failed,
        "observed_at": plan.observed_at,
        "targets": [{"name": t.name, "objects": t.objects, "complete": t.complete} for t in plan.targets],
        "wanted": {"runs": len(plan.graph.runs), "deployments": len(plan.graph.deployments)},
        "digest": {"specs": specs_digest(plan), "changes": changes_digest(plan.estate, changes)},
        "summary": {
            "train": plan.count(Action.TRAIN, Action.RETRY),
            "add": plan.count(Action.CREATE, Action.REPLACE),
            "change": plan.count(Action.UPDATE),
            "destroy": plan.count(Action.DELETE, Action.REPLACE),
            "upload": plan.count(Action.UPLOAD),
            "remove": plan.count(Action.REMOVE),
            "wait": plan.count(Action.WAIT),
            "cancel": plan.count(Action.CANCEL),
            "parked": plan.count(Action.PARKED),
            "blocked": plan.count(Action.BLOCKED),
        },
        "cost": plan_costs(plan.cost, plan.hosting),
        "resource_changes": changes,
        "orphans": [
            {
                "address": str(o.address),
                "target": o.target,
                "name": o.live.name,
                "reason": o.why,
                "protected": o.protected,
            }
            for o in plan.orphans
        ],
        "leftovers": [
            {
                "kind": x.kind,
                "address": str(x.address),
                "target": x.target,
                "name": x.name,
                "kept": x.kept,
                "spared": x.spared,
            }
            for x in plan.leftovers
        ],
        "resource_drift": [_drift(d) for d in plan.drift],
        "diagnostics": list(diagnostics),
    }


def change_json(change: Change) -> dict[str, Any]:
    """One entry of `resource_changes`."""
    shown: dict[str, Any] = {
        "key": change.key,
        "address": str(change.address),
        "type": change.address.kind,
        "name": change.address.name,
        "target": change.target,
        "action": change.action.value,
        "action_reason": change.reason.code,
        "reason": change.reason.text,
        "notes": list(change.notes),
        "needs": list(change.needs),
        "change": {"actions": _ACTIONS.get(change.action, ["no-op"]), **_values(change)},
    }
    if change.reason.at:
        shown["range"] = {"filename": change.reason.at.path, "line": change.reason.at.line}
    if change.also:
        shown["also"] = [str(a) for a in change.also]
    return shown | change_cost(change)


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
    if change.action is Action.DELETE and isinstance(change.live, ObservedDeployment):
        return {"before": {"name": change.live.name, **_served(change.live)}, "after": {}, "after_unknown": {}}
    if (change.action.removes or change.action is Action.CANCEL) and change.live is not None:
        return {"before": {"id": change.live.id}, "after": {}, "after_unknown": {}}
    unknown = {f.field: True for f in change.fields if isinstance(f.after, Unknown)}
    known = {f.field: f.after for f in change.fields if not isinstance(f.after, Unknown)}
    before = {f.field: f.before for f in change.fields if f.before is not None}
    return {"before": before or None, "after": known, "after_unknown": unknown}


def _served(live: ObservedDeployment) -> dict[str, Any]:
    fields = live_fields(live)
    return {name: fields[name] for name in ("model", "sku", "capacity") if name in fields}


def _drift(drift: Drift) -> dict[str, Any]:
    return {
        "address": str(drift.address),
        "cause": drift.cause.value,
        "detail": drift.detail,
        "change": {"before": _side(drift.fields, "before"), "after": _side(drift.fields, "after")},
        "by": drift.by,
        "at": drift.at,
    }


def _side(fields: Sequence[FieldChange], side: str) -> dict[str, Any]:
    return {f.field: getattr(f, side) for f in fields}


def specs_digest(plan: Plan) -> str:
    """Of everything wanted, wherever in the files it stands."""
    runs = {str(a): [r.target, r.fingerprint, r.suffix, r.retries] for a, r in plan.graph.runs.items()}
    deployments = {
        str(a): [str(d.model), d.sku, d.capacity, d.content_filter, d.version_upgrade, dict(d.tags), d.protect]
        + ([sorted(d.ignore_drift)] if d.ignore_drift else [])
        for a, d in plan.graph.deployments.items()
    }
    return digest([plan.estate, runs, deployments])
