"""Text from outside in Markdown: inside a fence nothing mentions, links, runs or renders."""

from __future__ import annotations

import re

from reconciler.render.text import clean


def fenced(text: str, language: str = "text", limit: int | None = None) -> str:
    """The text as a code block whose fence is longer than any run of backticks inside; cut by whole lines."""
    lines = [clean(line) for line in text.strip("\n").split("\n")]
    if limit is not None:
        lines = _cut(lines, limit)
    longest = max((len(run) for run in re.findall(r"`+", "\n".join(lines))), default=0)
    fence = "`" * max(3, longest + 1)
    return "\n".join([fence + language, *lines, fence])


def _cut(lines: list[str], limit: int) -> list[str]:
    kept: list[str] = []
    used = 0
    for number, line in enumerate(lines):
        used += len(line) + 1
        if used > limit:
            return [*kept, f"... {len(lines) - number:,} more lines: see the run's log"]
        kept.append(line)
    return kept


def code(text: str) -> str:
    """The text as a code span, on one line."""
    text = clean(text)
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * (longest + 1)
    edge = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{edge}{text}{edge}{fence}"
