"""Following training files until the service has checked them."""

from __future__ import annotations

from reconciler.engine.context import Context
from reconciler.engine.watch import Verdict, Watch
from reconciler.model import codes
from reconciler.model.catalog import rejections
from reconciler.model.diagnostics import Code
from reconciler.model.events import Outcome, Result, StepWaiting
from reconciler.model.observation import ObservedFile
from reconciler.planning.steps import Step
from reconciler.providers.base import Target
from reconciler.providers.errors import ServiceError


def look_at_file(watch: Watch, listed: ObservedFile | None, target: Target, context: Context) -> Verdict | None:
    """The end of one file's check; None while it goes on. Raises `ServiceError`."""
    file = listed or _by_id(watch, target)
    if file is None:
        return _not_shown(watch, target, context)
    if file.usable:
        return Verdict(watch.step, watch.ends_well or Outcome(watch.step.key, Result.UPLOADED))
    if not file.in_preparation:
        return Verdict(watch.step, _refused(watch.step, file))
    return _in_check(watch, file, target, context)


def _by_id(watch: Watch, target: Target) -> ObservedFile | None:
    try:
        return target.training.file(watch.id)
    except ServiceError as error:
        if not error.missing:
            raise
        return None


def _in_check(watch: Watch, file: ObservedFile, target: Target, context: Context) -> Verdict | None:
    """A status with details that stays is a refusal in words that nobody knows yet."""
    now, pace = context.now(), target.pace
    details = f" ({file.status_details})" if file.status_details else ""
    state = f"{file.id} is {file.status}{details}"
    since = watch.seen(state, pace.fresh, now)
    if file.status_details and since.is_over(now):
        return Verdict(watch.step, _refused(watch.step, file))
    whole = watch.whole(pace.files)
    if whole.is_over(now):
        return Verdict(watch.step, _given_up(watch, codes.FILE_STUCK, whole.words(state, now)))
    context.emit(StepWaiting(watch.step.key, whole.words(f"{state}; the service checks it", now)))
    return None


def _not_shown(watch: Watch, target: Target, context: Context) -> Verdict | None:
    """Neither the list nor a read by id shows it: shortly after its upload the service may not know it yet."""
    now = context.now()
    state = f"{watch.id} is not shown by {target.name}"
    since = watch.seen(state, target.pace.fresh, now)
    if since.is_over(now):
        return Verdict(watch.step, _given_up(watch, codes.FILE_GONE, since.words(state, now)))
    context.emit(StepWaiting(watch.step.key, since.words(f"{state} yet", now)))
    return None


def _given_up(watch: Watch, code: Code, words: str) -> Outcome:
    problem = code.at(detail=f"{words}. {code.way_out}", address=watch.step.key)
    return Outcome(watch.step.key, Result.FAILED, words, diagnostics=(problem,))


def _refused(step: Step, file: ObservedFile) -> Outcome:
    why = file.status_details or f"the service put it in status {file.status}"
    told = (
        f"{file.filename} ({file.id}) is {file.status}: {why.rstrip('.')}.",
        rejections.in_our_words(why),
        codes.FILE_REFUSED.way_out,
    )
    detail = " ".join(filter(None, told))
    return Outcome(step.key, Result.FAILED, why, diagnostics=(codes.FILE_REFUSED.at(detail=detail, address=step.key),))
