"""Where a run in CI looks: at the live targets or, offline, at an emulator in which the base was applied first.

A pull request from a fork has no credentials, and must not have any. What it would change can be shown all the same:
against a world in which everything that its base branch wants is live.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click

from reconciler.api.connect import connect
from reconciler.api.estate import load
from reconciler.cli.options import Where
from reconciler.cli.stopping import stops_after
from reconciler.engine import operations
from reconciler.engine.context import Stop
from reconciler.model import codes
from reconciler.model.asked import Asked
from reconciler.model.errors import DiagnosticsError, ReconcilerError
from reconciler.model.events import Event

SPEED = 100_000.0
"""Virtual seconds a second: a run of hours takes less than the training that the emulator really does."""
TIMEOUT = 600.0
"""Seconds until the base must be live in the emulator."""


@dataclass(frozen=True, slots=True)
class Place:
    """`emulator` is the URL of the one that stands in; `note` says what is looked at, for people."""

    kind: str
    """live or offline."""
    emulator: str = ""
    note: str = ""

    def where(self, asked: Where) -> Where:
        """Which services stand behind the targets here; offline, nothing else that was asked for."""
        return Where(False, self.emulator) if self.emulator else asked


LIVE = Place("live")


@contextmanager
def world(root: Path, base: Path | None, *, offline: bool) -> Iterator[Place]:
    """`base` is a checkout of what the offline world should hold already; without one it starts empty."""
    if not offline:
        yield LIVE
        return
    try:
        from reconciler.emulator.server import Embedded
    except ImportError as error:
        raise DiagnosticsError([codes.EMULATOR_MISSING.at(detail=codes.EMULATOR_MISSING.way_out)]) from error
    with Embedded(None, SPEED) as emulator:
        yield Place("offline", emulator.url, _furnish(root, base, emulator.url))


def _furnish(root: Path, base: Path | None, emulator: str) -> str:
    """Apply the base's specs; what to tell people about the world that comes of it."""
    if base is None or not (base / root).is_dir():
        return "Offline, against an empty world: everything that the specs want shows as new. No service was asked."
    click.echo("Offline: the base is applied in an emulator first.")
    if not _apply(base / root, emulator):
        return "Offline, against a world where the base could be applied in part only. No service was asked."
    return "Offline, against a world where all of the base is live. No service was asked."


def _apply(root: Path, emulator: str) -> bool:
    """Whether everything below a spec root is live in the emulator now."""
    stop = Stop()
    try:
        estate = load(root)
        with stops_after(TIMEOUT, stop), connect(estate, emulator=emulator, stop=stop) as there:
            made = operations.plan(there, Asked(allow_large_change=True, allow_over_budget=True))
            outcomes = operations.apply(there, made, _nothing, stop)
    except ReconcilerError:
        return False
    return operations.converged(made, outcomes, wait=True)


def _nothing(_event: Event) -> None:
    pass
