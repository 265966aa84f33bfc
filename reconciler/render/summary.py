"""The end of an apply: what was done, what goes on, what failed, what to do next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from reconciler.model import codes
from reconciler.model.events import Outcome, Result
from reconciler.render.text import Style, clean, duration, pad

_ORDER = tuple(Result)
_BAD = (Result.FAILED, Result.SKIPPED)
_GOES_ON = (Result.UNDER_WAY, Result.SUBMITTED)
_PASSING = (
    codes.TARGET_UNREACHABLE,
    codes.SERVICE_CONFLICT,
    codes.SERVICE_UNCHANGED,
    codes.SERVICE_UNSETTLED,
    codes.ROOM_AWAITED,
    codes.FILE_STUCK,
    codes.FILE_GONE,
    codes.BASE_GONE,
)
"""Failures that may be over when apply is run again, though nothing was mended."""


def render(
    outcomes: Sequence[Outcome], style: Style, seconds: float, *, stopped: bool, converged: bool, spent: str = ""
) -> str:
    """`spent` says what was trained for how much."""
    counts = Counter(o.result for o in outcomes)
    words = ", ".join(f"{counts[r]} {r.value}" for r in _ORDER if counts[r])
    bad = any(o.result in _BAD for o in outcomes)
    ended = "Apply ended with failures" if bad else "Apply complete" if converged else "Apply incomplete"
    color = "red" if bad else "yellow" if stopped or not converged else "green"
    lines = [f"{style('Stopped' if stopped else ended, 'bold', color)} after {duration(seconds)}: {words}."]
    lines += [spent] if spent else []
    lines += [
        f"  {style(pad(o.result.value, 9), 'red')} {clean(o.step)}{'   ' + clean(o.detail) if o.detail else ''}"
        for o in outcomes
        if o.result in _BAD
    ]
    lines += _next(outcomes, converged=converged)
    return "\n".join(lines) + "\n"


def _next(outcomes: Sequence[Outcome], *, converged: bool) -> Iterator[str]:
    """What to do now. To run apply again is advised only where that alone may help."""
    going = [o for o in outcomes if o.result in _GOES_ON]
    if any(o.step.startswith("job.") for o in going):
        yield "Runs go on at the service. The next apply picks them up: nothing is started or paid twice."
    elif going:
        yield "What was begun goes on at the service. The next apply goes on from there."
    failed = [o for o in outcomes if o.result is Result.FAILED]
    paused = [o for o in outcomes if o.result is Result.PAUSED]
    if any(not o.diagnostics or any(d.code not in _PASSING for d in o.diagnostics) for o in failed):
        yield "What failed needs what its error says; the next apply goes on from here."
    elif not going and (failed or any(o.result is Result.LATER for o in outcomes)):
        yield "Run apply again to go on from here."
    if paused:
        yield f"{', '.join(clean(o.step) for o in paused)}: paused; resume or cancel it at the service."
    if not (converged or going or failed or paused or any(o.result is Result.LATER for o in outcomes)):
        yield "The plan has errors: what they block was left out."
