"""What `from reconciler import ...` offers; the command line is the first user of what lies below it.

    from reconciler import apply, drift, load, plan

    estate = load("specs")
    for change in plan(estate).changes:
        print(change.address, change.action.value, change.reason.text)
    assert apply(estate).converged

`load` needs no network. The others talk to the services that the estate's targets name or, with `emulator=URL` or the
variable RECONCILER_EMULATOR, to an emulator instead. What a user, a file, a network or a vendor can do wrong is a
`DiagnosticsError`, or a diagnostic in what comes back; an argument of the wrong type is a `TypeError` or `ValueError`.
docs/python.md has examples.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from reconciler.api.connect import connect
from reconciler.api.estate import Estate, load
from reconciler.engine import PARALLELISM, operations
from reconciler.engine.context import Stop, Stopped
from reconciler.engine.operations import World
from reconciler.model import codes
from reconciler.model.asked import Asked
from reconciler.model.errors import DiagnosticsError
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
    timeout: float | None = None,
    parallelism: int = PARALLELISM,
    emulator: str | None = None,
) -> Plan:
    """What `apply` would do, against live state.

    `select` takes address globs, `targets` names of targets; both limit the plan, and it says so (`Plan.scope`).
    `emulator` is a URL; None means RECONCILER_EMULATOR, and "" the cloud whatever that says. Raises `DiagnosticsError`
    for an address or a target that the specs do not have (unknown-address), and when `timeout` seconds are over.
    """
    asked = Asked(
        _selection(select, targets),
        prune=prune,
        allow_large_change=allow_large_change,
        allow_over_budget=allow_over_budget,
    )
    _check_parallelism(parallelism)
    with _connected(estate, emulator, timeout) as (world, _):
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

    `wait=False` submits runs and leaves the rest to the next apply. `timeout` counts from the call: until there is a
    plan its end is raised, later it stops watching, and the outcomes say what goes on.
    `on_event` is told of every step as it begins, goes on and ends. A plan that is `refused` is not begun. The other
    arguments, and what is raised, are as for `plan`.
    """
    asked = Asked(
        _selection(select, targets),
        prune=prune,
        allow_large_change=allow_large_change,
        allow_over_budget=allow_over_budget,
    )
    _check_parallelism(parallelism)
    with _connected(estate, emulator, timeout) as (world, stop):
        made = operations.plan(world, asked, parallelism, applying=True)
        if made.refused:
            return Applied(made, (), converged=False)
        outcomes = operations.apply(world, made, on_event or _nothing, stop, wait=wait, parallelism=parallelism)
    return Applied(made, outcomes, operations.converged(made, outcomes, wait=wait))


def drift(
    estate: Estate,
    *,
    select: Iterable[str] = (),
    targets: Iterable[str] = (),
    timeout: float | None = None,
    parallelism: int = PARALLELISM,
    emulator: str | None = None,
) -> DriftReport:
    """What is live and neither what the specs say nor what was last applied: `findings`, each with its cause.

    The arguments, and what is raised, are as for `plan`.
    """
    selection = _selection(select, targets)
    _check_parallelism(parallelism)
    with _connected(estate, emulator, timeout) as (world, _):
        return operations.drift(world, selection, parallelism)


def _selection(select: Iterable[str], targets: Iterable[str]) -> Selection:
    return Selection(_names("select", select, "job.triage"), _names("targets", targets, "sweden"))


def _names(key: str, given: Iterable[str], example: str) -> tuple[str, ...]:
    """A string is an iterable of strings too, of one letter each, and would choose nothing."""
    if isinstance(given, str | bytes):
        raise TypeError(f'{key} takes a list of strings, such as ["{example}"]; it was given {given!r}.')
    found = tuple(given)
    for name in found:
        if not isinstance(name, str):
            raise TypeError(f'{key} takes a list of strings, such as ["{example}"]; one of them is {name!r}.')
    return found


def _check_parallelism(parallelism: int) -> None:
    if type(parallelism) is not int or parallelism < 1:
        raise ValueError(f"parallelism is how many steps are done at once, at least 1; it was given {parallelism!r}.")


@contextmanager
def _connected(estate: Estate, emulator: str | None, timeout: float | None) -> Iterator[tuple[World, Stop]]:
    """The world of one call. Raises `DiagnosticsError` when the time is up before the call has begun anything."""
    stop = Stop()
    try:
        with stop.after(timeout), connect(estate, emulator=emulator, stop=stop) as world:
            yield world, stop
    except Stopped:
        code = codes.TIME_UP
        raise DiagnosticsError([code.at(detail=f"After {timeout:g} s. {code.way_out}")]) from None


def _nothing(_event: Event) -> None:
    pass
