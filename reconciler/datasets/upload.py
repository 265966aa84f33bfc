"""The form in which a training file is uploaded: LF, no blank lines, keys in their order, BOM by the target's rule."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from reconciler.datasets.block import BOM, code_of
from reconciler.datasets.digest import row_digest
from reconciler.datasets.pointer import read_pointer
from reconciler.datasets.rows import RowError, parse_row, upload_row
from reconciler.model import codes
from reconciler.model.errors import DiagnosticsError


def upload_form(file: Path, byte_order_mark: bool, digest: str | None = None) -> Iterator[bytes]:
    """The bytes to send, piece by piece. Raises `DiagnosticsError` at once when the file is not here, at a line that is
    no row, and at the end when a `digest` is given and the rows have another: the file has changed since the plan."""
    if problem := absence(file):
        raise DiagnosticsError([codes.DATASET_ABSENT.at(detail=problem)])
    return _rows(file, byte_order_mark, digest)


def absence(file: Path) -> str | None:
    """Why the bytes of a training file cannot be sent, and the command that fetches them."""
    if file == Path():
        return "The dataset is a url: the service fetches it, nothing is sent from here."
    if not file.exists():
        return f"{file} does not exist. Fetch it (git lfs pull, dvc pull, ...) and run again."
    if pointer := read_pointer(file):
        return f"{file} is a git-LFS pointer to {pointer.size:,} bytes. Run: git lfs pull --include {file.name}"
    return None


def rows_of(file: Path) -> Iterator[tuple[int, bytes]]:
    """The lines that are not blank, without their BOM and line ends, each with its number."""
    with file.open("rb") as stream:
        for number, line in enumerate(stream, 1):
            bare = (line.removeprefix(BOM) if number == 1 else line).strip(b" \t\r\n")
            if bare:
                yield number, bare


def _row(file: Path, number: int, line: bytes) -> Any:
    try:
        return parse_row(line)
    except RowError as error:
        code = code_of(error)
        raise DiagnosticsError([code.at(detail=f"{file}, line {number}: {error}. {code.way_out}")]) from error


def _rows(file: Path, byte_order_mark: bool, digest: str | None) -> Iterator[bytes]:
    total = hashlib.sha256()
    if byte_order_mark:
        yield BOM
    for number, line in rows_of(file):
        row = _row(file, number, line)
        if digest:
            total.update(row_digest(row))
        yield upload_row(row) + b"\n"
    if digest and total.hexdigest() != digest:
        detail = f"{file} has changed since it was read for the plan. Nothing was started with it; run again."
        raise DiagnosticsError([codes.DATASET_LOCK.at(detail=detail)])
