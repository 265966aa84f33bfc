"""The deployment step: read, compare again, write what differs, read again and believe only that."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from reconciler.engine.answering import first_answer
from reconciler.engine.context import Context
from reconciler.engine.models import served_name
from reconciler.engine.patience import lasting
from reconciler.engine.settling import settled, vanished, written
from reconciler.model import codes
from reconciler.model.errors import DiagnosticsError
from reconciler.model.events import Outcome, Result, StepWaiting
from reconciler.model.marks import DeploymentMark
from reconciler.model.observation import ObservedDeployment
from reconciler.model.resource import DesiredDeployment, RunRef
from reconciler.planning.changes import Action, AtOnce, Unknown
from reconciler.planning.deployments import whose_else
from reconciler.planning.diff import TAG, compare, left_fields, live_fields, wanted_fields, wanted_of, with_ignored
from reconciler.planning.steps import Step
from reconciler.providers.base import DeploymentWrite, Serving
from reconciler.providers.errors import ServiceError
from reconciler.providers.retry import WRITES, Backoff

BUSY = Backoff(attempts=60, first=2.0, longest=60.0, patience=WRITES)
"""For an account that somebody else keeps busy: about half an hour in all."""
DOUBT = Backoff(attempts=4, first=1.0, longest=30.0, patience=WRITES)
_SECOND_WRITE = ("sku", "capacity")
"""Fields that the service refuses to change together with the model."""


def deploy(step: Step, context: Context) -> Outcome:
    """Bring one deployment to what the spec wants. PUT is idempotent by name, so it may be sent again."""
    desired = step.change.desired
    assert isinstance(desired, DesiredDeployment)
    serving = context.targets[desired.target].serving
    assert serving is not None
    part = step.part
    name = part.name if part else desired.name
    live = serving.deployment(name)
    if live and (whose := whose_else(live, desired, context.graph)):
        detail = f"{live.name} on {desired.target} {whose} since the plan. {codes.NAME_CLASH.way_out}"
        raise DiagnosticsError([codes.NAME_CLASH.at(desired.place.range(), detail, address=step.key)])
    if live and not live.settled:
        live = settled(name, serving, step, context)
    wanted = _wanted_at_once(part, live, step) if part else _wanted(step, context)
    if _replaces(step, desired) and live and _model_differs(wanted, live):
        wanted = with_ignored(desired, wanted, live)
        _delete(serving, live.name, step, context)
        live = None
    elif live:
        wanted = wanted_of(desired, wanted, live)
    if step.change.action is Action.WAIT and live and live.provisioning_state == "Succeeded":
        _check(desired, wanted, live, step)
        return Outcome(step.key, Result.UNCHANGED)
    new = live is None
    asks = new or (live is not None and _model_differs(wanted, live))
    for fields in _writes(wanted, live):
        live = _write(serving, desired, fields, wanted, live, step, context)
    if live is None:
        detail = f"{name} is not there after it was created on {desired.target}."
        raise DiagnosticsError([codes.SERVICE_UNCHANGED.at(desired.place.range(), detail, address=step.key)])
    _check(desired, wanted, live, step)
    told = first_answer(live.name, step, context) if asks else ()
    if step.change.action is Action.REPLACE and part is None:
        return Outcome(step.key, Result.REPLACED, diagnostics=told)
    return Outcome(step.key, Result.CREATED if new else Result.CHANGED, diagnostics=told)


def remove(step: Step, context: Context) -> Outcome:
    """Delete one deployment that nothing wants, unless it was protected since the plan."""
    live = step.change.live
    assert isinstance(live, ObservedDeployment)
    serving = context.targets[step.change.target].serving
    assert serving is not None
    now = serving.deployment(live.name)
    if now is None:
        return Outcome(step.key, Result.UNCHANGED, "already gone")
    mark = now.mark
    if mark is None or mark.estate != context.graph.estate or mark.protect:
        code = codes.PROTECTED if mark and mark.protect else codes.NAME_CLASH
        raise DiagnosticsError([code.at(detail=code.way_out, address=step.key)])
    _delete(serving, live.name, step, context)
    return Outcome(step.key, Result.DESTROYED)


def _delete(serving: Serving, name: str, step: Step, context: Context) -> None:
    """Delete and wait until it is gone; a second DELETE does no harm."""
    _persevere(lambda: serving.delete(name, lambda words: context.emit(StepWaiting(step.key, words))), step, context)
    vanished(name, serving, step, context)


def _model_differs(wanted: Mapping[str, Any], live: ObservedDeployment) -> bool:
    return any(f.field == "model" for f in compare(wanted, live, live.mark).changes)


def _wanted_at_once(part: AtOnce, live: ObservedDeployment | None, step: Step) -> dict[str, Any]:
    """The fields that wait for no run; without the model where another one has come to serve since the plan."""
    if live is None and part.live is not None:
        detail = f"{part.name} was deleted since the plan was made. Plan again."
        raise DiagnosticsError([codes.SERVICE_UNCHANGED.at(detail=detail, address=step.key)])
    moved = live is not None and (part.live is None or live.model_name != part.live.model_name)
    return {k: v for k, v in part.wanted.items() if not moved or k not in ("model", "source")}


def _replaces(step: Step, desired: DesiredDeployment) -> bool:
    """Whether the one that is there goes first: also one that this apply has made again with the model before."""
    if step.part:
        return False
    again = step.change.at_once is not None and desired.strategy == "recreate"
    return step.change.action is Action.REPLACE or again


def _wanted(step: Step, context: Context) -> dict[str, Any]:
    """The fields to reach, with the model that the training has brought to light."""
    desired = step.change.desired
    assert isinstance(desired, DesiredDeployment)
    model: Any = None
    if isinstance(desired.model, RunRef):
        model = served_name(desired.model, context)
    else:
        model = f"{desired.model.name}@{desired.model.version}"
    source = None
    if isinstance(desired.model, RunRef):
        home = context.graph.runs[desired.model.address].target
        source = None if home == desired.target else context.targets[home].account().id
    fields = wanted_fields(desired, model, source)
    if Unknown.AFTER_TRAINING in fields.values():
        raise ValueError(f"{step.key}: a field is not known yet, and would be written")
    return fields


def _writes(wanted: Mapping[str, Any], live: ObservedDeployment | None) -> list[dict[str, Any]]:
    """The fields of each write, in order: model and capacity never go together; a create takes all at once."""
    if live is None or live.failed:
        return [dict(wanted)]
    differing = {f.field: f.after for f in compare(wanted, live, live.mark).changes}
    if "model" in differing and "source" in wanted:
        differing["source"] = wanted["source"]
    second = {k: v for k, v in differing.items() if k in _SECOND_WRITE}
    first = {k: v for k, v in differing.items() if k not in _SECOND_WRITE}
    return [fields for fields in (first, second) if fields] or [{}]


def _write(
    serving: Serving,
    desired: DesiredDeployment,
    fields: Mapping[str, Any],
    wanted: Mapping[str, Any],
    live: ObservedDeployment | None,
    step: Step,
    context: Context,
) -> ObservedDeployment | None:
    """Send one write and read the deployment again."""
    tags = _mark(step, _record(desired, fields, wanted, live), live, context).tags()
    own_tags = {k.removeprefix(TAG): v for k, v in fields.items() if k.startswith(TAG)}
    write = DeploymentWrite(
        {k: v for k, v in fields.items() if not k.startswith(TAG)}, {**own_tags, **tags}, _base(desired, context)
    )
    name = step.part.name if step.part else desired.name
    current = [live]

    def tell(words: str) -> None:
        context.emit(StepWaiting(step.key, words))

    def send() -> None:
        serving.write(name, write, current[0], tell)

    def look() -> None:
        current[0] = serving.deployment(name)

    _persevere(send, step, context, before_again=look)
    return written(name, serving, step, context)


def _base(desired: DesiredDeployment, context: Context) -> str:
    """The base model of the run that is served; a checkpoint's id does not say it."""
    if not isinstance(desired.model, RunRef):
        return ""
    return context.graph.root_of(context.graph.runs[desired.model.address])


def _record(
    desired: DesiredDeployment, fields: Mapping[str, Any], wanted: Mapping[str, Any], live: ObservedDeployment | None
) -> dict[str, Any]:
    """What stands in the tags as last applied: the wanted fields, and as before what waits or what was left."""
    before = (live.mark.applied if live and live.mark else None) or {}
    waiting = wanted_fields(desired, "", "").keys() - wanted.keys() - desired.ignore_drift
    waiting -= {"source"} if "model" in wanted else set()
    left = left_fields(desired, live) if live else {}
    applied = {**(live_fields(live) if live else {}), **fields}
    kept = {k: before[k] for k in (*waiting, *left) if k in before}
    return kept | {k: applied[k] for k in wanted if applied.get(k) is not None}


def _persevere(
    send: Callable[[], None], step: Step, context: Context, before_again: Callable[[], None] = lambda: None
) -> None:
    """Send a write that may be sent again until it is heard: while others keep the account busy, and after doubt."""
    doubts = busy = 0
    longest = context.targets[step.change.target].pace.writes
    until = context.now() + longest
    while True:
        context.sent.add(step.key)
        try:
            return send()
        except ServiceError as error:
            if error.conflict and busy < BUSY.attempts and context.now() < until:
                tries = f"try {busy + 1} of {BUSY.attempts}, {lasting(longest)} at most"
                words = f"{step.change.target} is busy with another operation; {tries}"
                context.emit(StepWaiting(step.key, words))
                context.back_off(step.key, BUSY, busy, error)
                busy += 1
            elif error.transient and not error.conflict and doubts < DOUBT.attempts:
                context.emit(StepWaiting(step.key, error.message))
                context.back_off(step.key, DOUBT, doubts, error)
                doubts += 1
            else:
                raise
        before_again()


def _mark(step: Step, applied: Mapping[str, Any], live: ObservedDeployment | None, context: Context) -> DeploymentMark:
    desired = step.change.desired
    assert isinstance(desired, DesiredDeployment)
    before = live.mark if live else None
    fingerprint = before.fingerprint if before else step.part.fingerprint if step.part else ""
    if not step.part and isinstance(desired.model, RunRef) and desired.model.address in context.models:
        fingerprint = context.graph.runs[desired.model.address].fingerprint
    protect = desired.protect if desired.protect is not None else bool(before and before.protect)
    return DeploymentMark(context.graph.estate, str(desired.address), fingerprint, protect, applied)


def _check(desired: DesiredDeployment, wanted: Mapping[str, Any], live: ObservedDeployment, step: Step) -> None:
    left = compare(wanted, live, live.mark).changes
    if left:
        told = "; ".join(f"{f.field} is {f.before}, wanted {f.after}" for f in left)
        detail = f"After the write {told}. {codes.SERVICE_UNCHANGED.way_out}"
        raise DiagnosticsError([codes.SERVICE_UNCHANGED.at(desired.place.range(), detail, address=step.key)])
