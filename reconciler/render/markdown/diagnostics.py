"""Diagnostics as boxes: errors, then warnings, then notices."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.model.diagnostics import Diagnostic, Severity, in_order
from reconciler.render.markdown import page
from reconciler.render.markdown.escaping import code, prose

_KINDS = {Severity.ERROR: "CAUTION", Severity.WARNING: "WARNING", Severity.NOTICE: "NOTE"}


def alerts(diagnostics: Sequence[Diagnostic], room: int) -> list[str]:
    """One box for each severity that occurs; in all they take about `room` bytes."""
    ordered = in_order(diagnostics)
    boxes = []
    for severity, kind in _KINDS.items():
        blocks = [_block(d) for d in ordered if d.severity is severity]
        shown = page.fill(blocks, room)
        room -= sum(page.size(block) for block in shown)
        if len(shown) < len(blocks):
            shown.append(f"And {len(blocks) - len(shown):,} more of severity {severity.value}.")
        if shown:
            boxes.append(page.alert(kind, shown))
    return boxes


def _block(d: Diagnostic) -> str:
    where = [code(d.address)] if d.address else []
    if d.range:
        where.append(code(f"{d.range.path}:{d.range.line}"))
    head = f"**{d.severity.value.capitalize()}: {prose(d.code.summary)}** {' at '.join(where)}".rstrip()
    told = [prose(text) for text in (d.detail, d.hint, d.facts) if text]
    return "\n".join([f"{head} <sub>{code(d.code.id)}</sub>", *told])
