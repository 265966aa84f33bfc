"""The derivation of a deployment: what the spec says, what was last applied and what is live, field by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.model.observation import Observation, ObservedDeployment
from reconciler.model.resource import DesiredDeployment, RunRef
from reconciler.planning.changes import Change, FieldChange
from reconciler.planning.derivation import Derivation, Table, decided
from reconciler.planning.diff import compare, dropped_tags, left_fields, live_fields, wanted_fields, without_ignored
from reconciler.planning.plan import Plan


def explain_deployment(
    desired: DesiredDeployment, plan: Plan, observed: Mapping[str, Observation], change: Change | None
) -> Derivation:
    observation = observed[desired.target]
    live = next((d for d in observation.deployments if d.name.lower() == desired.name.lower()), None)
    model = Table("model", ("", ""), tuple(_model(desired, plan, live)))
    if not observation.complete:
        detail = f"{desired.target} could not be read"
        return Derivation(desired.address, desired.target, (model,), "unknown", detail)
    rows = tuple(_fields(desired, live, _wanted(desired, plan, change)))
    tables = (
        model,
        Table("live", ("", ""), tuple(_live(live)), empty="no deployment of that name"),
        Table("fields", ("what", "spec", "last applied", "live", ""), rows),
    )
    return decided(desired.address, desired.target, tables, change, "every field that the spec sets is live")


def _model(desired: DesiredDeployment, plan: Plan, live: ObservedDeployment | None) -> Iterator[tuple[str, str]]:
    if isinstance(desired.model, RunRef):
        run = plan.graph.runs[desired.model.address]
        step = f" at step {desired.model.checkpoint}" if desired.model.checkpoint is not None else ""
        yield ("serves", f"{run.address}{step}, trained on {run.target}")
        yield ("mark", run.mark)
        yield ("its model", plan.models.get(run.address, "(not there yet)"))
    else:
        yield ("serves", f"{desired.model.name}@{desired.model.version}")
    if live:
        mark = live.mark
        yield ("last applied", _text((mark.applied or {}).get("model") if mark else None))
        yield ("live", _text(live_fields(live).get("model")))


def _live(live: ObservedDeployment | None) -> Iterator[tuple[str, str]]:
    if live is None:
        return
    mark = live.mark
    yield ("name", live.name)
    yield ("state", live.provisioning_state)
    yield ("owner", f"{mark.estate}, {mark.address}" if mark else "no tags of any estate")
    if mark:
        yield ("protected", "yes" if mark.protect else "no")
        yield ("record", "as last applied" if mark.applied is not None else "gone or broken: two-way comparison")
    if live.modified_by or live.modified_at:
        yield ("last written", " ".join(word for word in (live.modified_at, f"by {live.modified_by}") if word))


def _wanted(desired: DesiredDeployment, plan: Plan, change: Change | None) -> dict[str, Any]:
    """The fields of the spec; what only the plan knows, the model and where it comes from, as the plan has it."""
    written = {f.field: f.after for f in change.fields} if change else {}
    model: Any = written.get("model")
    if model is None and isinstance(desired.model, RunRef):
        model = plan.models.get(desired.model.address) if desired.model.checkpoint is None else None
    elif model is None and not isinstance(desired.model, RunRef):
        model = f"{desired.model.name}@{desired.model.version}"
    return wanted_fields(desired, model, written.get("source"))


def _fields(
    desired: DesiredDeployment, live: ObservedDeployment | None, wanted: Mapping[str, Any]
) -> Iterator[tuple[str, ...]]:
    mark = live.mark if live else None
    applied = (mark.applied if mark else None) or {}
    seen = live_fields(live) if live else {}
    kept = without_ignored(desired, wanted)
    found = compare(kept, live, mark) if live else None
    for name, value in wanted.items():
        changed = found is None or _names(found.changes, name)
        drifted = found is not None and _names(found.drift, name)
        if name == "model":
            continue  # its names are long: it has a table of its own
        verdict = "left alone" if live and name not in kept else "drift" if drifted else "change" if changed else "same"
        yield (name, _text(value), _text(applied.get(name)), _text(seen.get(name)), verdict)
    if live:
        for verdict, names in (("change", dropped_tags(desired, live)), ("left", left_fields(desired, live))):
            yield from ((name, "-", _text(applied.get(name)), _text(seen.get(name)), verdict) for name in names)


def _names(fields: tuple[FieldChange, ...], name: str) -> bool:
    return any(f.field == name for f in fields)


def _text(value: Any) -> str:
    return "-" if value is None else str(value)
