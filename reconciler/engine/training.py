"""The train step: adopt the run that is there, or start one, make sure of its mark, and settle duplicates."""

from __future__ import annotations

from functools import partial

from reconciler.engine.context import Context
from reconciler.engine.doubt import create_once, look_patiently
from reconciler.engine.election import cancel, cancelled, elect, keep_one, lose
from reconciler.engine.models import base_name
from reconciler.engine.recognising import chosen, find_run, recognise
from reconciler.engine.uploading import file_id
from reconciler.model import codes, marks
from reconciler.model.allowance import Allowance
from reconciler.model.catalog.refusals import Refusal
from reconciler.model.diagnostics import Diagnostic
from reconciler.model.errors import DiagnosticsError
from reconciler.model.events import Outcome, StepWaiting
from reconciler.model.observation import ObservedJob, Phase
from reconciler.model.resource import DesiredRun, RunRef
from reconciler.planning.existing import fitting
from reconciler.planning.steps import Step
from reconciler.providers.base import RunRequest, Target
from reconciler.providers.errors import ServiceError

_RETIRED = ("ServiceModelDeprecated", "ServiceModelDeprecating")


def submit(step: Step, context: Context) -> tuple[ObservedJob, bool]:
    """The run with the step's mark, started if there is none; and whether we asked for one to be started."""
    run = step.change.desired
    assert isinstance(run, DesiredRun)
    target = context.targets[run.target]
    if run.target in context.lost_marks:
        detail = f"{run.target} did not keep the mark of an earlier run; nothing more is trained there."
        raise DiagnosticsError([codes.MARK_LOST.at(run.place.range(), detail, address=str(run.address))])
    there = find_run(run, target, context)
    if there:
        return there, False
    request = _request(run, target, context)  # before the look that counts, which is followed by the create at once
    tries = 0

    def create() -> ObservedJob:
        nonlocal tries
        tries += 1
        return target.training.create_job(request)

    look = partial(find_run, run, target, context)
    try:
        job = create_once(look, create, target, context, step.key, final=lambda error: error.refusal is not None)
    except ServiceError as error:
        if error.code not in _RETIRED and error.status != 410:
            raise
        raise DiagnosticsError([_retired(run, target, error)]) from error
    if not tries:
        return job, False
    tell = partial(_tell, step, context)
    stays = elect(_with_mark(job, run, target, context), run, target, context, tell)
    if stays.id != job.id:
        tell(f"following {stays.id}, which somebody else started at the same time")
    return stays, True


def _retired(run: DesiredRun, target: Target, error: ServiceError) -> Diagnostic:
    """The service's refusal of a retired base model, with what it trains there today."""
    code = codes.BASE_RETIRED
    try:
        offered = target.allowances.offered() if target.allowances else []
        models = fitting(Allowance(models=tuple(offered)).trainable(), run.ingredients.method, "azure")
        instead = f" Trainable there by {run.ingredients.method}: {', '.join(models) or 'nothing'}."
    except ServiceError as unread:
        instead = f" What is trainable there could not be read: {unread.message}."
    detail = f"{error.service}: {error.message.rstrip('.')}.{instead} {code.way_out}"
    facts = f"{error.status} {error.code}".strip()
    return code.at(run.place.value("base_model"), detail, address=str(run.address), facts=facts)


def cancel_duplicate(step: Step, context: Context) -> Outcome:
    """Hold the election again: of the unfinished runs the eldest that goes on stays, whichever it was in the plan."""
    run, job = step.change.desired, step.change.live
    assert isinstance(run, DesiredRun)
    assert isinstance(job, ObservedJob)
    target = context.targets[run.target]
    same = recognise(run, target.training.jobs(), target, context).runs
    stays = chosen(same)
    if stays is not None and stays.phase is Phase.SUCCEEDED and stays.id != job.id:
        return cancelled(step.key, cancel(job, target, context), target)
    keep_one(same, target, context, partial(_tell, step, context))
    return cancelled(step.key, target.training.job(job.id), target)


def room_may_come(step: Step, context: Context, error: ServiceError) -> bool:
    """Whether any run, anybody's, is under way where there is no room for ours: when it ends there may be.

    Azure refuses with one code whether its queue is full or it remembers too many runs, so they are counted. OpenAI
    says that its limit of active runs is reached, and counts runs of other projects, which nobody can list.
    Raises `DiagnosticsError` where there are too many and the queue has room: that does not pass.
    """
    run = step.change.desired
    assert isinstance(run, DesiredRun)
    if error.refusal is Refusal.FULL:
        return True
    target = context.targets[run.target]
    jobs = list(target.training.jobs())
    unfinished = sum(job.phase is Phase.UNDER_WAY for job in jobs)
    limits = target.limits.account
    if limits and len(jobs) >= limits.jobs and unfinished < limits.queued:
        code = codes.ACCOUNT_LIMIT
        detail = f"{run.target} has {len(jobs)} runs, of which {unfinished} are under way. {code.way_out}"
        raise DiagnosticsError([code.at(run.place.range(), detail, address=step.key)])
    return unfinished > 0


def _tell(step: Step, context: Context, words: str) -> None:
    context.emit(StepWaiting(step.key, words))


def _request(run: DesiredRun, target: Target, context: Context) -> RunRequest:
    base = run.base
    return RunRequest(
        base_model=base_name(base, context) if isinstance(base, RunRef) else base,
        training_file=_file_id(run.training, run.ingredients.training, target, context),
        validation_file=(
            _file_id(run.validation, run.ingredients.validation or "", target, context) if run.validation else None
        ),
        suffix=run.suffix,
        method=run.ingredients.method,
        hyperparameters=run.ingredients.as_dict()["hyperparameters"],
        seed=run.ingredients.seed,
        training_type=run.training_type,
        grader=run.ingredients.grader,
        response_format=run.ingredients.response_format,
        metadata={"estate": context.graph.estate, "address": str(run.address), "fingerprint": run.fingerprint},
    )


def _file_id(dataset: str, digest: str, target: Target, context: Context) -> str:
    names = marks.file_names(dataset, digest, context.graph.estate)
    found = file_id(names, target, context)
    if found is None:
        detail = f"{names[0]} was there a moment ago and is gone from {target.name}. Run apply again."
        raise DiagnosticsError([codes.SERVICE_ERROR.at(detail=detail, address=f"dataset.{dataset}")])
    return found


def _with_mark(job: ObservedJob, run: DesiredRun, target: Target, context: Context) -> ObservedJob:
    """The run, once the service has shown that it kept the mark; else it is cancelled at once."""
    if job.mark in run.marks:
        return job
    try:
        again = look_patiently(lambda: target.training.job(job.id), target, context)
    except ServiceError:
        again = job  # it never showed a mark, and nobody could find it again
    if again.mark in run.marks:
        return again
    words = f"{job.id} came back with the suffix {again.suffix!r} instead of {run.suffix!r} and was cancelled."
    raise lose(again, run, words, target, context)
