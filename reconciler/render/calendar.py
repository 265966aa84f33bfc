"""The retirement calendar: days, what ends, and who uses it."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from reconciler.planning.retirement import Ending, Ends
from reconciler.render.text import Style, clean, pad, width

COLUMNS = 80
_WORD = {
    Ends.STARTING: "new customers' training",
    Ends.TRAINING: "training",
    Ends.SERVING: "serving",
    Ends.ANSWERING: "support",
}
SOON, NEAR = 30, 90
"""Days."""


def render(endings: Sequence[Ending], now: int, style: Style) -> str:
    """Soonest first, with who uses it, within 80 columns; empty where no day is known."""
    if not endings:
        return ""
    rows = [(e, _left(e, now), clean(e.what), clean(_who(e))) for e in endings]
    days, whats = max(width(row[1]) for row in rows), max(width(row[2]) for row in rows)
    lines = [style("calendar", "bold")]
    for ending, left, what, who in rows:
        text = f"  {ending.day.isoformat()}  {left:>{days}}  {pad(_what_ends(ending, now), 14)}  {pad(what, whats)}"
        beside = width(text) + 2 + width(who) <= COLUMNS
        lines.append(style(text if beside else text.rstrip(), *_color(ending.days_left(now))))
        if beside:
            lines[-1] += "  " + style(who, "dim")
        else:
            indent = " " * (16 + days)
            wrapped = textwrap.wrap(who, COLUMNS, initial_indent=indent, subsequent_indent=indent,
                                    break_long_words=False, break_on_hyphens=False)  # fmt: skip
            lines += [style(line, "dim") for line in wrapped]
    return "\n".join(lines) + "\n"


def _what_ends(ending: Ending, now: int) -> str:
    return f"{_WORD[ending.kind]} {'ended' if ending.passed(now) else 'ends'}"


def _left(ending: Ending, now: int) -> str:
    days = ending.days_left(now)
    return "over" if ending.passed(now) else "1 day" if days == 1 else f"{days:,} days"


def _who(ending: Ending) -> str:
    """`deployment.chat@chicago, @sweden`: what is the same is said once."""
    targets: dict[str, list[str]] = {}
    for label in dict.fromkeys(use.label for use in ending.uses):
        name, at, target = label.partition("@")
        targets.setdefault(name, []).extend([at + target] if at else [])
    return ", ".join(name + ", ".join(ats) for name, ats in sorted(targets.items()))


def _color(days: int) -> list[str]:
    return ["red"] if days <= SOON else ["yellow"] if days <= NEAR else []
