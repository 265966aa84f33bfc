"""The end of an apply: what was done, what goes on, what failed, what to do next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from reconciler.model.events import Outcome, Result
from reconciler.render.text import Style, clean, duration, pad

_ORDER = tuple(Result)
_BAD = (Result.FAILED, Result.SKIPPED)


def render(outcomes: Sequence[Outcome], style: Style, seconds: float, *, stopped: bool, spent: str = "") -> str:
    """`spent` says what was trained for how much."""
    counts = Counter(o.result for o in outcomes)
    words = ", ".join(f"{counts[r]} {r.value}" for r in _ORDER if counts[r])
    bad = any(o.result in _BAD for o in outcomes)
    head = "Stopped" if stopped else "Apply ended with failures" if bad else "Apply complete"
    color = "red" if bad else "yellow" if stopped else "green"
    lines = [f"{style(head, 'bold', color)} after {duration(seconds)}: {words}."]
    lines += [spent] if spent else []
    lines += [
        f"  {style(pad(o.result.value, 9), 'red')} {clean(o.step)}{'   ' + clean(o.detail) if o.detail else ''}"
        for o in outcomes
        if o.result in _BAD
    ]
    if any(o.result in (Result.UNDER_WAY, Result.SUBMITTED) for o in outcomes):
        lines.append("Runs go on at the service. The next apply picks them up: nothing is started or paid twice.")
    elif bad or any(o.result is Result.LATER for o in outcomes):
        lines.append("Run apply again to go on from here.")
    return "\n".join(lines) + "\n"
