"""What the rows of a file add up to: tokens and how they spread, turns, labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Any

from reconciler.model.catalog.encodings import LIMITS

EXACT, STEP = 16_384, 256
"""Rows' tokens are kept exactly up to here and in steps above, so that memory does not grow with the file."""
MAX_LABELS, LABEL_LENGTH = 50, 40
KEPT_LINES = 3


@dataclass(slots=True)
class Statistics:
    tokens: int = 0
    lengths: Counter[int] = field(default_factory=Counter)
    """Tokens of a row -> rows."""
    longest: tuple[int, int] = (0, 0)
    """(tokens, line)."""
    over: dict[int, list[int]] = field(default_factory=dict)
    """Limit -> lines of the first rows above it."""
    turns: Counter[int] = field(default_factory=Counter)
    """Messages in a row -> rows."""
    labels: Counter[str] | None = field(default_factory=Counter)
    """Last answer -> rows, for classifiers; None when there are too many to be labels."""

    def row(self, line: int, tokens: int) -> None:
        self.tokens += tokens
        self.lengths[tokens if tokens <= EXACT else -(-tokens // STEP) * STEP] += 1
        if tokens > self.longest[0]:
            self.longest = (tokens, line)
        for limit in LIMITS:
            if tokens <= limit:
                break
            self.over.setdefault(limit, []).append(line)
            del self.over[limit][KEPT_LINES:]

    def label(self, answer: str) -> None:
        if self.labels is None:
            return
        self.labels[answer if len(answer) <= LABEL_LENGTH else ""] += 1
        if "" in self.labels or len(self.labels) > MAX_LABELS:
            self.labels = None

    def merge(self, other: Statistics, lines_before: int) -> None:
        self.tokens += other.tokens
        self.lengths.update(other.lengths)
        if other.longest[0] > self.longest[0]:
            self.longest = (other.longest[0], other.longest[1] + lines_before)
        for limit, lines in other.over.items():
            self.over[limit] = (self.over.get(limit, []) + [line + lines_before for line in lines])[:KEPT_LINES]
        self.turns.update(other.turns)
        if self.labels is not None:
            both = self.labels + other.labels if other.labels is not None else None
            self.labels = both if both is not None and len(both) <= MAX_LABELS else None

    def rows_over(self, limit: int) -> int:
        """Exact for the limits of the catalog up to `EXACT`, and for the others as they are multiples of `STEP`."""
        return sum(rows for length, rows in self.lengths.items() if length > limit)

    def quantile(self, share: float) -> int:
        """The smallest number of tokens that this share of the rows does not exceed."""
        wanted, seen = share * sum(self.lengths.values()), 0
        for length in sorted(self.lengths):
            seen += self.lengths[length]
            if seen >= wanted:
                return min(length, self.longest[0])
        return 0

    def billed(self, limit: int | None) -> int:
        """Tokens of one epoch; what the service cuts off is not trained on."""
        if limit is None or not self.rows_over(limit):
            return self.tokens
        return sum(min(length, limit) * rows for length, rows in self.lengths.items())

    def to_json(self) -> dict[str, Any]:
        return {own.name: getattr(self, own.name) for own in fields(self)}

    @classmethod
    def from_json(cls, data: Any) -> Statistics:
        """Raises KeyError, TypeError or ValueError for what `to_json` did not write."""
        tokens, line = data["longest"]
        labels = data["labels"]
        return cls(
            int(data["tokens"]),
            Counter(dict(_numbers(data["lengths"]))),
            (int(tokens), int(line)),
            {int(limit): [int(n) for n in lines] for limit, lines in data["over"].items()},
            Counter(dict(_numbers(data["turns"]))),
            None if labels is None else Counter({str(label): int(rows) for label, rows in labels.items()}),
        )


def _numbers(data: Any) -> Iterator[tuple[int, int]]:
    return ((int(key), int(value)) for key, value in data.items())
