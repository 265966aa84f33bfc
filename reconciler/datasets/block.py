"""One pass over a stretch of a training file: digests, problems and, when wanted, tokens of its rows.

The unit of work for one core. Line numbers count from the start of the stretch; `Block.merge` moves them.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from reconciler.datasets.findings import Findings
from reconciler.datasets.formats import CHECKS, format_of
from reconciler.datasets.formats.chat import is_plain
from reconciler.datasets.formats.parts import count_images, kind_of
from reconciler.datasets.formats.preference import OUTPUTS
from reconciler.datasets.formats.reinforcement import RESERVED, item_paths
from reconciler.datasets.rows import EncodingError, MeaningError, RowError, SurrogateError, check_meaning, parse_row
from reconciler.datasets.secrets import find_secrets
from reconciler.datasets.statistics import Statistics
from reconciler.datasets.tokens import count, row_texts
from reconciler.model import codes
from reconciler.model.diagnostics import Code, Severity

BOM = b"\xef\xbb\xbf"
NO_ROW = bytes(32)
"""Stands for the digest of a line that is no row."""
_BUFFER = 1 << 18
_BATCH = 2_000_000
"""Characters that are counted at once: one call for each row would cost three times as much as the counting."""
_MAX_PATHS = 200


@dataclass(frozen=True, slots=True)
class Profile:
    """What to find out about the rows."""

    format: str
    encoding: str = ""
    """Count tokens in this encoding; empty: do not."""
    secrets: bool = False


@dataclass(slots=True)
class Block:
    digests: bytearray = field(default_factory=bytearray)
    """32 bytes a row."""
    lines: int = 0
    blank: list[int] = field(default_factory=list)
    """Lines that are blank."""
    findings: Findings = field(default_factory=Findings)
    longest_bytes: int = 0
    """Of the canonical form of a row: no row has more tokens than that."""
    images: int = 0
    most_images: tuple[int, int] = (0, 0)
    """(images, line) of the row with most of them."""
    long_outputs: tuple[int, int] = (0, 0)
    """(rows, line of the first one) of preferences with an output of more than one message."""
    unanswered: int = 0
    """Rows of nothing but messages that end with the user: a question to reinforce, or a chat without its answer."""
    item_paths: Counter[str] = field(default_factory=Counter)
    """What graders may read -> rows that have it."""
    statistics: Statistics | None = None

    def merge(self, other: Block) -> None:
        """Add what follows in the file."""
        self.blank += [line + self.lines for line in other.blank]
        self.findings.merge(other.findings, self.lines)
        self.longest_bytes = max(self.longest_bytes, other.longest_bytes)
        self.images += other.images
        if other.most_images[0] > self.most_images[0]:
            self.most_images = (other.most_images[0], other.most_images[1] + self.lines)
        self.long_outputs = _sum_of(self.long_outputs, other.long_outputs, self.lines)
        self.unanswered += other.unanswered
        self.item_paths.update(other.item_paths)
        if self.statistics and other.statistics:
            self.statistics.merge(other.statistics, self.lines)
        self.lines += other.lines
        self.digests += other.digests


def read_block(file: Path, start: int, end: int, profile: Profile) -> Block:
    """Read the lines that begin in [start, end); `start` must be the start of a line. Raises OSError."""
    reader = _Reader(profile)
    plain_file = profile.format == "chat" and not profile.secrets
    block, sha256, loads, dumps = reader.block, hashlib.sha256, orjson.loads, orjson.dumps
    number, longest, counts = 0, 0, reader.counts
    with file.open("rb", _BUFFER) as stream:
        stream.seek(start)
        for line in stream:
            number += 1
            start += len(line)
            try:
                row = loads(line)
                canonical = dumps(row, option=orjson.OPT_SORT_KEYS)
            except (orjson.JSONDecodeError, orjson.JSONEncodeError):
                reader.unread(number, line, first=start == len(line))
            else:
                block.digests += sha256(canonical).digest()
                if len(canonical) > longest:
                    longest = len(canonical)
                if not (plain_file and is_plain(row)):
                    reader.look_closer(number, line, row, canonical)
                else:
                    # Only texts: no number was lost. Did a key stand there twice? Not if nothing but the line's end
                    # is gone, nor if there are no more quotes than keys and texts need.
                    whole = (
                        len(line) == len(canonical) + 1
                        or line.count(b'"') == 8 * len(row["messages"]) + 2
                        or reader.kept(number, line, row, canonical)
                    )
                    if counts and whole:
                        reader.plain(number, row)
            if start >= end:
                break
    block.lines, block.longest_bytes = number, longest
    reader.finish()
    return block


class _Reader:
    """The slow half: lines that are not plain chats, and tokens."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.block = Block(statistics=Statistics() if profile.encoding else None)
        self.counts = bool(profile.encoding)
        self.check = CHECKS[profile.format]
        self.texts: list[str] = []
        self.size = 0
        self.rows: list[tuple[int, int, int]] = []
        """(line, texts, tokens to add) of the rows whose texts wait to be counted."""

    def unread(self, number: int, line: bytes, *, first: bool) -> None:
        """A line that is blank, or no JSON."""
        bare = (line.removeprefix(BOM) if first else line).strip(b" \t\r\n")
        if not bare:
            self.block.blank.append(number)
            return
        try:
            row = parse_row(bare)
        except RowError as error:
            self.block.digests += NO_ROW
            hint = "; a byte-order mark in the middle of a file is left over from joining two" if BOM in line else ""
            self.block.findings.add(code_of(error), number, f"{_capital(str(error))}{hint}.", line)
        else:
            canonical = orjson.dumps(row, option=orjson.OPT_SORT_KEYS)
            self.block.digests += hashlib.sha256(canonical).digest()
            self.look_closer(number, bare, row, canonical)

    def kept(self, number: int, line: bytes, row: Any, canonical: bytes) -> bool:
        """Whether all that the line says is in the row; a finding if not."""
        try:
            check_meaning(line, row, canonical)
        except RowError as error:
            self.block.findings.add(code_of(error), number, f"{_capital(str(error))}.", line)
            return False
        return True

    def look_closer(self, number: int, line: bytes, row: Any, canonical: bytes) -> None:
        findings = self.block.findings
        if not self.kept(number, line, row, canonical):
            return
        if not isinstance(row, dict):
            findings.add(codes.ROW_JSON, number, f"The line holds {kind_of(row)}, not an object.", line)
            return
        found = list(self.check(row))
        looks = format_of(row)
        if (
            found
            and looks
            and looks != self.profile.format
            and {looks, self.profile.format} != {"chat", "reinforcement"}
        ):
            detail = f"The row looks like {looks}; the file has {self.profile.format} rows."
            found = [(codes.ROW_FORMAT, detail)]
        for code, detail in dict.fromkeys(found):
            findings.add(code, number, detail, line)
        if self.profile.secrets:
            for code, detail in find_secrets(row):
                findings.add(code, number, detail)
        if not any(code.severity is Severity.ERROR for code, _ in found):
            self.good(number, row)

    def good(self, number: int, row: dict[str, Any]) -> None:
        """A row without errors that is more than plain texts."""
        format, block = self.profile.format, self.block
        if format == "reinforcement":
            extra = {key: value for key, value in row.items() if key not in RESERVED}
            block.unanswered += not extra
            block.item_paths.update(path for path in item_paths(extra) if len(block.item_paths) < _MAX_PATHS)
        if format == "preference" and any(len(row[key]) > 1 for key in OUTPUTS):
            block.long_outputs = _sum_of(block.long_outputs, (1, number), 0)
        if format != "completion":
            images = count_images(row["input"]["messages"] if format == "preference" else row["messages"])
            block.images += images
            if images > block.most_images[0]:
                block.most_images = (images, number)
        if self.counts:
            self.enqueue(number, *row_texts(format, row))
            self.describe(row.get("messages") or (), row.get("completion"))

    def plain(self, number: int, row: dict[str, Any]) -> None:
        """Count a plain chat: the same as `row_texts`, and quicker."""
        messages = row["messages"]
        self.enqueue(number, [m["content"] for m in messages], 3 + 4 * len(messages))
        self.describe(messages, None)

    def describe(self, messages: Any, completion: Any) -> None:
        statistics = self.block.statistics
        assert statistics is not None
        statistics.turns[len(messages)] += 1
        if statistics.labels is not None:
            last = messages[-1].get("content") if messages else completion
            statistics.label(last.strip() if isinstance(last, str) else "")

    def enqueue(self, number: int, texts: list[str], fixed: int) -> None:
        self.texts += texts
        self.rows.append((number, len(texts), fixed))
        self.size += sum(map(len, texts))
        if self.size > _BATCH:
            self.finish()

    def finish(self) -> None:
        """Count what waits."""
        if not self.rows:
            return
        statistics = self.block.statistics
        assert statistics is not None
        counts = count(self.texts, self.profile.encoding)
        begin = 0
        for number, texts, fixed in self.rows:
            statistics.row(number, sum(counts[begin : begin + texts]) + fixed)
            begin += texts
        self.texts, self.rows, self.size = [], [], 0


def _sum_of(found: tuple[int, int], more: tuple[int, int], lines_before: int) -> tuple[int, int]:
    """Two counts of rows, each with the line of the first one."""
    first = found[1] or (more[1] + lines_before if more[1] else 0)
    return found[0] + more[0], first


def code_of(error: RowError) -> Code:
    kinds = {MeaningError: codes.ROW_MEANING, SurrogateError: codes.ROW_SURROGATE, EncodingError: codes.ROW_ENCODING}
    return kinds.get(type(error), codes.ROW_JSON)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
