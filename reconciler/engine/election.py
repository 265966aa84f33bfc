"""One run survives: when several unfinished runs carry one mark, the smallest (created_at, id) stays."""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.engine.context import Context
from reconciler.model.observation import ObservedJob, Phase
from reconciler.providers.base import Target

PATIENCE = 10
"""How many settle times to wait for one's own run to be listed."""


def find_run(target: Target, mark: str) -> ObservedJob | None:
    """The run to adopt: one that has succeeded before one that is under way, then the eldest."""
    alive = [j for j in with_mark(target.training.jobs(), mark) if not _ended_badly(j)]
    return min(alive, key=lambda j: (j.phase is not Phase.SUCCEEDED, j.order), default=None)


def with_mark(jobs: Iterable[ObservedJob], mark: str) -> list[ObservedJob]:
    return [j for j in jobs if j.mark == mark]


def elect(own: ObservedJob, target: Target, mark: str, context: Context) -> ObservedJob:
    """Watch until our own run is listed and the lists have settled, then keep one; returns the one that stays.

    Only our own run is ever cancelled here, and only after the winner was asked by name whether it still goes on.
    """
    listed = _settled_list(own, target, mark, context)
    unfinished = [j for j in listed if not j.phase.final]
    winner = min([*unfinished, own], key=lambda j: j.order)
    if winner.id == own.id:
        return own
    winner = target.training.job(winner.id)
    if _ended_badly(winner):
        return own
    target.training.cancel_job(own.id)
    return winner


def _settled_list(own: ObservedJob, target: Target, mark: str, context: Context) -> list[ObservedJob]:
    pace = target.pace
    settled = context.now() + pace.settle
    gives_up = settled + max(pace.settle * PATIENCE, 60.0)
    while True:
        listed = with_mark(target.training.jobs(), mark)
        seen = any(j.id == own.id for j in listed)
        now = context.now()
        if (seen and now >= settled) or now >= gives_up:
            return listed
        context.sleep(min(pace.poll, 5.0))


def _ended_badly(job: ObservedJob) -> bool:
    return job.phase in (Phase.FAILED, Phase.CANCELLED)
