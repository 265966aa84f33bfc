"""The steps that take something away: a training file, a model, a run that nothing wants.

Each looks again first, because what was idle when the plan was made may have come into use since.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from reconciler.datasets.facts import DatasetFacts
from reconciler.engine.context import Context
from reconciler.engine.doubt import look_patiently
from reconciler.engine.election import cancel, cancelled
from reconciler.engine.uploading import delete
from reconciler.model import codes, marks
from reconciler.model.errors import DiagnosticsError
from reconciler.model.events import Outcome, Result, StepWaiting
from reconciler.model.observation import ObservedCheckpoint, ObservedFile, ObservedJob, ObservedModel, Phase
from reconciler.planning.in_use import InUse, is_of
from reconciler.planning.steps import Step
from reconciler.providers.base import Target
from reconciler.providers.errors import ServiceError


def remove_file(step: Step, context: Context) -> Outcome:
    """Delete every copy of a training file, unless an unfinished run has come to read one."""
    target = context.targets[step.change.target]
    names = _file_names(step, context)
    known = context.files.pop((target.name, names[0]), None)
    listed = {f.id for f in target.training.files() if f.filename in names and f.status not in ("deleting", "deleted")}
    ids = sorted(listed | ({known} if known else set()))
    if not ids:
        return Outcome(step.key, Result.UNCHANGED, "already gone")
    readers = [j.id for j in _unfinished(target) if {j.training_file, j.validation_file} & set(ids)]
    if readers:
        return Outcome(step.key, Result.UNCHANGED, f"{min(readers)} reads it")
    for id in ids:
        delete(id, target)
    return Outcome(step.key, Result.REMOVED, ", ".join(ids))


def _file_names(step: Step, context: Context) -> tuple[str, ...]:
    facts, live = step.change.desired, step.change.live
    if isinstance(facts, DatasetFacts):
        return marks.file_names(facts.name, facts.digest, context.graph.estate)
    assert isinstance(live, ObservedFile)
    return (live.filename,)


def cancel_run(step: Step, context: Context) -> Outcome:
    """Cancel an unfinished run of the estate and, where the service can, forget it: its record would block the same
    ingredients like one that a person has cancelled. One that has ended since the plan is left as it is.
    """
    job = step.change.live
    assert isinstance(job, ObservedJob)
    target = context.targets[step.change.target]
    now = target.training.job(job.id)
    if now.phase.final:
        return Outcome(step.key, Result.UNCHANGED, f"{now.id} is {now.status}")
    ended = cancel(now, target, context)
    outcome = cancelled(step.key, ended, target)
    if ended.phase is Phase.CANCELLED and not forget(ended, target, step, context):
        kept = "its record stays, so the same specs would need another `generation`"
        return replace(outcome, detail=f"{outcome.detail}; {kept}")
    return outcome


def forget(job: ObservedJob, target: Target, step: Step, context: Context) -> bool:
    """Delete the record of a run that has ended, where the service can; one that stays blocks a rerun, no more."""
    try:
        return look_patiently(lambda: target.training.forget_job(job.id), target, context)
    except ServiceError as error:
        context.emit(StepWaiting(step.key, f"the record of {job.id} stays: {error.message}"))
        return False


def remove_model(step: Step, context: Context) -> Outcome:
    """Delete a model that nothing serves and nothing starts from, and believe only a look that it is gone.

    The record of its run goes last, where the service can: while the model is there the record tells whose it is, and
    without the model it would block the same ingredients for the want of it.
    """
    model = step.change.live
    assert isinstance(model, ObservedModel)
    target = context.targets[step.change.target]
    job = _job_of(model, target)
    if target.training.model(model.id) is None:
        if job:
            forget(job, target, step, context)
        return Outcome(step.key, Result.UNCHANGED, "already gone")
    user = _user(model, job, target, context.targets.values())
    if user:
        code = codes.MODEL_IN_USE
        raise DiagnosticsError([code.at(detail=f"{user}. {code.way_out}", address=step.key)])
    target.training.delete_model(model.id)
    if target.training.model(model.id) is not None:
        code = codes.MODEL_KEPT
        raise DiagnosticsError([code.at(detail=f"{model.id} on {target.name}. {code.way_out}", address=step.key)])
    if job:
        forget(job, target, step, context)
    return Outcome(step.key, Result.DESTROYED, model.id)


def _user(model: ObservedModel, job: ObservedJob | None, target: Target, targets: Iterable[Target]) -> str:
    """Who uses the model now, in words; empty when nobody does."""
    served = [(t.name, d) for t in targets if t.serving is not None for d in t.serving.deployments()]
    in_use = InUse(served, _checkpoints(job, target) if served else ())
    for name, deployment in in_use.of(model.id):
        return f"{deployment.name} on {name} serves it"
    if job is None and in_use.unidentified:
        name, deployment = in_use.unidentified[0]
        return f"{deployment.name} on {name} serves a checkpoint that may be of its run"
    for run in _unfinished(target):
        if is_of(run.base_model, model.id):
            return f"{run.id} is training on it"
    return ""


def _checkpoints(job: ObservedJob | None, target: Target) -> list[ObservedCheckpoint]:
    try:
        return target.training.checkpoints(job.id) if job else []
    except ServiceError as error:
        if not error.missing:
            raise
        return []


def _job_of(model: ObservedModel, target: Target) -> ObservedJob | None:
    jobs = target.training.jobs()
    return next((j for j in jobs if j.id == model.job or (j.fine_tuned_model or "").lower() == model.id.lower()), None)


def _unfinished(target: Target) -> list[ObservedJob]:
    return [j for j in target.training.jobs() if not j.phase.final]
