"""Derivations, for people and for programs."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Any

from reconciler.planning.derivation import Derivation, Table
from reconciler.render.plan import value
from reconciler.render.text import Style, clean, pad, width

FORMAT_VERSION = "1.0"
COLUMNS = 80
NARROWEST = 12
LONGEST_WORD = 64
MODELS = ("its model", "last applied", "live")
SHORT = (*MODELS, "source")
"""Rows whose cells are names that are too long to read."""
WITHOUT_HEAD = 2
"""Columns up to which a table explains itself."""
_VERDICTS = {"change": "yellow", "drift": "yellow", "differs": "yellow", "same": "dim", "unknown": "dim"}


def render(derivations: Sequence[Derivation], style: Style) -> str:
    if not derivations:
        return "Nothing to explain: no job uses it.\n"
    return "\n\n".join("\n".join(_derivation(d, style)) for d in derivations) + "\n"


def _derivation(d: Derivation, style: Style) -> Iterator[str]:
    where = "" if d.address.target else style(f" on {d.target}", "dim")
    yield style(clean(str(d.address)), "bold") + where
    for table in d.tables:
        yield ""
        yield f"  {clean(table.title)}"
        yield from _table(table, style)
    yield ""
    yield f"  decision: {style(d.decision, 'bold')}"
    at = f" ({d.at})" if d.at else ""
    for told in (f"because {d.because}{at}", f"cost: {d.cost}" if d.cost else ""):
        yield from textwrap.wrap(
            clean(told), COLUMNS, initial_indent="    ", subsequent_indent="    ",
            break_long_words=False, break_on_hyphens=False,
        )  # fmt: skip


def _table(table: Table, style: Style) -> Iterator[str]:
    if not table.rows:
        yield style(f"    {table.empty}", "dim")
    else:
        yield from _lines(table, style)
    if table.note:
        for line in _wrapped(clean(table.note), COLUMNS - 4):
            yield style(f"    {line}", "dim")


def _lines(table: Table, style: Style) -> Iterator[str]:
    rows = [_short(row) for row in table.rows]
    if len(table.columns) > WITHOUT_HEAD:
        rows.insert(0, table.columns)
    columns = _fitting([_needed([row[i] for row in rows]) for i in range(len(table.columns))])
    for row in rows:
        wrapped = [_wrapped(cell, c) for cell, c in zip(row, columns, strict=True)]
        for line in zip_longest(*wrapped, fillvalue=""):
            cells = [pad(cell, c) for cell, c in zip(line, columns, strict=True)]
            yield "    " + (style("  ".join(cells).rstrip(), "dim") if row == table.columns else _painted(cells, style))


def _needed(cells: list[str]) -> tuple[int, int]:
    """The columns that some cells take, and the fewest they can do with: ids and words are not cut, long texts are."""
    words = [width(word) for cell in cells for word in cell.split()]
    return max(map(width, cells)), max([w for w in words if w <= LONGEST_WORD], default=NARROWEST)


def _fitting(needed: list[tuple[int, int]]) -> list[int]:
    """Widths with which a line keeps to the terminal, as far as it can: the widest columns give way."""
    columns = [most for most, _ in needed]
    while sum(columns) + 2 * (len(columns) - 1) + 4 > COLUMNS:
        slack = [most if most > least else 0 for most, (_, least) in zip(columns, needed, strict=True)]
        if not any(slack):
            break
        columns[slack.index(max(slack))] -= 1
    return columns


def _wrapped(cell: str, columns: int) -> list[str]:
    return textwrap.wrap(cell, max(columns, 1), break_on_hyphens=False) or [""]


def _painted(cells: list[str], style: Style) -> str:
    *first, last = cells
    color = _VERDICTS.get(last.strip())
    return "  ".join([*first, style(last.rstrip(), color) if color else last]).rstrip()


def _short(row: tuple[str, ...]) -> tuple[str, ...]:
    """Models by mark and suffix, accounts by name, as plans show them."""
    return tuple(value("model" if ".ft-" in cell else row[0], cell) for cell in row)


def as_json(derivations: Sequence[Derivation], *, estate: str, root: str, version: str) -> dict[str, Any]:
    return {
        "format_version": FORMAT_VERSION,
        "reconciler_version": version,
        "estate": estate,
        "root": root,
        "derivations": [_json(d) for d in derivations],
    }


def _json(d: Derivation) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "address": str(d.address),
        "target": d.target,
        "decision": d.decision,
        "reason": d.because,
        "cost": d.cost,
        "tables": [
            {"title": t.title, "columns": list(t.columns), "rows": [list(r) for r in t.rows], "note": t.note}
            for t in d.tables
        ],
    }
    if d.at:
        shown["range"] = {"filename": d.at.path, "line": d.at.line}
    return shown
