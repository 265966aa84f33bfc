"""A check-up for people and for programs."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import Any

from reconciler.model.checkup import Checkup, Line, Verdict
from reconciler.render.text import Style, clean, pad, plural

COLUMNS = 80
_LOOK = {
    Verdict.FINE: ("✓", "green"),
    Verdict.NOTE: ("!", "yellow"),
    Verdict.UNKNOWN: ("?", "yellow"),
    Verdict.WRONG: ("✗", "red"),
}
_TOPIC = 13


def render(checkups: Sequence[Checkup], style: Style) -> str:
    """One block a target, and a line that counts them."""
    blocks = ["\n".join(_block(c, style)) for c in checkups]
    sick = [c.target for c in checkups if not c.healthy]
    if sick:
        last = style(f"Something is wrong on {', '.join(map(clean, sick))}.", "bold", "red")
    else:
        last = style(f"{plural(len(checkups), 'target')}: nothing is wrong.", "bold", "green")
    return "\n\n".join([*blocks, last]) + "\n"


def _block(checkup: Checkup, style: Style) -> Iterator[str]:
    yield f"{style(clean(checkup.target), 'bold')}  {style(checkup.provider, 'dim')}"
    before = ""
    for line in checkup.lines:
        yield from _line(line, style, "" if line.topic == before else line.topic)
        before = line.topic


def _line(line: Line, style: Style, topic: str) -> Iterator[str]:
    """The sentence beside its topic, within 80 columns; a topic that goes on is not said again."""
    symbol, color = _LOOK[line.verdict]
    indent = " " * (4 + _TOPIC)
    first, *more = textwrap.wrap(
        clean(line.text), COLUMNS - len(indent), break_long_words=False, break_on_hyphens=False
    ) or [""]  # fmt: skip
    yield f"  {style(symbol, color)} {pad(topic, _TOPIC)}{first}"
    yield from (indent + rest for rest in more)


def as_json(checkups: Sequence[Checkup]) -> dict[str, Any]:
    return {
        "format_version": "1.0",
        "healthy": all(c.healthy for c in checkups),
        "targets": [
            {
                "name": c.target,
                "provider": c.provider,
                "healthy": c.healthy,
                "checks": [{"topic": n.topic, "verdict": n.verdict.value, "text": n.text} for n in c.lines],
            }
            for c in checkups
        ],
    }
