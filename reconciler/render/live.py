"""An apply on a terminal: a line a step that changes in place, with the loss as a curve."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from types import TracebackType

from rich.cells import cell_len
from rich.console import Console, Group
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

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
from reconciler.planning.steps import Step
from reconciler.render.text import clean, duration

BARS = "▁▂▃▄▅▆▇█"
CURVE = 12
"""Points of a loss curve that are shown."""
HINT = "Ctrl-C stops watching; training goes on, and the next apply picks it up."
_SIGN: dict[Result, tuple[str, str]] = {
    Result.FAILED: ("✗", "red"),
    Result.SKIPPED: ("✗", "red"),
    Result.PAUSED: ("‖", "yellow"),
    Result.LATER: ("·", "dim"),
    Result.UNDER_WAY: ("…", "cyan"),
    Result.SUBMITTED: ("…", "cyan"),
}


@dataclass(slots=True)
class _Line:
    """What is known of one step."""

    verb: str
    facts: str
    needs: tuple[str, ...]
    words: str = ""
    begun: float | None = None
    losses: list[float] = field(default_factory=list)
    outcome: Outcome | None = None


class LiveProgress:
    """An event sink that draws; a context manager around the apply."""

    def __init__(self, steps: Sequence[Step], console: Console) -> None:
        self._lines = {s.key: _Line(s.verb, " · ".join(s.change.notes[:2]), s.needs) for s in steps}
        self._console = console
        self._spinner = Spinner("dots", style="cyan")
        self._live = Live(get_renderable=self._draw, console=console, refresh_per_second=8, transient=False)

    def __enter__(self) -> LiveProgress:
        self._live.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.__exit__(kind, error, trace)

    def __call__(self, event: Event) -> None:
        if isinstance(event, StepFinished):
            self._lines[event.outcome.step].outcome = event.outcome
            return
        line = self._lines[event.step]
        if isinstance(event, StepStarted):
            line.begun = line.begun or time.monotonic()
        elif isinstance(event, StepTransferred):
            line.words = _transfer(event, time.monotonic() - (line.begun or time.monotonic()))
        elif isinstance(event, StepWaiting):
            line.words = event.reason
        elif isinstance(event, StepProgress):
            line.words = _progress(event)
            if event.loss is not None and (not line.losses or line.losses[-1] != event.loss):
                line.losses.append(event.loss)

    def _draw(self) -> Group:
        room = max(self._console.height - 5, 5)
        shown = set(self._most_telling(room))
        table = Table.grid(padding=(0, 2, 0, 0), expand=False)
        table.add_column(width=3, justify="right")
        table.add_column(no_wrap=True)
        table.add_column(no_wrap=True)
        table.add_column(no_wrap=True, overflow="ellipsis")
        table.add_column(no_wrap=True, justify="right", style="dim")
        for key, line in self._lines.items():
            if key in shown:
                table.add_row(*self._row(key, line))
        parts: list[Table | Text] = [table]
        hidden = len(self._lines) - len(shown)
        if hidden:
            done = sum(1 for line in self._lines.values() if line.outcome)
            parts.append(Text(f"    and {hidden} more; {done} of {len(self._lines)} done", style="dim"))
        if any(line.outcome is None for line in self._lines.values()):
            parts.append(Text(f"\n  {HINT}", style="dim"))
        return Group(*parts)

    def _most_telling(self, room: int) -> Iterator[str]:
        """Failures and what runs before what waits before what is done, as many as the terminal has lines for."""

        def rank(line: _Line) -> int:
            if line.outcome:
                return 0 if line.outcome.failed else 3
            return 1 if line.begun is not None else 2

        ranked = sorted(self._lines, key=lambda key: rank(self._lines[key]))
        yield from ranked[:room]

    def _row(self, key: str, line: _Line) -> tuple[Text | Spinner, str, Text, Text, str]:
        sign: Text | Spinner = self._spinner
        took = time.monotonic() - line.begun if line.begun is not None else None
        if line.outcome:
            symbol, color = _SIGN.get(line.outcome.result, ("✓", "green"))
            sign = Text(symbol, style=color)
            took = line.outcome.seconds if line.begun is not None else None
        elif line.begun is None:
            sign = Text("·", style="dim")
        name = Text(clean(key), style="dim" if line.begun is None and not line.outcome else "")
        return sign, line.verb, name, self._words(line), duration(took) if took is not None else ""

    def _words(self, line: _Line) -> Text:
        if line.outcome:
            told = line.outcome.detail or line.facts
            return Text(clean(told), style="red" if line.outcome.failed else "dim")
        if line.begun is None:
            waits = next((n for n in line.needs if not self._is_done(n)), "")
            return Text(f"after {clean(waits)}" if waits else "", style="dim")
        text = Text(clean(line.words or line.facts))
        if len(line.losses) > 1:
            text.append("  " + sparkline(line.losses[-CURVE:]), style="cyan")
        return text

    def _is_done(self, key: str) -> bool:
        line = self._lines.get(key)
        return line is None or line.outcome is not None


def _transfer(event: StepTransferred, seconds: float) -> str:
    """`34 % · 12 MB/s · 20 s left`."""
    if event.sent >= event.size:
        return "sent; the service is checking it"
    words = f"{event.sent * 100 // event.size} %"
    if seconds < 1.0:
        return words
    rate = event.sent / seconds
    return f"{words} · {rate / 1e6:.1f} MB/s · {duration((event.size - event.sent) / rate)} left"


def _progress(event: StepProgress) -> str:
    if event.position is None:
        return event.status
    of = f"/{event.total}" if event.total else ""
    loss = f"  loss {event.loss:.2f}" if event.loss is not None else ""
    return f"step {event.position}{of}{loss}"


def sparkline(values: Sequence[float]) -> str:
    """The values as bars, the lowest of them lowest."""
    low, high = min(values), max(values)
    span = (high - low) or 1.0
    return "".join(BARS[round((value - low) / span * (len(BARS) - 1))] for value in values)


def fits(console: Console) -> bool:
    """Whether the terminal can show lines that change in place."""
    return console.is_terminal and not console.is_dumb_terminal and console.width >= 60 and cell_len("✓") == 1
