"""A plan as steps: what depends on what, and what must not run side by side. Explained and executed from one list."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.planning.changes import Action, Change
from reconciler.planning.plan import Plan


@dataclass(frozen=True, slots=True)
class Step:
    change: Change
    needs: tuple[str, ...]
    """Keys of the steps that must have succeeded before."""
    exclusive: str | None
    """Steps with the same word run one after the other: Azure takes one control-plane write an account."""

    @property
    def key(self) -> str:
        return self.change.key


def make_steps(plan: Plan) -> tuple[Step, ...]:
    """Every change that needs doing or waiting for, in the plan's order."""
    active = [c for c in plan.changes if c.action.writes or c.action is Action.WAIT]
    keys = {c.key for c in active}
    return tuple(
        Step(
            change=c,
            needs=tuple(key for key in c.needs if key in keys),
            exclusive=c.target if c.address.kind == "deployment" else None,
        )
        for c in active
    )
