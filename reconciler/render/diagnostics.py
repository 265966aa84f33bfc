"""Diagnostics as people read them: what, where, the line itself with a caret, and the way on."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from reconciler.model.diagnostics import Diagnostic, Severity, SourceRange, in_order
from reconciler.render.text import Style, clean, plural, width

COLUMNS = 80
_COLOR = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTICE: "cyan"}
_CROP = 90
_LONGEST = 1_500
_LONG_WORD = re.compile(r"\S{300,}")


def render(diagnostics: Iterable[Diagnostic], style: Style) -> str:
    """All of them, worst first, and a line that counts them."""
    ordered = in_order(diagnostics)
    if not ordered:
        return ""
    blocks = ["\n".join(_block(d, style)) for d in ordered]
    return "\n\n".join([*blocks, _count(ordered)]) + "\n"


def _block(d: Diagnostic, style: Style) -> Iterator[str]:
    head = style(f"{d.severity.value}:", "bold", _COLOR[d.severity])
    yield f"{head} {style(d.code.summary, 'bold')} {style(f'[{d.code.id}]', 'dim')}"
    if d.address:
        facts = f"   {clean(d.facts)}" if d.facts else ""
        yield f"  {clean(d.address)}{style(facts, 'dim')}"
    if d.range:
        yield from _place(d.range, d.hint, style, _COLOR[d.severity])
    for word, place in d.related:
        yield from _place(place, word, style, "cyan")
    if d.detail:
        yield from textwrap.wrap(
            clean(_short(d.detail)), COLUMNS, initial_indent="  ", subsequent_indent="  ", break_long_words=False,
            break_on_hyphens=False,
        )  # fmt: skip


def _place(at: SourceRange, note: str, style: Style, color: str) -> Iterator[str]:
    yield style(f"  {clean(at.path)}:{at.line}:{at.column}", "cyan")
    if not at.text.strip() or at.column > len(at.text) + 1:  # the text is cropped where lines are very long
        return
    start = at.column - 1
    end = at.end_column - 1 if at.end_line == at.line else len(at.text)
    code, start, end = _crop(at.text, start, max(end, start + 1))
    before, marked = clean(code[:start]), clean(code[start:end])
    number = str(at.line)
    yield f"  {style(f'{number:>4} |', 'dim')} {clean(code)}"
    caret = "^" * max(width(marked), 1)
    told = f" {clean(note)}" if note else ""
    yield f"  {style('     |', 'dim')} {' ' * width(before)}{style(caret + told, color)}"


def _short(text: str) -> str:
    """Without the rest of words, and the end of texts, that only a hostile file can have made so long."""
    words = _LONG_WORD.sub(lambda found: found.group()[:_CROP] + "…", text[: _LONGEST + 1])
    return words if len(text) <= _LONGEST else words[:_LONGEST] + "…"


def _crop(text: str, start: int, end: int) -> tuple[str, int, int]:
    """A window of the line that shows the marked part."""
    if len(text) <= _CROP:
        return text, start, min(end, len(text))
    left = max(0, start - 30)
    window = text[left : left + _CROP]
    lead = "…" if left else ""
    tail = "…" if left + _CROP < len(text) else ""
    shift = len(lead) - left
    return lead + window + tail, start + shift, min(end + shift, len(lead) + len(window))


def _count(diagnostics: Sequence[Diagnostic]) -> str:
    kinds = [(s, sum(1 for d in diagnostics if d.severity is s)) for s in Severity]
    counts = " and ".join(plural(n, s.value) for s, n in kinds if n)
    files = {d.range.path for d in diagnostics if d.range}
    return counts + (f" in {plural(len(files), 'file')}" if files else "")


def as_json(d: Diagnostic, *, lines: bool = False) -> dict[str, Any]:
    """The form that Terraform's `-json` output made familiar; lines and columns count from 1.

    `lines` adds the lines themselves: for specs, never for training files.
    """
    shown: dict[str, Any] = {
        "severity": d.severity.value,
        "code": d.code.id,
        "summary": d.code.summary,
        "detail": d.detail,
    }
    shown |= {key: text for key, text in (("hint", d.hint), ("facts", d.facts), ("address", d.address)) if text}
    if d.range:
        shown["range"] = _range(d.range, lines=lines)
    if d.related:
        shown["related"] = [{"note": note, "range": _range(at, lines=lines)} for note, at in d.related]
    return shown


def _range(at: SourceRange, *, lines: bool) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "filename": at.path,
        "start": {"line": at.line, "column": at.column},
        "end": {"line": at.end_line, "column": at.end_column},
    }
    return shown | {"code": at.text} if lines and at.text else shown
