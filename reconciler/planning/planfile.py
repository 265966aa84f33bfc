"""The plan as a document: what is printed, saved, shown and approved. The format itself is in `planformat`."""

from __future__ import annotations

from typing import Any

from reconciler.model.asked import WHOLE, Asked
from reconciler.model.resource import ResourceGraph
from reconciler.planning.changes import Action, Change, FieldChange
from reconciler.planning.costs.costformat import change_cost, plan_costs
from reconciler.planning.diagnosticformat import DiagnosticPart
from reconciler.planning.drift import Drift
from reconciler.planning.plan import Plan
from reconciler.planning.plandigest import changes_digest, specs_digest
from reconciler.planning.planformat import (
    FORMAT_VERSION,
    AskedPart,
    ChangePart,
    DigestPart,
    DriftPart,
    DriftValues,
    LeftoverPart,
    OrphanPart,
    PlacePart,
    PlanDocument,
    SummaryPart,
    TargetPart,
    UnsetPart,
    WantedPart,
)
from reconciler.planning.removal.leftovers import Leftover
from reconciler.planning.scopeformat import ScopePart
from reconciler.planning.unset import Unset
from reconciler.planning.values import more_notes, values_of


def to_document(plan: Plan, *, root: str, version: str, asked: Asked = WHOLE) -> PlanDocument:
    """The whole plan; `root` is the spec root as the user named it, `version` the release that made the plan."""
    changes = tuple(change_part(c, plan.graph) for c in plan.changes)
    accounts = {t.name: t.account for t in plan.targets}
    return PlanDocument(
        format_version=FORMAT_VERSION,
        reconciler_version=version,
        estate=plan.estate,
        root=root,
        asked=_asked(asked),
        complete=plan.complete,
        errored=plan.failed,
        observed_at=plan.observed_at,
        targets=tuple(
            TargetPart(name=t.name, objects=t.objects, complete=t.complete, account=t.account) for t in plan.targets
        ),
        scope=ScopePart.of(plan.scope),
        wanted=WantedPart(runs=len(plan.graph.runs), deployments=len(plan.graph.deployments)),
        digest=DigestPart(specs=specs_digest(plan), changes=changes_digest(plan.estate, accounts, changes)),
        summary=_summary(plan),
        cost=plan_costs(plan.cost, plan.hosting),
        resource_changes=changes,
        orphans=_orphans(plan),
        leftovers=_leftovers(plan),
        **({"unset": tuple(map(unset_part, plan.unset))} if plan.unset else {}),
        resource_drift=tuple(_drift(d) for d in plan.drift),
        diagnostics=tuple(DiagnosticPart.of(d) for d in plan.diagnostics),
    )


def _asked(asked: Asked) -> AskedPart:
    return AskedPart(
        select=asked.selection.addresses,
        target=asked.selection.targets,
        prune=asked.prune,
        allow_large_change=asked.allow_large_change,
        destroy=asked.destroy,
        allow_over_budget=asked.allow_over_budget,
    )


def _summary(plan: Plan) -> SummaryPart:
    return SummaryPart(
        train=plan.count(Action.TRAIN, Action.RETRY),
        add=plan.count(Action.CREATE, Action.REPLACE),
        change=plan.count(Action.UPDATE),
        destroy=plan.count(Action.DELETE, Action.REPLACE),
        upload=plan.count(Action.UPLOAD),
        remove=plan.count(Action.REMOVE),
        wait=plan.count(Action.WAIT),
        cancel=plan.count(Action.CANCEL),
        parked=plan.count(Action.PARKED),
        blocked=plan.count(Action.BLOCKED),
    )


def change_part(change: Change, graph: ResourceGraph) -> ChangePart:
    """One entry of `resource_changes`."""
    reason = change.reason
    more: dict[str, Any] = {}
    if reason.at:
        more["range"] = PlacePart(filename=reason.at.path, line=reason.at.line)
    if change.also:
        more["also"] = tuple(str(a) for a in change.also)
    if cost := change_cost(change):
        more["cost"] = cost
    return ChangePart(
        key=change.key,
        address=str(change.address),
        type=change.address.kind,
        name=change.address.name,
        target=change.target,
        action=change.action,
        action_reason=reason.code,
        reason=reason.text,
        notes=(*change.notes, *more_notes(change)),
        needs=change.needs,
        change=values_of(change, graph),
        **more,
    )


def unset_part(unset: Unset) -> UnsetPart:
    """One entry of `unset`."""
    return UnsetPart(address=str(unset.address), target=unset.target, name=unset.name, fields=dict(unset.fields))


def _orphans(plan: Plan) -> tuple[OrphanPart, ...]:
    return tuple(
        OrphanPart(
            address=str(o.address),
            target=o.target,
            name=o.live.name,
            reason=o.why,
            protected=o.protected,
            unread=o.unread,
        )
        for o in plan.orphans
    )


def _leftovers(plan: Plan) -> tuple[LeftoverPart, ...]:
    return tuple(
        LeftoverPart(kind=_kind(x), address=str(x.address), target=x.target, name=x.name, kept=x.kept, spared=x.spared)
        for x in plan.leftovers
    )


def _kind(leftover: Leftover) -> Any:
    return leftover.kind


def _drift(drift: Drift) -> DriftPart:
    return DriftPart(
        address=str(drift.address),
        cause=drift.cause.value,
        detail=drift.detail,
        change=DriftValues(before=_side(drift.fields, "before"), after=_side(drift.fields, "after")),
        by=drift.by,
        at=drift.at,
    )


def _side(fields: tuple[FieldChange, ...], side: str) -> dict[str, Any]:
    return {f.field: getattr(f, side) for f in fields}
