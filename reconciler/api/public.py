"""What `from reconciler import ...` offers; the command line is the first user of what lies below it.

    from reconciler import apply, drift, load, plan

    estate = load("specs")
    for change in plan(estate).changes:
        print(change.address, change.action.value, change.reason.text)
    assert apply(estate).converged

`load` needs no network. The others talk to the services that the estate's targets name or, with `emulator=URL`, to an
emulator instead. What a user, a file, a network or a vendor can do wrong is a `DiagnosticsError`, or a diagnostic in
what comes back.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass

from reconciler.api.connect import connect
from reconciler.api.estate import Estate, load
from reconciler.engine import PARALLELISM, operations
from reconciler.engine.context import Stop
from reconciler.model.asked import Asked
from reconciler.model.events import Event, EventSink, Outcome
from reconciler.model.selection import Selection
from reconciler.planning.drift import DriftReport
from reconciler.planning.plan import Plan

__all__ = ["Applied", "DriftReport", "Estate", "apply", "connect", "drift", "load", "plan"]


@dataclass(frozen=True, slots=True)
class Applied:
    """What an apply did: its plan, one outcome a step, and whether everything wanted is live (or on its way)."""

    plan: Plan
    outcomes: tuple[Outcome, ...]
    converged: bool


def plan(
    estate: Estate,
    *,
    select: Iterable[str] = (),
    targets: Iterable[str] = (),
    prune: bool = False,
    allow_large_change: bool = False,
    allow_over_budget: bool = False,
    parallelism: int = PARALLELISM,
    emulator: str | None = None,
) -> Plan:
    """What `apply` would do, against live state. `select` takes address globs, `targets` names."""
    asked = Asked(
        Selection(tuple(select), tuple(targets)),
        prune=prune,
        allow_large_change=allow_large_change,
        allow_over_budget=allow_over_budget,
    )
    with connect(estate, emulator=emulator) as world:
        return operations.plan(world, asked, parallelism)


def apply(
    estate: Estate,
    *,
    select: Iterable[str] = (),
    targets: Iterable[str] = (),
    prune: bool = False,
    allow_large_change: bool = False,
    allow_over_budget: bool = False,
    wait: bool = True,
    timeout: float | None = None,
    on_event: EventSink | None = None,
    parallelism: int = PARALLELISM,
    emulator: str | None = None,
) -> Applied:
    """Plan, and do what the plan says.

    `wait=False` submits runs and leaves the rest to the next apply; `timeout` stops watching after that many seconds.
    `on_event` is told of every step as it begins, goes on and ends. A plan that is `refused` is not begun.
    """
    asked = Asked(
        Selection(tuple(select), tuple(targets)),
        prune=prune,
        allow_large_change=allow_large_change,
        allow_over_budget=allow_over_budget,
    )
    stop = Stop()
    timer = threading.Timer(timeout, stop.set) if timeout is not None else None
    with connect(estate, emulator=emulator, stop=stop) as world:
        made = operations.plan(world, asked, parallelism, applying=True)
        if made.refused:
            return Applied(made, (), converged=False)
        if timer:
            timer.daemon = True
            timer.start()
        try:
            outcomes = operations.apply(world, made, on_event or _nothing, stop, wait=wait, parallelism=parallelism)
        finally:
            if timer:
                timer.cancel()
    return Applied(made, outcomes, operations.converged(made, outcomes, wait=wait))


def drift(
    estate: Estate,
    *,
    select: Iterable[str] = (),
    targets: Iterable[str] = (),
    parallelism: int = PARALLELISM,
    emulator: str | None = None,
) -> DriftReport:
    """What is live and neither what the specs say nor what was last applied: `findings`, each with its cause."""
    with connect(estate, emulator=emulator) as world:
        return operations.drift(world, Selection(tuple(select), tuple(targets)), parallelism)


def _nothing(_event: Event) -> None:
    pass
