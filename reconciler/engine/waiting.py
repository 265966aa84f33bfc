"""Following what goes on at the services: one list call a target, however many runs and files are watched there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from reconciler.engine.checking import look_at_file
from reconciler.engine.context import Context, Stopped
from reconciler.engine.election import gave_way, keep_one
from reconciler.engine.patience import lasting
from reconciler.engine.recognising import chosen, ended_badly, recognise
from reconciler.engine.watch import Verdict, Watch, broken, failed
from reconciler.model import codes
from reconciler.model.catalog import failures
from reconciler.model.diagnostics import Diagnostic
from reconciler.model.events import Outcome, Result, StepProgress, StepWaiting
from reconciler.model.observation import ObservedFile, ObservedJob, Phase
from reconciler.model.resource import DesiredRun
from reconciler.planning.steps import Step
from reconciler.providers.base import Target
from reconciler.providers.errors import ServiceError

NEWS = 600.0
"""Seconds without news of a run after which that is said, and again after as many."""
T = TypeVar("T", ObservedJob, ObservedFile)
Look = Callable[[Watch, Mapping[str, T]], Verdict | None]


def poll(target: Target, watches: Sequence[Watch], context: Context) -> list[Verdict]:
    """Look once at everything that is watched on one target, and leave what has been watched for long enough."""
    now = context.now()
    runs = [w for w in watches if w.is_run]
    files = [w for w in watches if not w.is_run]
    verdicts: list[Verdict] = []
    try:
        _look(runs, target.training.jobs, lambda w, jobs: _run(w, jobs, target, context), verdicts, target, context)
        _look(
            files,
            target.training.files,
            lambda w, listed: look_at_file(w, listed.get(w.id), target, context),
            verdicts,
            target,
            context,
        )
    except Stopped:
        return verdicts
    ended = {verdict.step.key for verdict in verdicts}
    enough = [w for w in watches if w.until is not None and now >= w.until and w.step.key not in ended]
    return verdicts + [Verdict(w.step, Outcome(w.step.key, Result.SUBMITTED, w.id)) for w in enough]


def _look(
    watches: Sequence[Watch],
    listing: Callable[[], list[T]],
    look: Look[T],
    verdicts: list[Verdict],
    target: Target,
    context: Context,
) -> None:
    """Add what a look at each of the watched finds. A look that fails in passing is only a look missed."""
    if not watches:
        return
    try:
        listed = {found.id: found for found in listing()}
    except ServiceError as error:
        for watch in watches:
            verdicts += _missed(watch, error, target, context)
        return
    for watch in watches:
        try:
            found = look(watch, listed)
            verdicts += [found] if found else []
        except ServiceError as error:
            verdicts += _missed(watch, error, target, context)
        except Stopped:
            raise
        except Exception as error:  # noqa: BLE001 - one step's fault is that step's outcome
            verdicts.append(Verdict(watch.step, broken(watch.step, error)))


def _missed(watch: Watch, error: ServiceError, target: Target, context: Context) -> list[Verdict]:
    if not error.transient:
        return [failed(watch.step, error)]
    context.emit(StepWaiting(watch.step.key, f"{target.name} does not answer: {error.message}"))
    return []


def _run(watch: Watch, by_id: Mapping[str, ObservedJob], target: Target, context: Context) -> Verdict | None:
    jobs = tuple(by_id.values())
    same = _same_run(watch, jobs, target, context)
    try:
        _hold_election(watch, jobs, same, target, context)
    except ServiceError as error:  # it is held again at the next look
        context.emit(StepWaiting(watch.step.key, f"the look at other runs with its mark failed: {error.message}"))
    job = by_id.get(watch.id) or _by_id(watch, target)
    if job is None:
        return _not_shown(watch, target, context)
    if job.phase in (Phase.UNDER_WAY, Phase.PAUSED):
        _report(watch, job, target, context)
    if job.phase is Phase.UNDER_WAY:
        return None
    if job.phase is Phase.SUCCEEDED and (job.fine_tuned_model or not job.error):
        return _succeeded(watch, job, target, context)
    return _judge(watch.step, job, same, context)


def _by_id(watch: Watch, target: Target) -> ObservedJob | None:
    try:
        return target.training.job(watch.id)
    except ServiceError as error:
        if not error.missing:
            raise
        return None


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
    """Tell how far a run is. What is shown only, such as its events, fails no step."""
    now = context.now()
    if now >= watch.next_events:
        watch.next_events = now + target.pace.events
        try:
            watch.progress = target.training.progress(job.id)
        except ServiceError as error:
            context.emit(StepWaiting(watch.step.key, f"the events of {job.id} cannot be read: {error.message}"))
    known = watch.progress
    since = watch.seen(f"{job.id} {job.status} {known.step}", NEWS, now).begun
    if now - since < NEWS:
        context.emit(StepProgress(watch.step.key, job.status, known.step, known.total, known.loss))
        return
    quiet = f"{job.id} is {job.status}, without news since {lasting((now - since) // NEWS * NEWS)}"
    context.emit(StepWaiting(watch.step.key, f"{quiet}; a run may take days, Ctrl-C stops watching it"))


def _not_shown(watch: Watch, target: Target, context: Context) -> Verdict | None:
    """Neither the list nor a read by id shows it: shortly after its create the service may not know it yet."""
    now, code = context.now(), codes.RUN_GONE
    state = f"{watch.id} is not shown by {target.name}"
    since = watch.seen(state, target.pace.fresh, now)
    if not since.is_over(now):
        context.emit(StepWaiting(watch.step.key, since.words(f"{state} yet", now)))
        return None
    words = since.words(state, now)
    problem = code.at(detail=f"{words}. {code.way_out}", address=watch.step.key)
    return Verdict(watch.step, Outcome(watch.step.key, Result.FAILED, words, diagnostics=(problem,)))


def _succeeded(watch: Watch, job: ObservedJob, target: Target, context: Context) -> Verdict | None:
    """The end of a run, once its model is named and shown: services do both some time after the run has ended."""
    step, now, model = watch.step, context.now(), job.fine_tuned_model
    if model and target.training.model(model) is not None:
        tokens = f"{job.trained_tokens:,} tokens" if job.trained_tokens else ""
        return Verdict(step, Outcome(step.key, Result.TRAINED, tokens, trained_tokens=job.trained_tokens), model)
    state = (
        f"{job.id} has succeeded; {f'its model {model} is awaited' if model else 'the name of its model is awaited'}"
    )
    since = watch.seen(f"{job.status} without a model", target.pace.models, now)
    if not since.is_over(now):
        context.emit(StepWaiting(step.key, since.words(state, now)))
        return None
    code, run = codes.MODEL_AWAITED, step.change.desired
    assert isinstance(run, DesiredRun)
    problem = code.at(run.place.range(), f"{since.words(state, now)}. {code.way_out}", address=step.key)
    return Verdict(step, Outcome(step.key, Result.FAILED, code.summary, diagnostics=(problem,)))


def _judge(step: Step, job: ObservedJob, same: Sequence[ObservedJob], context: Context) -> Verdict:
    """What a run that is paused, failed or cancelled means for its step."""
    run = step.change.desired
    assert isinstance(run, DesiredRun)
    if job.phase is Phase.PAUSED:
        detail = f"{job.id} is paused; resume or cancel it at the service"
        return Verdict(step, Outcome(step.key, Result.PAUSED, detail))
    hopeless = bool(run.adopt) or failures.hopeless(job.error) is not None
    if job.phase is Phase.FAILED and not hopeless and _failures(run, job, same, context) <= run.retries:
        context.emit(StepWaiting(step.key, f"{job.id} failed: {job.error or job.status}; it is tried again"))
        return Verdict(step, None)
    problem = _ended(step, run, job)
    return Verdict(step, Outcome(step.key, Result.FAILED, str(job.error or job.status), diagnostics=(problem,)))


def _failures(run: DesiredRun, job: ObservedJob, same: Sequence[ObservedJob], context: Context) -> int:
    """Attempts that failed: those that the list shows, and those that this apply has seen."""
    seen = context.failures.setdefault(run.mark, set())
    seen |= {job.id, *(j.id for j in same if j.phase is Phase.FAILED)}
    return len(seen)


def _ended(step: Step, run: DesiredRun, job: ObservedJob) -> Diagnostic:
    code = codes.RUN_CANCELLED if job.phase is Phase.CANCELLED else codes.RUN_FAILED
    error = f" {str(job.error).rstrip('.')}." if job.error else ""
    way_out = failures.way_on(job.error) if code is codes.RUN_FAILED else code.way_out
    return code.at(run.place.range(), f"{job.id} on {run.target}.{error} {way_out}", address=step.key)
