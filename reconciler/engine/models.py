"""The model that a reference means, once its run is trained."""

from __future__ import annotations

from reconciler.engine.context import Context
from reconciler.engine.recognising import find_run
from reconciler.model import codes
from reconciler.model.errors import DiagnosticsError
from reconciler.model.observation import ObservedCheckpoint, ObservedJob
from reconciler.model.resource import RunRef
from reconciler.providers.base import Target


def base_name(ref: RunRef, context: Context) -> str:
    """What a run that starts from it names as its model. Raises `DiagnosticsError` where there is none."""
    return _model(ref, context) if ref.checkpoint is None else _checkpoint(ref, context).model


def served_name(ref: RunRef, context: Context) -> str | None:
    """What a deployment names; None when the run has no model, so that what serves now goes on serving."""
    if ref.address not in context.models:
        return None
    return context.models[ref.address] if ref.checkpoint is None else _checkpoint(ref, context).id


def _model(ref: RunRef, context: Context) -> str:
    """Of a run that this apply has followed, or that ended before: a plan does not look at the parent of a run that is
    under way."""
    if ref.address in context.models:
        return context.models[ref.address]
    run = context.graph.runs[ref.address]
    target = context.targets[run.target]
    job = find_adopted(target, run.adopt) if run.adopt else find_run(run, target, context)
    if job and job.fine_tuned_model and target.training.model(job.fine_tuned_model):
        return job.fine_tuned_model
    code = codes.BASE_GONE
    detail = f"{ref.address} has no model on {run.target} any more. {code.way_out}"
    raise DiagnosticsError([code.at(run.place.range(), detail, address=str(ref.address))])


def find_adopted(target: Target, id: str) -> ObservedJob | None:
    """The record of a run that was taken over, by its id or by its model's."""
    named = (j for j in target.training.jobs() if id == j.id or id.lower() == (j.fine_tuned_model or "").lower())
    return next(named, None)


def _checkpoint(ref: RunRef, context: Context) -> ObservedCheckpoint:
    run = context.graph.runs[ref.address]
    target = context.targets[run.target]
    job = find_adopted(target, run.adopt) if run.adopt else find_run(run, target, context)
    found = target.training.checkpoints(job.id) if job else []
    for checkpoint in found:
        if checkpoint.step == ref.checkpoint:
            return checkpoint
    steps = ", ".join(str(c.step) for c in sorted(found, key=lambda c: c.step)) or "none"
    code = codes.CHECKPOINT_MISSING
    detail = f"{ref.address} has no checkpoint at step {ref.checkpoint}; it has {steps}. {code.way_out}"
    raise DiagnosticsError([code.at(run.place.range(), detail, address=str(ref.address))])
