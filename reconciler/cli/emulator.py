"""`reconciler emulator`: a local server with the wire protocol of the services."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.model import codes
from reconciler.model.errors import DiagnosticsError


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="0 takes a free one.")
@click.option("--state", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Keep everything here.")
@click.option("--speed", type=click.FloatRange(0.001, 1e6), default=1.0, show_default=True, help="Of its clock.")
def emulator(port: int, state: Path | None, speed: float) -> None:
    """Stand in for Azure OpenAI, Resource Manager and OpenAI on this machine, training tiny models for real."""
    try:
        from reconciler.emulator.server import run
    except ImportError as error:
        raise DiagnosticsError([codes.EMULATOR_MISSING.at(detail=codes.EMULATOR_MISSING.way_out)]) from error

    def announce(url: str) -> None:
        click.echo(f"emulator on {url} at {speed:g} x real time; Ctrl-C ends it\nexport RECONCILER_EMULATOR={url}")

    try:
        run(port, state, speed, announce=announce)
    except (ValueError, OSError) as error:
        if isinstance(error, OSError) and error.errno and not error.filename:
            raise click.UsageError(f"port {port}: {error.strerror}") from error
        raise DiagnosticsError([codes.EMULATOR_STATE.at(detail=f"{error}. {codes.EMULATOR_STATE.way_out}")]) from error
