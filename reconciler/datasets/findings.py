"""Problems of rows: all are counted, the first few of each kind are kept with their lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from reconciler.model import codes
from reconciler.model.diagnostics import Code, Diagnostic, Severity, SourceRange

SHOWN_PER_CODE = 3
"""Rows named for each kind of problem; the rest is counted."""
SHOWN_TEXT = 200
"""Characters of a row that a diagnostic carries."""

_CODES = {code.id: code for code in codes.every_code()}


@dataclass(slots=True)
class Findings:
    counts: Counter[str] = field(default_factory=Counter)
    """Code -> rows."""
    shown: list[tuple[str, int, str, str]] = field(default_factory=list)
    """(code, line, detail, text of the line), in the order of the lines."""

    latest: dict[str, int] = field(default_factory=dict, compare=False)
    """Code -> the last line that has it."""

    def add(self, code: Code, line: int, detail: str, text: bytes = b"") -> None:
        if self.latest.get(code.id) == line:
            return  # one problem of a kind says enough of a row
        self.latest[code.id] = line
        self.counts[code.id] += 1
        if self.counts[code.id] <= SHOWN_PER_CODE:
            self.shown.append((code.id, line, detail, text[:SHOWN_TEXT].decode("utf-8", "replace").rstrip("\r\n")))

    def merge(self, other: Findings, lines_before: int) -> None:
        """Add the findings of what follows in the file."""
        self.shown += [(id, line + lines_before, detail, text) for id, line, detail, text in other.shown]
        self.counts.update(other.counts)
        self.shown = list(_first_few(self.shown))

    @property
    def errors(self) -> bool:
        return any(_CODES[id].severity is Severity.ERROR for id in self.counts)

    def diagnostics(self, path: str) -> Iterator[Diagnostic]:
        for id, line, detail, text in self.shown:
            yield _CODES[id].at(SourceRange(path, line, 1, line, 1, text), detail)
        named = Counter(id for id, *_ in self.shown)
        for id, count in self.counts.items():
            if more := count - named[id]:
                detail = f"{more:,} more rows of this file have the same problem."
                yield _CODES[id].at(SourceRange(path, 1, 1, 1, 1), detail)

    def to_json(self) -> dict[str, Any]:
        return {"counts": self.counts, "shown": self.shown}

    @classmethod
    def from_json(cls, data: Any) -> Findings:
        """Raises KeyError, TypeError or ValueError for what `to_json` did not write."""
        shown = [(str(id), int(line), str(detail), str(text)) for id, line, detail, text in data["shown"]]
        if not {*data["counts"], *(id for id, *_ in shown)} <= _CODES.keys():
            raise ValueError("an unknown code")
        return cls(Counter(data["counts"]), shown)


def _first_few(shown: list[tuple[str, int, str, str]]) -> Iterator[tuple[str, int, str, str]]:
    seen: Counter[str] = Counter()
    for finding in shown:
        seen[finding[0]] += 1
        if seen[finding[0]] <= SHOWN_PER_CODE:
            yield finding
