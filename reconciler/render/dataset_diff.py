"""How two versions of a training file differ, for people and programs."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from typing import Any

import orjson

from reconciler.datasets.difference import ChangedRow, Difference, Row
from reconciler.render.text import Style, clean, plural

SHOWN = 10
"""Rows of each sort that are shown; the rest is counted."""
_WIDTH = 72
_AROUND = 5
"""Words that stay on each side of a change inside a long text."""


def as_text(found: Difference, names: tuple[str, str], tokens: tuple[int, int], style: Style) -> str:
    return "\n".join(_lines(found, names, tokens, style)) + "\n"


def _lines(found: Difference, names: tuple[str, str], tokens: tuple[int, int], style: Style) -> Iterator[str]:
    yield style(f"{clean(names[0])} -> {clean(names[1])}", "bold")
    if found.same:
        yield f"The same {plural(found.rows[0], 'row')} in the same order: no run is trained again."
        return
    yield f"{found.rows[0]:,} -> {plural(found.rows[1], 'row')}, {tokens[0]:,} -> {tokens[1]:,} tokens"
    counts = f"{len(found.changed):,} changed, {len(found.added):,} added, {len(found.removed):,} removed"
    order = "in another order" if found.reordered else "in the same order"
    yield f"{counts}, {found.kept:,} kept {order}"
    for change in found.changed[:SHOWN]:
        yield ""
        yield from _changed(change, style)
    for sign, color, rows in (("+", "green", found.added), ("-", "red", found.removed)):
        if rows:
            yield ""
        for row in rows[:SHOWN]:
            yield f"{style(sign, color)} line {row.line}  {_summary(row)}"
    more = [max(0, len(rows) - SHOWN) for rows in (found.changed, found.added, found.removed)]
    if sum(more):
        yield ""
        yield f"Not shown: {more[0]:,} changed, {more[1]:,} added, {more[2]:,} removed. --format json has them all."


def _changed(change: ChangedRow, style: Style) -> Iterator[str]:
    lines = dict.fromkeys((str(change.before.line), str(change.after.line)))
    yield f"{style('~', 'yellow')} line {' -> '.join(lines)}"
    for path, before, after in change.fields[:SHOWN]:
        yield f"    {clean(path)}"
        old, new = _shortened(before, after)
        yield f"      {style('-', 'red')} {old}"
        yield f"      {style('+', 'green')} {new}"


def _shortened(before: Any, after: Any) -> tuple[str, str]:
    """Both values on a line each; of long texts, what differs and a few words around it."""
    if not isinstance(before, str) or not isinstance(after, str):
        return _brief(before), _brief(after)
    old, new = re.split(r"(?<=\s)", before), re.split(r"(?<=\s)", after)
    blocks = [op for op in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes() if op[0] != "equal"]
    start = (max(0, blocks[0][1] - _AROUND), max(0, blocks[0][3] - _AROUND))
    end = (blocks[-1][2] + _AROUND, blocks[-1][4] + _AROUND)
    return _cut(old, start[0], end[0]), _cut(new, start[1], end[1])


def _cut(words: list[str], start: int, end: int) -> str:
    text = " ".join("".join(words[start:end]).split())
    cropped = text if len(text) <= _WIDTH else text[:_WIDTH] + "…"
    return f"{'… ' if start else ''}{clean(cropped)}{' …' if end < len(words) and cropped == text else ''}"


def _brief(value: Any) -> str:
    if value is None:
        return "(nothing)"
    text = orjson.dumps(value).decode()
    return clean(text if len(text) <= _WIDTH else text[:_WIDTH] + "…")


def _summary(row: Row) -> str:
    """The row's first question, or as much of the row as fits."""
    value = row.value
    asked = value.get("input") if isinstance(value, dict) and isinstance(value.get("input"), dict) else value
    messages = asked.get("messages") if isinstance(asked, dict) else None
    texts = [
        m["content"]
        for m in (messages if isinstance(messages, list) else ())
        if isinstance(m, dict) and m.get("role") == "user" and isinstance(m.get("content"), str)
    ]
    return _brief(texts[0] if texts else value)


def as_json(found: Difference, names: tuple[str, str], tokens: tuple[int, int]) -> dict[str, Any]:
    return {
        "before": {"file": names[0], "rows": found.rows[0], "tokens": tokens[0]},
        "after": {"file": names[1], "rows": found.rows[1], "tokens": tokens[1]},
        "same": found.same,
        "reordered": found.reordered,
        "kept": found.kept,
        "changed": [
            {
                "line_before": c.before.line,
                "line_after": c.after.line,
                "fields": [{"path": path, "before": before, "after": after} for path, before, after in c.fields],
            }
            for c in found.changed
        ],
        "added": [{"line": row.line, "row": row.value} for row in found.added],
        "removed": [{"line": row.line, "row": row.value} for row in found.removed],
    }
