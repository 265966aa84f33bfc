"""A plan as steps: what depends on what, and what must not run side by side. Explained and executed from one list."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reconciler.planning.changes import Action, AtOnce, Change
from reconciler.planning.plan import Plan


@dataclass(frozen=True, slots=True)
class Step:
    change: Change
    needs: tuple[str, ...]
    """Keys of the steps that must have succeeded before."""
    exclusive: str | None
    """Steps with the same word run one after the other: Azure takes one control-plane write an account."""
    part: AtOnce | None = None
    """Of a deployment: the part of the change that this step does, where the rest waits for a run."""

    @property
    def verb(self) -> str:
        """What is done, as people read it."""
        if self.part is None:
            return str(self.change.action.value)
        word: str = (Action.UPDATE if self.part.live else Action.CREATE).value
        return word

    @property
    def key(self) -> str:
        return f"{self.change.key}#at-once" if self.part and self.change.needs else self.change.key


def make_steps(plan: Plan) -> tuple[Step, ...]:
    """Every change that needs doing or waiting for, in the plan's order."""
    active = [c for c in plan.changes if c.action.writes or c.action is Action.WAIT]
    keys = {c.key for c in active}
    return tuple(step for change in active for step in _steps(change, keys))


def _steps(change: Change, keys: set[str]) -> Iterator[Step]:
    """What is done at once comes first, so that the account is free for it before the rest."""
    exclusive = change.target if change.address.kind == "deployment" else None
    if change.at_once:
        yield Step(change, (), exclusive, change.at_once)
    if not change.at_once or change.needs:
        yield Step(change, tuple(key for key in change.needs if key in keys), exclusive)
