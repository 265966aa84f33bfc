"""How an apply ended, from values: the plan, the outcomes of its steps, and what nobody approved."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from reconciler.engine.executor import GOOD
from reconciler.github.approvals import CONVERGED, Merged
from reconciler.model.events import Outcome, Result
from reconciler.planning.covering import Difference
from reconciler.planning.plan import Plan
from reconciler.render.apply_result import Done

LEFT = "left"
"""A part of what the merge approved is not what was approved any more."""


def state_of(plan: Plan, outcomes: Sequence[Outcome]) -> str:
    """converged only where everything was read and everything wanted is live; what was not read is not done."""
    if any(o.result in (Result.FAILED, Result.SKIPPED) for o in outcomes):
        return "failed"
    if not plan.complete:
        return "incomplete"
    if plan.failed:
        return "failed"
    return CONVERGED if all(o.result in GOOD for o in outcomes) else "under way"


def allowed(plan: Plan, left: Collection[str]) -> tuple[str, ...]:
    """Addresses of the changes that may go on while those with the keys in `left` may not, nor what needs them."""
    out = set(left)
    while more := {c.key for c in plan.changes if c.key not in out and out.intersection(c.needs)}:
        out |= more
    return tuple(sorted({str(c.address) for c in plan.changes if c.key not in out}))


def of_each(done: Done, merged: Sequence[Merged]) -> list[Done]:
    """The result for each pull request: one whose changes were left alone is not done, whatever the others are."""
    if not done.fine:
        return [done for _ in merged]
    return [replace(done, state=LEFT) if _concerns(done.left, pull) else done for pull in merged]


def _concerns(left: Sequence[Difference], pull: Merged) -> bool:
    if pull.plan is None:
        return bool(left)  # nobody knows what it wanted
    return bool({d.key for d in left} & {c.key for c in pull.plan.writing})
