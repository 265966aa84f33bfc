"""Long texts from outside in Markdown: inside a fence nothing mentions, links, runs or renders."""

from __future__ import annotations

from reconciler.render.markdown.escaping import fence


def fenced(text: str, language: str = "text", limit: int | None = None) -> str:
    """The text as a block of code; cut by whole lines to about `limit` characters."""
    lines = text.strip("\n").split("\n")
    return fence(language, lines if limit is None else _cut(lines, limit))


def _cut(lines: list[str], limit: int) -> list[str]:
    kept: list[str] = []
    used = 0
    for number, line in enumerate(lines):
        used += len(line) + 1
        if used > limit:
            return [*kept, f"... {len(lines) - number:,} more lines: see the run's log"]
        kept.append(line)
    return kept
