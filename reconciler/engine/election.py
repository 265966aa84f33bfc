"""One run survives: when several unfinished runs carry one mark, the smallest (created_at, id) stays.

A run is cancelled only for an elder one that was asked by name and still goes on; so whoever holds the election, with
however old a list, the eldest of those that go on is never cancelled.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

from reconciler.engine.context import Context
from reconciler.model.observation import ObservedJob, Phase
from reconciler.providers.base import RunProgress, Target
from reconciler.providers.errors import ServiceError
from reconciler.providers.retry import Backoff

PATIENCE = 10
"""How many settle times to wait for one's own run to be listed."""
CANCEL = Backoff(attempts=6, first=1.0, longest=30.0)
Tell = Callable[[str], None]


def find_run(target: Target, mark: str) -> ObservedJob | None:
    """The run to adopt: one that has succeeded before one that is under way, then the eldest."""
    return chosen(with_mark(target.training.jobs(), mark))


def chosen(jobs: Iterable[ObservedJob]) -> ObservedJob | None:
    """Of the runs of one mark, the one that counts."""
    alive = [j for j in jobs if not ended_badly(j)]
    return min(alive, key=lambda j: (j.phase is not Phase.SUCCEEDED, j.order), default=None)


def with_mark(jobs: Iterable[ObservedJob], mark: str) -> list[ObservedJob]:
    return [j for j in jobs if j.mark == mark]


def elect(own: ObservedJob, target: Target, mark: str, context: Context, tell: Tell = lambda _: None) -> ObservedJob:
    """Give way to an elder run as soon as one is listed; the run that stays.

    Ours stays only after it was listed and the lists have settled. What is younger then, its owner has left behind.
    """
    pace = target.pace
    settled = context.now() + pace.settle
    gives_up = settled + max(pace.settle * PATIENCE, 60.0)
    while not own.phase.final:
        listed = with_mark(target.training.jobs(), mark)
        elder = _first_alive((j for j in listed if j.order < own.order), target)
        if elder:
            _cancel_for(elder, [own], target, context, tell)
            return elder
        seen = any(j.id == own.id for j in listed)
        now = context.now()
        if (seen and now >= settled) or now >= gives_up:
            younger = [j for j in listed if j.order > own.order]
            for job in gave_way(own, listed):
                tell(f"{job.id} was started elsewhere at the same time and gave way to {own.id}")
            _cancel_for(own, younger, target, context, tell)
            break
        context.sleep(min(pace.poll, 5.0))
    return own


def gave_way(stays: ObservedJob, listed: Iterable[ObservedJob]) -> list[ObservedJob]:
    """Runs that were cancelled for this one, as far as the list shows."""
    ends = stays.finished_at or math.inf
    return [j for j in listed if j.phase is Phase.CANCELLED and j.order > stays.order and j.created_at < ends]


def keep_one(jobs: Sequence[ObservedJob], target: Target, context: Context, tell: Tell) -> ObservedJob | None:
    """Of several unfinished runs with one mark, cancel all but the eldest. None where nothing had to be chosen."""
    rivals = [j for j in jobs if not j.phase.final]
    eldest = _first_alive(rivals, target) if len(rivals) > 1 else None
    if eldest:
        _cancel_for(eldest, [j for j in rivals if j.order > eldest.order], target, context, tell)
    return eldest


def _first_alive(jobs: Iterable[ObservedJob], target: Target) -> ObservedJob | None:
    """The eldest that still goes on when it is asked by name: lists lag."""
    for job in sorted((j for j in jobs if not j.phase.final), key=lambda j: j.order):
        now = target.training.job(job.id)
        if not ended_badly(now):
            return now
    return None


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
            context.sleep(CANCEL.wait(attempt, error.retry_after))


def cost_of(job: ObservedJob, progress: RunProgress) -> str:
    """What a cancelled run has used up, as far as it can be told."""
    if job.trained_tokens:
        return f"{job.id}, after {job.trained_tokens:,} tokens"
    age = f", {(job.finished_at - job.created_at) / 60:.0f} min after its creation" if job.finished_at else ""
    of = f" of {progress.total}" if progress.total else ""
    steps = f"after step {progress.step}{of}" if progress.step else "before it reported a step"
    return f"{job.id}, {steps}{age}"


def ended_badly(job: ObservedJob) -> bool:
    return job.phase in (Phase.FAILED, Phase.CANCELLED)


def _progress(job: ObservedJob, target: Target) -> RunProgress:
    """How far it came; that it ended matters more than how far."""
    try:
        return target.training.progress(job.id)
    except ServiceError:
        return RunProgress()
