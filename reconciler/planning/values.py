"""The values of one change, before and after: everything that decides what is written, where, and who may approve it.

Of a run that is all that the service is asked for, of a deployment the fields that change. A deployment that is
deleted first and created anew is shown with all its fields, for all of them are written again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.datasets.facts import DatasetFacts
from reconciler.model.observation import ObservedDeployment, ObservedJob
from reconciler.model.resource import DesiredDeployment, DesiredRun, ResourceGraph, RunRef
from reconciler.planning.changes import Action, Change, Unknown
from reconciler.planning.diff import live_fields, wanted_fields, with_ignored
from reconciler.planning.planformat import AtOncePart, MakerPart, ValuesPart

_ACTIONS: dict[Action, tuple[Any, ...]] = {
    Action.UPLOAD: ("create",),
    Action.TRAIN: ("create",),
    Action.RETRY: ("create",),
    Action.CREATE: ("create",),
    Action.UPDATE: ("update",),
    Action.REPLACE: ("delete", "create"),
    Action.DELETE: ("delete",),
    Action.REMOVE: ("delete",),
    Action.CANCEL: ("delete",),
}


def values_of(change: Change, graph: ResourceGraph) -> ValuesPart:
    """Values before and after; of a model that a run makes, the run's fingerprint too."""
    actions = _ACTIONS.get(change.action, ("no-op",))
    before, after, unknown = _sides(change, graph)
    makers = _makers(change, graph, {*after, *unknown})
    more: dict[str, Any] = {"made_by": makers} if makers else {}
    if part := change.at_once:
        was = {f.field: f.before for f in part.fields if f.before is not None}
        more["at_once"] = AtOncePart(name=part.name, before=was, after={f.field: f.after for f in part.fields})
    return ValuesPart(actions=actions, before=before, after=after, after_unknown=dict.fromkeys(unknown, True), **more)


Sides = tuple[dict[str, Any] | None, dict[str, Any], tuple[str, ...]]
"""Values before (None: nothing is live), values after, and the fields whose value is not known yet."""


def _sides(change: Change, graph: ResourceGraph) -> Sides:
    if change.action.removes or change.action is Action.CANCEL:
        return _removed(change), {}, ()
    if isinstance(change.desired, DesiredRun):
        job = change.live if isinstance(change.live, ObservedJob) else None
        return {"id": job.id, "status": job.status} if job else None, _run(change.desired), ()
    if isinstance(change.desired, DatasetFacts):
        source = {"url": change.desired.url} if change.desired.url else {}
        return None, {"digest": change.desired.digest, **source}, ()
    return _deployment(change, graph)


def _removed(change: Change) -> dict[str, Any] | None:
    live = change.live
    if change.action is Action.REMOVE:  # every copy of the file goes: its content says which, not an id
        return {"digest": change.key.rpartition("#")[2]}
    if isinstance(live, ObservedDeployment):
        fields = live_fields(live)
        return {"name": live.name} | {name: fields[name] for name in ("model", "sku", "capacity") if name in fields}
    return {"id": live.id} if live else None


def _run(run: DesiredRun) -> dict[str, Any]:
    """What the service is asked for, in plain JSON."""
    after = {
        **run.ingredients.as_dict(),
        "fingerprint": run.fingerprint,
        "suffix": run.suffix,
        "retries": run.retries,
    }
    if run.training_type is not None:
        after["training_type"] = run.training_type
    if isinstance(run.base, RunRef):
        step = run.base.checkpoint
        after["base"] = {"job": run.base.address.name} | ({"checkpoint": step} if step else {})
    return after


def _deployment(change: Change, graph: ResourceGraph) -> Sides:
    desired, live = change.desired, change.live if isinstance(change.live, ObservedDeployment) else None
    before = {f.field: f.before for f in change.fields if f.before is not None}
    after = {f.field: f.after for f in change.fields}
    if isinstance(desired, DesiredDeployment) and change.action.writes:
        if change.action is Action.REPLACE and live:
            before, after = _anew(desired, live, before, after, graph)
        part = change.at_once if change.at_once and not change.needs else None
        after |= {"name": part.name if part else desired.name, "strategy": desired.strategy}
        before |= {"name": live.name} if live else {}
        if desired.protect is not None and (live is None or live.mark is None or change.action is Action.REPLACE):
            after["protect"] = desired.protect
            before |= {"protect": live.mark.protect} if live and live.mark else {}
    unknown = tuple(name for name, value in after.items() if isinstance(value, Unknown))
    return before or None, {name: value for name, value in after.items() if name not in unknown}, unknown


def _anew(
    desired: DesiredDeployment,
    live: ObservedDeployment,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    graph: ResourceGraph,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """All fields of a deployment that is created again, those that stay as they are among them."""
    seen = live_fields(live)
    abroad = isinstance(desired.model, RunRef) and graph.runs[desired.model.address].target != desired.target
    source = after.get("source", seen.get("source")) if abroad else None
    wanted = wanted_fields(desired, after.get("model", seen.get("model")), source)
    whole = {**with_ignored(desired, wanted, live), **after}
    return {**{name: seen[name] for name in whole if name in seen}, **before}, whole


def _makers(change: Change, graph: ResourceGraph, fields: set[str]) -> dict[str, MakerPart]:
    desired = change.desired
    if "model" not in fields or not isinstance(desired, DesiredDeployment) or not isinstance(desired.model, RunRef):
        return {}
    if change.at_once and not change.needs:
        return {}  # the model is the one that served last
    ref = desired.model
    step: dict[str, Any] = {"checkpoint": ref.checkpoint} if ref.checkpoint is not None else {}
    return {"model": MakerPart(job=str(ref.address), fingerprint=graph.runs[ref.address].fingerprint, **step)}


def more_notes(change: Change) -> Iterator[str]:
    """Facts about how a change is made that decide where data is computed, what may be paid, and whether it serves."""
    desired = change.desired
    if isinstance(desired, DesiredRun) and change.action.trains:
        if desired.training_type:
            yield f"{desired.training_type} training"
        if desired.retries and change.action is Action.TRAIN:
            yield f"up to {desired.retries} more if it fails"
    if isinstance(desired, DesiredDeployment) and change.action.writes and desired.strategy != "in_place":
        yield f"strategy {desired.strategy}"
