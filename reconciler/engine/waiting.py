"""Following what goes on at the services: one list call a target, however many runs and files are watched there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from reconciler.engine.context import Context
from reconciler.engine.election import gave_way, keep_one
from reconciler.engine.recognising import chosen, ended_badly, recognise
from reconciler.model import codes
from reconciler.model.catalog import failures as failed
from reconciler.model.catalog import rejections
from reconciler.model.diagnostics import Diagnostic
from reconciler.model.events import Outcome, Result, StepProgress, StepWaiting
from reconciler.model.observation import ObservedFile, ObservedJob, Phase
from reconciler.model.resource import DesiredRun
from reconciler.planning.steps import Step
from reconciler.providers.base import RunProgress, Target
from reconciler.providers.errors import ServiceError, diagnose


@dataclass(slots=True)
class Watch:
    """One run or file that is followed until it ends."""

    step: Step
    id: str
    next_events: float = 0.0
    progress: RunProgress = field(default_factory=RunProgress)
    told: set[str] = field(default_factory=set)
    """Rivals that the operator has been told of."""
    until: float | None = None
    """When to leave a run to itself that nobody waits for, on the context's clock."""

    @property
    def is_run(self) -> bool:
        return isinstance(self.step.change.desired, DesiredRun)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The end of a watch; without an outcome, the run failed and has attempts left."""

    step: Step
    outcome: Outcome | None
    model: str | None = None


def poll(target: Target, watches: Sequence[Watch], context: Context) -> list[Verdict]:
    """Look once at everything that is watched on one target, and leave what has been watched for long enough."""
    now = context.now()
    verdicts = _look(target, watches, context)
    ended = {verdict.step.key for verdict in verdicts}
    enough = [w for w in watches if w.until is not None and now >= w.until and w.step.key not in ended]
    return verdicts + [Verdict(w.step, Outcome(w.step.key, Result.SUBMITTED, w.id)) for w in enough]


def _look(target: Target, watches: Sequence[Watch], context: Context) -> list[Verdict]:
    """A look that fails in passing is only a look missed."""
    try:
        runs = [w for w in watches if w.is_run]
        files = [w for w in watches if not w.is_run]
        verdicts = _poll_runs(target, runs, context) if runs else []
        return verdicts + (_poll_files(target, files) if files else [])
    except ServiceError as error:
        if not error.transient:
            return [_failed(watch, error) for watch in watches]
        for watch in watches:
            context.emit(StepWaiting(watch.step.key, f"{target.name} does not answer: {error.message}"))
        return []


def _poll_runs(target: Target, watches: Sequence[Watch], context: Context) -> list[Verdict]:
    jobs = target.training.jobs()
    by_id = {job.id: job for job in jobs}
    verdicts = []
    for watch in watches:
        same = _same_run(watch, jobs, target, context)
        _hold_election(watch, jobs, same, target, context)
        try:
            job = by_id.get(watch.id) or target.training.job(watch.id)
        except ServiceError as error:
            if not error.missing:
                raise
            verdicts.append(_failed(watch, error))
            continue
        if job.phase in (Phase.UNDER_WAY, Phase.PAUSED):
            _report(watch, job, target, context)
        if job.phase is not Phase.UNDER_WAY:
            verdicts.append(_judge(watch.step, job, same))
    return verdicts


def _same_run(watch: Watch, jobs: Sequence[ObservedJob], target: Target, context: Context) -> tuple[ObservedJob, ...]:
    """Those that carry the run's mark and may be it."""
    run = watch.step.change.desired
    assert isinstance(run, DesiredRun)
    return recognise(run, jobs, target, context).runs


def _hold_election(
    watch: Watch, jobs: Sequence[ObservedJob], same: Sequence[ObservedJob], target: Target, context: Context
) -> None:
    """At every look: a rival that the lists showed too late is found here, and the run that stays is followed."""
    run = watch.step.change.desired
    assert isinstance(run, DesiredRun)
    eldest = keep_one(same, target, context, lambda words: context.emit(StepWaiting(watch.step.key, words)))
    own = next((j for j in jobs if j.id == watch.id), None)
    for job in gave_way(own, jobs, run) if own else ():
        if job.id not in watch.told:
            watch.told.add(job.id)
            words = f"{job.id} was started elsewhere at the same time and gave way to {watch.id}"
            context.emit(StepWaiting(watch.step.key, words))
    if own and ended_badly(own):
        eldest = chosen(same)
    if own and eldest and own.phase is not Phase.SUCCEEDED:
        watch.id = eldest.id


def _report(watch: Watch, job: ObservedJob, target: Target, context: Context) -> None:
    now = context.now()
    if now >= watch.next_events:
        watch.next_events = now + target.pace.events
        watch.progress = target.training.progress(job.id)
    known = watch.progress
    context.emit(StepProgress(watch.step.key, job.status, known.step, known.total, known.loss))


def _judge(step: Step, job: ObservedJob, jobs: Sequence[ObservedJob]) -> Verdict:
    run = step.change.desired
    assert isinstance(run, DesiredRun)
    if job.phase is Phase.SUCCEEDED and job.fine_tuned_model:
        tokens = f"{job.trained_tokens:,} tokens" if job.trained_tokens else ""
        outcome = Outcome(step.key, Result.TRAINED, tokens, trained_tokens=job.trained_tokens)
        return Verdict(step, outcome, job.fine_tuned_model)
    if job.phase is Phase.PAUSED:
        detail = f"{job.id} is paused; resume or cancel it at the service"
        return Verdict(step, Outcome(step.key, Result.PAUSED, detail))
    failures = sum(1 for j in jobs if j.phase is Phase.FAILED)
    hopeless = failed.hopeless(job.error) is not None
    if job.phase is Phase.FAILED and failures <= run.retries and not hopeless and not run.adopt:
        return Verdict(step, None)
    problem = _ended(step, run, job)
    return Verdict(step, Outcome(step.key, Result.FAILED, str(job.error or job.status), diagnostics=(problem,)))


def _failed(watch: Watch, error: ServiceError) -> Verdict:
    """The service will not show it any more; what goes on there goes on."""
    problem = diagnose(error, watch.step.key)
    return Verdict(watch.step, Outcome(watch.step.key, Result.FAILED, problem.code.summary, diagnostics=(problem,)))


def _ended(step: Step, run: DesiredRun, job: ObservedJob) -> Diagnostic:
    code = codes.RUN_CANCELLED if job.phase is Phase.CANCELLED else codes.RUN_FAILED
    error = f" {str(job.error).rstrip('.')}." if job.error else ""
    way_out = failed.way_on(job.error) if code is codes.RUN_FAILED else code.way_out
    return code.at(run.place.range(), f"{job.id} on {run.target}.{error} {way_out}", address=step.key)


def _poll_files(target: Target, watches: Sequence[Watch]) -> list[Verdict]:
    files = {file.id: file for file in target.training.files()}
    verdicts = []
    for watch in watches:
        file = files.get(watch.id) or target.training.file(watch.id)
        if file.usable:
            verdicts.append(Verdict(watch.step, Outcome(watch.step.key, Result.UPLOADED)))
        elif not file.in_preparation:
            verdicts.append(Verdict(watch.step, _refused(watch.step, file)))
    return verdicts


def _refused(step: Step, file: ObservedFile) -> Outcome:
    why = file.status_details or f"the service put it in status {file.status}"
    told = (f"{file.filename} ({file.id}): {why}.", rejections.in_our_words(why), codes.FILE_REFUSED.way_out)
    detail = " ".join(filter(None, told))
    return Outcome(step.key, Result.FAILED, why, diagnostics=(codes.FILE_REFUSED.at(detail=detail, address=step.key),))
