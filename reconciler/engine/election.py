"""One run survives: when several unfinished runs carry one mark, the smallest (created_at, id) stays.

The order comes from one source for all of them: each is asked for by its id, and the answer to a create has no part in
it. A run is cancelled only for an elder one that still goes on then; so whoever holds the election, with however old a
list, the eldest of those that go on is never cancelled.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from reconciler.engine.context import Context
from reconciler.engine.ordering import elder_first
from reconciler.engine.recognising import ended_badly, recognise
from reconciler.model import codes
from reconciler.model.errors import DiagnosticsError
from reconciler.model.events import Outcome, Result
from reconciler.model.observation import ObservedJob, Phase
from reconciler.model.resource import DesiredRun
from reconciler.providers.base import RunProgress, Target
from reconciler.providers.errors import ServiceError
from reconciler.providers.retry import WRITES, Backoff

PATIENCE = 10
"""How many settle times to wait for one's own run to be listed."""
CANCEL = Backoff(attempts=6, first=1.0, longest=30.0, patience=WRITES)
Tell = Callable[[str], None]


def elect(own: ObservedJob, run: DesiredRun, target: Target, context: Context, tell: Tell) -> ObservedJob:
    """Give way to an elder run as soon as one is listed; the run that stays.

    Ours stays only after it was listed and the lists have settled. What is younger then, its owner has left behind. A
    look that fails is a look missed: our run is paid for, and whoever follows it holds the election again.
    Raises `DiagnosticsError` where the list does not show the mark.
    """
    settled = context.now() + target.pace.settle
    gives_up = settled + max(target.pace.settle * PATIENCE, 60.0)
    while not own.phase.final:
        now, seen = context.now(), False
        try:
            jobs = target.training.jobs()
            listed = _own(own, run, jobs, target, context)
            seen = listed is not None
            rivals = _rivals(own, recognise(run, jobs, target, context).runs)
            ordered = _alive([listed or replace(own, created_at=0), *rivals], target) if rivals else []
            if ordered and ordered[0].id != own.id:
                _cancel_for(ordered[0], [j for j in ordered if j.id == own.id], target, context, tell)
                return ordered[0]
            if (seen and now >= settled) or now >= gives_up:
                for job in gave_way(own, jobs, run):
                    tell(f"{job.id} was started elsewhere at the same time and gave way to {own.id}")
                _cancel_for(own, [j for j in ordered if j.id != own.id], target, context, tell)
                return own
        except ServiceError as error:
            tell(f"{own.id} is submitted; the look at other runs failed: {error.message}")
            if not error.transient or now >= gives_up:
                return own
        context.sleep(min(target.pace.poll, 5.0))
    return own


def lose(job: ObservedJob, run: DesiredRun, words: str, target: Target, context: Context) -> DiagnosticsError:
    """Cancel a run that nobody could recognise again; nothing more is trained on its target."""
    context.lost_marks.add(run.target)
    if not job.phase.final:
        cancel(job, target, context)
    code = codes.MARK_LOST
    return DiagnosticsError([code.at(run.place.range(), f"{words} {code.way_out}", address=str(run.address))])


def _own(
    own: ObservedJob, run: DesiredRun, jobs: Iterable[ObservedJob], target: Target, context: Context
) -> ObservedJob | None:
    """Our run as it is listed, if it is. One that is listed without its mark would be paid for by every apply."""
    listed = next((j for j in jobs if j.id == own.id), None)
    if listed is not None and listed.mark not in run.marks:
        shown = f"with the suffix {listed.suffix!r}" if listed.suffix else "without a suffix"
        words = f"The list shows {own.id} {shown} instead of {run.suffix!r}; it was cancelled."
        raise lose(listed, run, words, target, context)
    return listed


def _rivals(own: ObservedJob, jobs: Iterable[ObservedJob]) -> list[ObservedJob]:
    return [j for j in jobs if j.id != own.id and not j.phase.final]


def gave_way(stays: ObservedJob, listed: Iterable[ObservedJob], run: DesiredRun) -> list[ObservedJob]:
    """Runs that were cancelled for this one, as far as the list shows."""
    jobs = [j for j in listed if j.mark in run.marks]
    first = next((j for j in jobs if j.id == stays.id), None)
    if first is None:
        return []
    ends = stays.finished_at or math.inf
    return [j for j in jobs if j.phase is Phase.CANCELLED and j.order > first.order and j.created_at < ends]


def keep_one(jobs: Sequence[ObservedJob], target: Target, context: Context, tell: Tell) -> ObservedJob | None:
    """Of several unfinished runs with one mark, cancel all but the eldest. None where nothing had to be chosen."""
    rivals = [j for j in jobs if not j.phase.final]
    ordered = _alive(rivals, target) if len(rivals) > 1 else []
    if ordered:
        _cancel_for(ordered[0], ordered[1:], target, context, tell)
    return ordered[0] if ordered else None


def _alive(jobs: Iterable[ObservedJob], target: Target) -> list[ObservedJob]:
    """Those that have not ended badly when they are asked for by id, for lists lag; the eldest first."""
    return elder_first(jobs, target.training.job, lambda job: not ended_badly(job))


def _cancel_for(
    stays: ObservedJob, others: Iterable[ObservedJob], target: Target, context: Context, tell: Tell
) -> None:
    for job in others:
        if job.phase.final:
            continue
        ended = cancel(job, target, context)
        if ended.phase is Phase.CANCELLED:
            cost = cost_of(ended, _progress(ended, target))
            tell(f"{stays.id} is the elder of two runs with one mark and stays; cancelled: {cost}")


def cancel(job: ObservedJob, target: Target, context: Context) -> ObservedJob:
    """Cancel a run until it has ended, however often the answer is lost: a second cancel does no harm."""
    attempt = 0
    while True:
        try:
            return target.training.cancel_job(job.id)
        except ServiceError as error:
            now = target.training.job(job.id)
            if now.phase.final:
                return now
            attempt += 1
            if not error.transient or attempt == CANCEL.attempts:
                raise
            context.back_off(None, CANCEL, attempt, error)


def cancelled(step: str, job: ObservedJob, target: Target) -> Outcome:
    """The outcome of a step that was to cancel a run: what it has cost, or that the run had ended, or stays."""
    if job.phase is not Phase.CANCELLED:
        return Outcome(step, Result.UNCHANGED, f"{job.id} is {job.status}")
    return Outcome(step, Result.CANCELLED, cost_of(job, _progress(job, target)))


def cost_of(job: ObservedJob, progress: RunProgress) -> str:
    """What a cancelled run has used up, as far as it can be told."""
    if job.trained_tokens:
        return f"{job.id}, after {job.trained_tokens:,} tokens"
    age = f", {(job.finished_at - job.created_at) / 60:.0f} min after its creation" if job.finished_at else ""
    of = f" of {progress.total}" if progress.total else ""
    steps = f"after step {progress.step}{of}" if progress.step else "before it reported a step"
    return f"{job.id}, {steps}{age}"


def _progress(job: ObservedJob, target: Target) -> RunProgress:
    """How far it came; that it ended matters more than how far."""
    try:
        return target.training.progress(job.id)
    except ServiceError:
        return RunProgress()
