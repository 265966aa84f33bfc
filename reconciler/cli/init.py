"""`reconciler init`: a small estate to start from, written once and never over anything."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import click

from reconciler.cli.schema import schema_json
from reconciler.model import codes
from reconciler.model.errors import DiagnosticsError

STARTER = ("specs/estate.yaml", "specs/desk.yaml", "data/desk-first.jsonl")
SCHEMA = "schema/reconciler.schema.json"
_NEXT = """
Next: reconciler validate                 the specs and the data, offline
      reconciler plan --emulator          what would be done, without a cloud
      specs/estate.yaml                   name your estate and your account"""


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=".")
def init(folder: Path) -> None:
    """Write a small commented estate into FOLDER: targets, a dataset, a job, a chain, a deployment."""
    starter = files("reconciler.cli") / "starter"
    contents = {name: (starter / name).read_bytes() for name in STARTER} | {SCHEMA: schema_json()}
    there = [folder / name for name in contents if _exists(folder / name)]
    if there:
        raise DiagnosticsError(
            [codes.FILE_EXISTS.at(detail=f"{path} is there already; nothing was written.") for path in there]
        )
    for name, content in contents.items():
        _write(folder / name, content)
        click.echo(f"wrote {folder / name}")
    click.echo(_NEXT)


def _exists(path: Path) -> bool:
    return path.exists() or path.is_symlink()


def _write(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as stream:  # x: should the file have come into being just now, it stays
            stream.write(content)
    except OSError as error:
        raise DiagnosticsError([codes.FILE_UNWRITABLE.at(detail=f"{path}: {error.strerror or error}.")]) from error
