"""One pass over a training file: its digest, its size, its problems. Memory does not grow with the file."""

from __future__ import annotations

import hashlib
import stat
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reconciler.datasets.formats import chat
from reconciler.datasets.rows import MeaningError, RowError, canonical_row, parse_row, upload_row
from reconciler.model import codes
from reconciler.model.catalog import limits
from reconciler.model.diagnostics import Code, Diagnostic, SourceRange

DIGEST_VERSION = 1
BOM = b"\xef\xbb\xbf"
SHOWN_PER_CODE = 3
"""Rows named for each kind of problem; the rest is counted."""


@dataclass(frozen=True, slots=True)
class DatasetFacts:
    """What a plan needs to know of a training file."""

    name: str
    file: Path
    digest: str
    """SHA-256 over the SHA-256s of the rows in canonical form; 64 hex digits."""
    rows: int
    bytes: int
    """Of the file on disk."""


def scan(name: str, file: Path, shown: str) -> tuple[DatasetFacts | None, list[Diagnostic]]:
    """Read a training file once; its facts are None when it cannot be used."""
    start = SourceRange(shown, 1, 1, 1, 1)
    try:
        info = file.stat()
        if not stat.S_ISREG(info.st_mode):
            return None, [codes.FILE_UNREADABLE.at(start, f"{shown} is not a regular file.")]
        scanner = _Scanner(shown)
        for number, line in _lines(file):
            scanner.line(number, line)
    except OSError as error:
        return None, [codes.FILE_UNREADABLE.at(start, f"{shown}: {error.strerror or error}.")]
    problems = scanner.finish()
    if problems:
        return None, problems
    return DatasetFacts(name, file, scanner.digest.hexdigest(), scanner.rows, info.st_size), []


def upload_form(file: Path, byte_order_mark: bool) -> Iterator[bytes]:
    """What is uploaded: LF, no blank lines, keys in their order, BOM as the target wants it."""
    if byte_order_mark:
        yield BOM
    for _, line in _lines(file):
        yield upload_row(parse_row(line)) + b"\n"


def _lines(file: Path) -> Iterator[tuple[int, bytes]]:
    """The lines that are not blank, without their BOM and line ends, each with its number."""
    with file.open("rb") as stream:
        for number, line in enumerate(stream, 1):
            bare = (line.removeprefix(BOM) if number == 1 else line).strip(b" \t\r\n")
            if bare:
                yield number, bare


class _Scanner:
    def __init__(self, shown: str) -> None:
        self.shown = shown
        self.digest = hashlib.sha256()
        self.rows = 0
        self.problems: list[Diagnostic] = []
        self.seen: Counter[str] = Counter()

    def line(self, number: int, line: bytes) -> None:
        self.rows += 1
        try:
            row = parse_row(line)
        except RowError as error:
            code = codes.ROW_MEANING if isinstance(error, MeaningError) else codes.ROW_JSON
            self.report(code, number, line, f"{_capital(str(error))}.")
            return
        if not isinstance(row, dict):
            self.report(codes.ROW_JSON, number, line, f"The line holds {_kind(row)}, not an object.")
            return
        self.digest.update(hashlib.sha256(canonical_row(row)).digest())
        for code, detail in chat.check(row):
            self.report(code, number, line, detail)

    def report(self, code: Code, number: int, line: bytes, detail: str) -> None:
        self.seen[code.id] += 1
        if self.seen[code.id] <= SHOWN_PER_CODE:
            text = line[:200].decode("utf-8", "replace")
            self.problems.append(code.at(SourceRange(self.shown, number, 1, number, 1, text), detail))

    def finish(self) -> list[Diagnostic]:
        start = SourceRange(self.shown, 1, 1, 1, 1)
        for problem in list(self.problems):
            more = self.seen.pop(problem.code.id, 0) - SHOWN_PER_CODE
            if more > 0:
                self.problems.append(problem.code.at(start, f"{more:,} more rows of this file have the same problem."))
        if not self.rows:
            self.problems.append(codes.DATASET_EMPTY.at(start, f"{self.shown} has no rows."))
        elif self.rows < (least := limits.AZURE.min_rows):
            detail = f"{self.shown} has {self.rows} rows; the services take files of {least} or more."
            self.problems.append(codes.DATASET_TOO_FEW_ROWS.at(start, detail))
        return self.problems


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _kind(value: Any) -> str:
    return {"list": "a list", "str": "a string", "NoneType": "null"}.get(type(value).__name__, "a bare value")
