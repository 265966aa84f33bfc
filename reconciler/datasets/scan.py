"""A training file, read once: its digest, its size, its problems and, when wanted, its tokens.

Memory is constant but for 8 bytes a row, by which rows that stand twice are found.
"""

from __future__ import annotations

import hashlib
import stat
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import orjson

from reconciler.datasets.block import BOM, Block, Profile
from reconciler.datasets.digest import DIGEST_VERSION
from reconciler.datasets.facts import DatasetFacts
from reconciler.datasets.findings import SHOWN_PER_CODE
from reconciler.datasets.foreign.recognise import foreign_bytes, foreign_rows, foreign_text
from reconciler.datasets.foreign.signatures import FIRST
from reconciler.datasets.formats import infer
from reconciler.datasets.overlap import duplicates, line_of, row_hashes
from reconciler.datasets.statistics import Statistics
from reconciler.datasets.upload import upload_form
from reconciler.datasets.worker import cut, read_pieces
from reconciler.model import codes
from reconciler.model.catalog import limits
from reconciler.model.diagnostics import Diagnostic, SourceRange

__all__ = ["BOM", "DIGEST_VERSION", "SHOWN_PER_CODE", "DatasetFacts", "Request", "Scan", "read", "scan", "upload_form"]

HEAD = 100
"""Rows that decide what a file's format is."""
LONGEST = 32_000_000
"""Bytes of a line that are looked at for that."""


@dataclass(frozen=True, slots=True)
class Request:
    """What to find out about a file."""

    format: str | None = None
    """None: whatever most of the first rows are."""
    expected: str | None = None
    """What the jobs that read it want: it decides between a chat without its answer and a reinforcement row."""
    encoding: str = ""
    """Count tokens in this encoding; empty: do not."""
    secrets: bool = False


@dataclass(slots=True)
class Scan:
    """What one pass over a file has shown."""

    format: str
    encoding: str
    digest: str
    rows: int
    bytes: int
    block: Block
    """Without the digests of the rows."""
    hashes: array[int] = field(default_factory=lambda: array("Q"))
    """8 bytes of each row's digest, in order."""

    @property
    def statistics(self) -> Statistics | None:
        return self.block.statistics

    @property
    def errors(self) -> bool:
        return self.block.findings.errors

    def line_of(self, row: int) -> int:
        return line_of(row, self.block.blank)

    def facts(self, name: str, file: Path) -> DatasetFacts:
        statistics = self.block.statistics
        return DatasetFacts(
            name=name,
            file=file,
            digest=self.digest,
            rows=self.rows,
            bytes=self.bytes,
            format=self.format,
            tokens=statistics.tokens if statistics else None,
            longest=statistics.longest[0] if statistics else None,
            encoding=self.encoding,
            images=self.block.images,
        )


def scan(
    name: str, file: Path, shown: str, request: Request | None = None
) -> tuple[DatasetFacts | None, list[Diagnostic]]:
    """Read a training file once; its facts are None when it cannot be used."""
    found, problems = read(file, shown, request or Request())
    if found is None or found.errors:
        return None, problems
    return found.facts(name, file), problems


def read(file: Path, shown: str, request: Request) -> tuple[Scan | None, list[Diagnostic]]:
    """Read a training file once; None when it cannot be read at all."""
    start = SourceRange(shown, 1, 1, 1, 1)
    try:
        before = file.stat()
        if not stat.S_ISREG(before.st_mode):
            return None, [codes.FILE_UNREADABLE.at(start, f"{shown} is not a regular file.")]
        with file.open("rb") as stream:
            first = stream.read(FIRST)
        lines = _head(file)
        rows = [row for row in map(_parsed, lines) if row is not None]
        other = foreign_bytes(first, shown) or foreign_text(lines, shown)
        if other is None and request.format is None:
            other = foreign_rows(rows, shown)
        if other:
            return None, [codes.DATASET_FOREIGN.at(start, f"{other.what} {other.way}")]
        found = _read(file, before.st_size, request, rows)
        if file.stat().st_mtime_ns != before.st_mtime_ns:
            return None, [codes.FILE_UNREADABLE.at(start, f"{shown} changed while it was read.")]
    except OSError as error:
        return None, [codes.FILE_UNREADABLE.at(start, f"{shown}: {error.strerror or error}.")]
    _whole_file(found, first.startswith(BOM))
    return found, list(found.block.findings.diagnostics(shown))


def _read(file: Path, size: int, request: Request, head: Sequence[object]) -> Scan:
    format = request.format or infer(head)
    if {format, request.expected} == {"chat", "reinforcement"} and request.format is None:
        format = request.expected or format
    profile = Profile(format, request.encoding, request.secrets)
    digest = hashlib.sha256()
    total = Block(statistics=Statistics() if request.encoding else None)
    hashes: array[int] = array("Q")
    for block in read_pieces(file, cut(file, size), profile):
        digest.update(block.digests)
        hashes.extend(row_hashes(block.digests))
        block.digests.clear()
        total.merge(block)
    return Scan(format, request.encoding, digest.hexdigest(), len(hashes), size, total, hashes)


def _head(file: Path) -> list[bytes]:
    """The first lines that are not blank; a line without an end is cut, for no row is so long."""
    with file.open("rb") as stream:
        lines = iter(lambda: stream.readline(LONGEST), b"")
        bare = (line.removeprefix(BOM).strip(b" \t\r\n") for line in lines)
        return list(islice((line for line in bare if line), HEAD))


def _parsed(line: bytes) -> object:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        return None  # the pass over the file says so


def _whole_file(found: Scan, marked: bool) -> None:
    """Findings that need the whole file."""
    findings, blank = found.block.findings, found.block.blank
    sound = not findings.errors
    if not found.rows:
        findings.add(codes.DATASET_EMPTY, 1, "The file has no rows.")
        return
    if found.rows < (least := limits.AZURE.min_rows):
        detail = f"The file has {found.rows} rows; the services take files of {least} or more."
        findings.add(codes.DATASET_TOO_FEW_ROWS, 1, detail)
    if not sound:
        return  # first things first
    if found.format == "reinforcement" and found.block.unanswered == found.rows:
        findings.add(codes.DATASET_UNANSWERED, 1, "Every row is messages that end with the user, and nothing else.")
    if marked:
        findings.add(codes.DATASET_BOM, 1, "The digest ignores it.")
    if blank:
        findings.add(codes.DATASET_BLANK_LINES, blank[0], f"{len(blank):,} of {found.block.lines:,} lines are blank.")
    count, pairs = duplicates(found.hashes)
    if pairs:
        row, earlier = (found.line_of(index) for index in pairs[0])
        more = f"; {count:,} rows of the file repeat an earlier one" if count > 1 else ""
        findings.add(codes.DATASET_DUPLICATES, row, f"The row stands in line {earlier} already{more}.")
