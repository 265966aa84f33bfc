"""What a command works with: its estate's targets, connected to the cloud or to an emulator, which it says."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.api.estate import Estate
from reconciler.cli.notices import notices
from reconciler.cli.options import Terminal, Where
from reconciler.model import codes
from reconciler.model.errors import DiagnosticsError

if TYPE_CHECKING:
    from reconciler.engine.context import Stop
    from reconciler.engine.operations import World

STATE_FOLDER = ".reconciler"
"""Our own, in the working folder; git is told to leave it alone."""
EMBEDDED_SPEED = 60.0
"""Virtual seconds a second of an emulator inside the process: a run of ten minutes takes ten seconds."""


@contextmanager
def connected(estate: Estate, where: Where, terminal: Terminal, stop: Stop) -> Iterator[World]:
    """The world of one command, with a banner while an emulator is in force."""
    from reconciler.api.connect import connect

    with _emulator(where) as emulator:
        if emulator:
            banner = f"emulator in force: {emulator} · nothing here reaches a cloud"
            click.echo(terminal.err(banner, "yellow"), err=True)
        with notices(terminal), connect(estate, emulator=emulator, stop=stop) as world:
            yield world


def make_folder(folder: Path) -> None:
    """Make a folder, and let ours ignore itself in git. Raises OSError."""
    if folder.name == STATE_FOLDER and folder.is_symlink():
        raise NotADirectoryError(errno.ENOTDIR, "a symbolic link, not a folder", str(folder))
    if folder.is_dir():
        return
    folder.mkdir(parents=True, exist_ok=True)
    if folder.name == STATE_FOLDER:
        (folder / ".gitignore").write_text("*\n")


@contextmanager
def _emulator(where: Where) -> Iterator[str | None]:
    """The URL of the emulator in force, started here if it lives inside the process."""
    if not where.embedded:
        yield where.emulator_url.rstrip("/") if where.emulator_url else None
        return
    if where.emulator_url:
        raise click.UsageError("--emulator and --emulator-url (or RECONCILER_EMULATOR) do not go together.")
    try:
        from reconciler.emulator.server import Embedded
    except ImportError as error:
        raise DiagnosticsError([codes.EMULATOR_MISSING.at(detail=codes.EMULATOR_MISSING.way_out)]) from error
    state = Path(STATE_FOLDER) / "emulator.json"
    code = codes.EMULATOR_STATE
    try:
        make_folder(state.parent)
        embedded = Embedded(state, EMBEDDED_SPEED)
    except (OSError, ValueError) as error:
        raise DiagnosticsError([code.at(detail=f"{state}: {error}. {code.way_out}")]) from error
    with embedded as emulator:
        yield emulator.url
