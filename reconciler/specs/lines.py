"""The lines of a text, counted as editors count them.

The YAML parser also ends lines at U+0085, U+2028 and U+2029, so positions are taken from its index into the text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import Any

from reconciler.model.diagnostics import SourceRange

MAX_LINE = 1_000
"""Characters of a line that diagnostics carry."""
_END = re.compile(r"\r\n|\r|\n")
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What YAML does not allow in a document."""


class Lines:
    def __init__(self, path: str, text: str) -> None:
        self._path = path
        self.text = text
        self._starts = [0, *(found.end() for found in _END.finditer(text))]

    def between(self, start: int, end: int) -> SourceRange:
        """The range between two indexes into the text."""
        first, last = self._line(start), self._line(end)
        begins = self._starts[first]
        ends = self._starts[first + 1] if first + 1 < len(self._starts) else len(self.text)
        shown = self.text[begins : min(ends, begins + MAX_LINE)].rstrip("\r\n")
        return SourceRange(
            self._path, first + 1, start - begins + 1, last + 1, end - self._starts[last] + 1, shown
        )  # fmt: skip

    def index(self, line: int, column: int) -> int:
        """The index into the text of a place, both counted from 1."""
        return self._starts[line - 1] + column - 1

    def at(self, mark: Any) -> SourceRange:
        """The place of a parser's mark; the beginning where there is none."""
        index = mark.index if mark else 0
        return self.between(index, index)

    def unprintable(self) -> SourceRange:
        """The first character that YAML does not allow."""
        found = _UNPRINTABLE.search(self.text)
        index = found.start() if found else 0
        return self.between(index, index)

    def _line(self, index: int) -> int:
        return bisect_right(self._starts, index) - 1
