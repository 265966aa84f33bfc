"""Bounded waits: each says what it waits for, for how long and how long it has."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.engine.context import Context
from reconciler.model.events import StepWaiting

LONGEST_REST = 5.0
SHORTEST_REST = 0.2
"""Seconds: no wait asks a service more often than five times a second."""
TELLINGS = 6
"""How often a wait is told of, at least, while it lasts to its end."""


@dataclass(frozen=True, slots=True)
class Patience:
    """One wait on the context's clock; `seconds` is its bound."""

    begun: float
    seconds: float

    def is_over(self, now: float) -> bool:
        return now - self.begun >= self.seconds

    def words(self, state: str, now: float) -> str:
        """`file-1 is pending for 20 min, 60 min at most`; the same words until there is news."""
        step = max(self.seconds / TELLINGS, 1.0)
        told = (now - self.begun) // step * step
        so_far = f" for {lasting(told)}" if told else ""
        return f"{state.rstrip('.')}{so_far}, {lasting(self.seconds)} at most"


def lasting(seconds: float) -> str:
    """`40 s`, `10 min` or `24 h`."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.0f} h"


def rest(patience: Patience, step: str, state: str, poll: float, context: Context) -> None:
    """Say what a step waits for, and wait a little. Raises `Stopped`."""
    context.emit(StepWaiting(step, patience.words(state, context.now())))
    context.sleep(min(max(poll, SHORTEST_REST), LONGEST_REST))
