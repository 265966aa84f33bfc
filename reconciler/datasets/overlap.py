"""Rows that stand twice: within a file, or in training and validation both.

A row is known by the first 64 bits of its digest: among ten million rows, two different ones share them with a
probability of three in a million.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence

KEPT = 3
"""Pairs that are named; the rest is counted."""
_PART = 100_000
"""Rows compared at a time, so that memory does not grow with the file: a set takes ten times what the hashes do."""


def row_hashes(row_digests: bytes | bytearray) -> array[int]:
    """The first 8 of each 32 bytes."""
    return array("Q", memoryview(row_digests).cast("Q")[::4].tolist())


def duplicates(hashes: array[int]) -> tuple[int, list[tuple[int, int]]]:
    """How many rows repeat an earlier one, and the first (row, earlier row), counted from 0. 0 hashes are no rows."""
    count = 0
    pairs: list[tuple[int, int]] = []
    for part in _parts(hashes):
        repeated = len(part) - len(set(part))
        if repeated:
            count += repeated
            pairs += _pairs(hashes, set(part))
    return count, sorted(pairs)[:KEPT]


def _parts(hashes: array[int]) -> Iterator[list[int]]:
    """The hashes in parts, equal ones in the same part."""
    parts = len(hashes) // _PART + 1
    for part in range(parts):
        yield [h for h in hashes if h % parts == part and h]


def _pairs(hashes: array[int], among: set[int]) -> list[tuple[int, int]]:
    first: dict[int, int] = {}
    found: list[tuple[int, int]] = []
    for index, value in enumerate(hashes):
        if value in among and (earlier := first.setdefault(value, index)) != index:
            found.append((index, earlier))
            if len(found) == KEPT:
                break
    return found


def shared(training: array[int], validation: array[int]) -> tuple[int, list[tuple[int, int]]]:
    """How many rows of `validation` stand in `training`, and the first (row of validation, row of training)."""
    common = set(validation).intersection(training) - {0}
    if not common:
        return 0, []
    first = {value: index for index, value in reversed(list(enumerate(training))) if value in common}
    rows = [index for index, value in enumerate(validation) if value in common]
    return len(rows), [(index, first[validation[index]]) for index in rows[:KEPT]]


def line_of(row: int, blank: Sequence[int]) -> int:
    """The line, counted from 1, of a row, counted from 0, in a file with these blank lines."""
    line = row + 1
    for skipped in blank:
        if skipped > line:
            break
        line += 1
    return line
