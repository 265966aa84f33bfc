"""What happens during an apply, as one timestamped line an event: for a log, and for people who read one."""

from __future__ import annotations

import time
from collections.abc import Callable

from reconciler.model.events import (
    Event,
    Outcome,
    Result,
    StepFinished,
    StepProgress,
    StepStarted,
    StepTransferred,
    StepWaiting,
)
from reconciler.render.text import Style, clean, duration, pad

_COLOR = {Result.FAILED: "red", Result.SKIPPED: "red", Result.LATER: "dim", Result.PAUSED: "yellow"}
LARGE = 10_000_000
"""Bytes from which an upload is worth following."""
_SILENT = (Result.LATER,)


class ProgressLines:
    """An event sink. A status is told once, and again only when it has news."""

    def __init__(self, write: Callable[[str], None], style: Style) -> None:
        self._write = write
        self._style = style
        self._last: dict[str, str] = {}

    def __call__(self, event: Event) -> None:
        if isinstance(event, StepStarted):
            self._line(event.step, event.verb, "started")
        elif isinstance(event, StepProgress):
            self._news(event.step, progress_words(event))
        elif isinstance(event, StepTransferred):
            self._transferred(event)
        elif isinstance(event, StepWaiting):
            self._news(event.step, f"waiting: {event.reason}")
        elif isinstance(event, StepFinished) and event.outcome.result not in _SILENT:
            self._outcome(event.outcome)

    def _news(self, step: str, words: str) -> None:
        if self._last.get(step) != words:
            self._last[step] = words
            self._line(step, "", words)

    def _transferred(self, event: StepTransferred) -> None:
        """Every quarter of a large file; a small one is gone before anybody could read it."""
        if event.size >= LARGE and event.sent < event.size:
            self._news(event.step, f"{event.sent * 4 // event.size * 25} % sent")

    def _outcome(self, outcome: Outcome) -> None:
        color = _COLOR.get(outcome.result, "green")
        took = f" after {duration(outcome.seconds)}" if outcome.seconds >= 0.05 else ""
        detail = f" · {outcome.detail}" if outcome.detail else ""
        self._line(outcome.step, outcome.result.value, f"{took}{detail}".strip(" ·"), color)

    def _line(self, step: str, word: str, rest: str, color: str = "") -> None:
        clock = time.strftime("%H:%M:%S")
        painted = self._style(pad(word, 10), *([color] if color else []))
        self._write(f"{self._style(clock, 'dim')}  {painted} {pad(clean(step), 36)} {clean(rest)}".rstrip())


def progress_words(event: StepProgress) -> str:
    """`running · step 310 of 500 · loss 0.41`."""
    words = [event.status]
    if event.position is not None:
        words.append(f"step {event.position}" + (f" of {event.total}" if event.total else ""))
    if event.loss is not None:
        words.append(f"loss {event.loss:.3g}")
    return " · ".join(words)
