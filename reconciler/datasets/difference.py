"""What two versions of a training file have in common: rows kept, added, removed, and changed by similarity."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reconciler.datasets.digest import row_digest
from reconciler.datasets.rows import parse_row
from reconciler.datasets.upload import rows_of

ALIKE = 0.5
"""From this share of common words on, a row that is gone and one that is new are one row that changed."""
PAIRED = 400
"""Rows on each side that are compared for that; with more, a file is another one rather than a changed one."""
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Row:
    line: int
    value: Any


@dataclass(frozen=True, slots=True)
class ChangedRow:
    before: Row
    after: Row

    @property
    def fields(self) -> tuple[tuple[str, Any, Any], ...]:
        """(path inside the row, value before, value after) of each value that differs; None stands for absent."""
        old, new = dict(_leaves("", self.before.value)), dict(_leaves("", self.after.value))
        return tuple((path, old.get(path), new.get(path)) for path in {**old, **new} if old.get(path) != new.get(path))


@dataclass(frozen=True, slots=True)
class Difference:
    rows: tuple[int, int]
    """Before and after."""
    kept: int
    """Rows that both have."""
    reordered: bool
    """Whether the rows that both have come in another order."""
    added: tuple[Row, ...]
    removed: tuple[Row, ...]
    changed: tuple[ChangedRow, ...]

    @property
    def same(self) -> bool:
        return not (self.added or self.removed or self.changed or self.reordered)


def difference(old: Path, new: Path) -> Difference:
    """Compare two files by their rows' meaning. Raises OSError, and `RowError` for a line that is no row."""
    before, after = list(_digests(old)), list(_digests(new))
    gone, come = _unmatched(before, after), _unmatched(after, before)
    removed, added = _rows(old, gone), _rows(new, come)
    changed = _pairs(removed, added)
    pairs = {(c.before.line, c.after.line) for c in changed}
    lines_before, lines_after = {line for line, _ in pairs}, {line for _, line in pairs}
    common = [[digest for line, digest in side if line not in lines] for side, lines in ((before, gone), (after, come))]
    return Difference(
        (len(before), len(after)),
        len(common[0]),
        common[0] != common[1],
        tuple(row for row in added if row.line not in lines_after),
        tuple(row for row in removed if row.line not in lines_before),
        tuple(changed),
    )


def _digests(file: Path) -> Iterator[tuple[int, bytes]]:
    return ((line, row_digest(parse_row(text))) for line, text in rows_of(file))


def _unmatched(side: Sequence[tuple[int, bytes]], other: Sequence[tuple[int, bytes]]) -> set[int]:
    """Lines whose rows the other side has not, or not so often."""
    left = Counter(digest for _, digest in other)
    found = set()
    for line, digest in side:
        if left[digest]:
            left[digest] -= 1
        else:
            found.add(line)
    return found


def _rows(file: Path, lines: set[int]) -> list[Row]:
    return [Row(line, parse_row(text)) for line, text in rows_of(file) if line in lines] if lines else []


def _pairs(removed: Sequence[Row], added: Sequence[Row]) -> list[ChangedRow]:
    """Each removed row with the added one that is most like it, the likest first."""
    if not removed or not added or max(len(removed), len(added)) > PAIRED:
        return []
    old, new = [_words(row.value) for row in removed], [_words(row.value) for row in added]
    scores = [
        (_alike(one, other), -abs(removed[i].line - added[j].line), i, j)
        for i, one in enumerate(old)
        for j, other in enumerate(new)
    ]
    pairs: dict[int, int] = {}
    for score, _, i, j in sorted(scores, reverse=True):
        if score >= ALIKE and i not in pairs and j not in pairs.values():
            pairs[i] = j
    return [ChangedRow(removed[i], added[j]) for i, j in sorted(pairs.items())]


def _words(value: Any) -> Counter[str]:
    return Counter(word.lower() for _, leaf in _leaves("", value) for word in _WORD.findall(str(leaf)))


def _alike(one: Counter[str], other: Counter[str]) -> float:
    """The share of common words, 0 to 1 (Dice's coefficient)."""
    total = one.total() + other.total()
    return 2 * (one & other).total() / total if total else 1.0


def _leaves(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    waiting = [(path, value)]
    while waiting:
        at, found = waiting.pop()
        if isinstance(found, dict) and found:
            waiting += [(f"{at}.{key}" if at else key, below) for key, below in reversed(found.items())]
        elif isinstance(found, list) and found:
            waiting += [(f"{at}[{index}]", below) for index, below in reversed(list(enumerate(found)))]
        else:
            yield at, found
