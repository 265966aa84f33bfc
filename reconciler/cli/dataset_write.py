"""`reconciler dataset split` and `convert`: new training files from old ones, never over an old one unasked."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

import click
import orjson

from reconciler.api.training_data import shown_path
from reconciler.datasets import convert as conversions
from reconciler.datasets.foreign.containers import ContainerError, rows_in
from reconciler.datasets.rows import RowError
from reconciler.datasets.split import split as split_rows
from reconciler.model import codes
from reconciler.model.diagnostics import Diagnostic, SourceRange
from reconciler.model.errors import DiagnosticsError
from reconciler.render.text import clean, plural

file_argument = click.argument("file", type=click.Path(path_type=Path))
force_option = click.option("--force", is_flag=True, help="Write over files that are there.")
_SHOWN = 10


def _share(_context: click.Context, _option: click.Parameter, text: str) -> float:
    """`10%` or `0.1`."""
    try:
        share = float(text[:-1]) / 100 if text.endswith("%") else float(text)
    except ValueError:
        share = 0.0
    if not 0 < share < 1:
        raise click.BadParameter(f"{text} is not a share such as 10% or 0.1")
    return share


@click.command()
@file_argument
@click.option("--hold-out", "share", default="10%", show_default=True, callback=_share, metavar="SHARE")
@click.option("--salt", default="", metavar="TEXT", help="Another text holds out other rows.")
@click.option("--train", type=click.Path(path_type=Path), metavar="OUT", help="Default: FILE.train.jsonl.")
@click.option("--valid", type=click.Path(path_type=Path), metavar="OUT", help="Default: FILE.valid.jsonl.")
@force_option
def split(file: Path, share: float, salt: str, train: Path | None, valid: Path | None, force: bool) -> None:
    """Hold out a SHARE of the rows of FILE for validation, by their content.

    The same row always falls on the same side, whatever is appended later; equal rows stay together.
    """
    outputs = [train or file.with_suffix(f".train{file.suffix}"), valid or file.with_suffix(f".valid{file.suffix}")]
    counts = [0, 0]
    with _reading(file), ExitStack() as stack:
        streams = [stack.enter_context(_writing(output, file, force)) for output in outputs]
        for out, line in split_rows(file, share, salt):
            streams[out].write(line)
            counts[out] += 1
    for output, count in zip(outputs, counts, strict=True):
        click.echo(f"{clean(shown_path(output.resolve()))}: {plural(count, 'row')}")


@click.command()
@file_argument
@click.option("--to", "target", type=click.Choice(conversions.TARGETS), required=True, help="What the rows become.")
@click.option("--from", "source", type=click.Choice(conversions.SOURCES), help="What they are. Default: as they look.")
@click.option("--out", type=click.Path(path_type=Path), metavar="OUT", help="Default: standard output.")
@force_option
def convert(file: Path, target: str, source: str | None, out: Path | None, force: bool) -> None:
    """Convert the rows of FILE: chats, completions and Gemini's contents to each other; other tools' rows to chats.

    FILE may be JSON Lines, an array, a table (CSV, Parquet, Arrow), compressed, in UTF-8 or UTF-16. A row that the
    other format has no place for is an error; then nothing is written to OUT. Keys that only keep books are left out.
    """
    problems: list[Diagnostic] = []
    count = 0
    with _reading(file), ExitStack() as stack:
        stream: IO[bytes] = sys.stdout.buffer
        if out:
            stream = stack.enter_context(_writing(out, file, force))
        for number, row in rows_in(file):
            try:
                made = conversions.convert(row, source or conversions.source_format(row), target)
            except conversions.ConvertError as error:
                count += 1
                if count <= _SHOWN:
                    at = SourceRange(shown_path(file.resolve()), number, 1, number, 1)
                    problems.append(codes.CONVERT_LOST.at(at, f"{str(error)[:1].upper()}{str(error)[1:]}."))
                continue
            if not problems:
                stream.write(orjson.dumps(made) + b"\n")
        if problems:
            if count > _SHOWN:
                problems.append(codes.CONVERT_LOST.at(detail=f"{count - _SHOWN:,} more rows cannot be converted."))
            raise DiagnosticsError(problems)


@contextmanager
def _reading(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        at = SourceRange(str(file), 1, 1, 1, 1)
        name = error.filename or file
        raise DiagnosticsError([codes.FILE_UNREADABLE.at(at, f"{name}: {error.strerror or error}.")]) from error
    except ContainerError as error:
        at = SourceRange(str(file), 1, 1, 1, 1)
        raise DiagnosticsError([codes.FILE_UNREADABLE.at(at, f"{file}: {str(error).rstrip('.')}.")]) from error
    except RowError as error:
        at = SourceRange(str(file), 1, 1, 1, 1)
        detail = f"{str(error)[:1].upper()}{str(error)[1:]}. reconciler dataset check {file} names the line."
        raise DiagnosticsError([codes.ROW_JSON.at(at, detail)]) from error


@contextmanager
def _writing(output: Path, source: Path, force: bool) -> Iterator[IO[bytes]]:
    """A file that is there only when everything went well."""
    if output.resolve() == source.resolve():
        raise click.UsageError(f"{output} is the file that is read.")
    if output.exists() and not force:
        raise click.UsageError(f"{output} is there already; --force writes over it.")
    part = output.with_name(f".{output.name}.{os.getpid()}")
    try:
        with part.open("wb") as stream:
            yield stream
        os.replace(part, output)
    finally:
        part.unlink(missing_ok=True)
