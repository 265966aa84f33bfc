"""What an apply tells, in the form that was asked for: for people on a terminal or in a log, or for programs."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from reconciler import __version__
from reconciler.cli.options import Terminal
from reconciler.cli.plan import document, show_plan
from reconciler.model.asked import Asked
from reconciler.model.events import EventSink, Outcome
from reconciler.planning.costs.cost import spent
from reconciler.planning.plan import Plan
from reconciler.planning.steps import make_steps
from reconciler.render import cost, summary
from reconciler.render import diagnostics as render_diagnostics
from reconciler.render.jsonlines import JsonLines
from reconciler.render.progress import ProgressLines
from reconciler.render.text import duration


class TextReport:
    """For people: lines that change in place where the terminal can do that, else one line an event."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._plan: Plan | None = None

    def planned(self, plan: Plan, root: Path, asked: Asked, seconds: float) -> None:
        self._plan = plan
        show_plan(document(plan, root, asked), self._terminal, f"in {duration(seconds)}")

    @contextmanager
    def watching(self, plan: Plan) -> Iterator[EventSink]:
        click.echo()
        if not _interactive():
            yield ProgressLines(lambda line: click.echo(line, err=True), self._terminal.err)
            return
        from rich.console import Console

        from reconciler.render.live import LiveProgress, fits

        console = Console(stderr=True, no_color=not self._terminal.err.color, highlight=False)
        if fits(console):
            with LiveProgress(make_steps(plan), console) as live:
                yield live
        else:
            yield ProgressLines(lambda line: click.echo(line, err=True), self._terminal.err)

    def not_begun(self) -> None:
        """The command was stopped before its first step; it says so itself."""

    def ended(self, outcomes: Sequence[Outcome], seconds: float, *, stopped: bool, converged: bool) -> None:
        told = summary.render(
            outcomes, self._terminal.out, seconds, stopped=stopped, converged=converged, spent=self._spent(outcomes)
        )
        click.echo("\n" + told, nl=False)
        told = render_diagnostics.render([d for o in outcomes for d in o.diagnostics], self._terminal.err)
        if told:
            click.echo("\n" + told, nl=False, err=True)

    def _spent(self, outcomes: Sequence[Outcome]) -> str:
        if self._plan is None:
            return ""
        return cost.spent(outcomes, spent(self._plan.changes, outcomes), self._plan.hosting.currency)


class JsonReport:
    """For programs: JSON lines on standard output."""

    def __init__(self) -> None:
        self._lines = JsonLines(click.echo, __version__)

    def planned(self, plan: Plan, root: Path, asked: Asked, seconds: float) -> None:
        shown = document(plan, root, asked).as_json()
        self._lines.changes(shown["resource_changes"])
        self._lines.diagnostics(plan.diagnostics)
        self._lines.line("change_summary", "plan", operation="plan", changes=shown["summary"], cost=shown["cost"])

    @contextmanager
    def watching(self, plan: Plan) -> Iterator[EventSink]:
        yield self._lines

    def not_begun(self) -> None:
        """The command was stopped before its first step."""
        self.ended((), 0.0, stopped=True, converged=False)

    def ended(self, outcomes: Sequence[Outcome], seconds: float, *, stopped: bool, converged: bool) -> None:
        counts = dict(Counter(o.result.value for o in outcomes))
        message = "stopped" if stopped else "apply ended"
        facts: dict[str, Any] = {
            "operation": "apply",
            "changes": counts,
            "elapsed_seconds": round(seconds, 3),
            "stopped": stopped,
            "converged": converged,
        }
        self._lines.line("change_summary", message, **facts)


def _interactive() -> bool:
    """A person watches: standard error is a terminal, and no CI system holds it."""
    return sys.stderr.isatty() and not os.environ.get("CI")
