"""Where a run in CI looks: at the live targets or, offline, at an emulator in which the base was applied first.

A pull request from a fork has no credentials, and must not have any. What it would change can be shown all the same:
against a world in which everything that its base branch wants is live.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import click

from reconciler.cli.github.child import run, silent
from reconciler.model import codes
from reconciler.model.errors import DiagnosticsError

SPEED = 100_000.0
"""Virtual seconds a second: a run of hours takes less than the training that the emulator really does."""
TIMEOUT = "10m"


@dataclass(frozen=True, slots=True)
class Place:
    """`env` leads our command line there; `note` says what it is, for people."""

    kind: str
    """live or offline."""
    env: Mapping[str, str] = field(default_factory=dict)
    note: str = ""


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
        env = {"RECONCILER_EMULATOR": emulator.url}
        yield Place("offline", env, _furnish(root, base, env))


def _furnish(root: Path, base: Path | None, env: Mapping[str, str]) -> str:
    """Apply the base's specs; what to tell people about the world that comes of it."""
    if base is None or not (base / root).is_dir():
        return "Offline, against an empty world: everything that the specs want shows as new. No service was asked."
    click.echo("Offline: the base is applied in an emulator first.")
    arguments = ["apply", str(base / root), "--auto-approve", "--wait", "--timeout", TIMEOUT]
    if run(arguments, env, show=silent, tell=silent).status:
        return "Offline, against a world where the base could be applied in part only. No service was asked."
    return "Offline, against a world where all of the base is live. No service was asked."
