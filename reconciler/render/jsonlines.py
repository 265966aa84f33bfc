"""An apply as JSON lines, for programs: one object a line, in the form that Terraform's `-json` made familiar.

Every line has `@level`, `@message`, `@module`, `@timestamp` and `type`. Readers show `@message` for types they do not
know; the first line is `version`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson

from reconciler.model.diagnostics import Diagnostic, Severity
from reconciler.model.events import (
    Event,
    Outcome,
    StepFinished,
    StepProgress,
    StepStarted,
    StepTransferred,
    StepWaiting,
)
from reconciler.render.diagnostics import as_json
from reconciler.render.progress import progress_words
from reconciler.render.text import visible_json

UI_VERSION = "1.0"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warn", Severity.NOTICE: "info"}


class JsonLines:
    """An event sink that writes lines."""

    def __init__(self, write: Callable[[bytes], None], version: str) -> None:
        self._write = write
        self.line("version", f"reconciler {version}", reconciler=version, ui=UI_VERSION)

    def __call__(self, event: Event) -> None:
        if isinstance(event, StepStarted):
            self.line("apply_start", f"{event.step}: {event.verb}", step=event.step, action=event.verb)
        elif isinstance(event, StepProgress):
            facts: dict[str, Any] = {
                "status": event.status,
                "position": event.position,
                "total": event.total,
                "loss": event.loss,
            }
            known = {k: v for k, v in facts.items() if v is not None}
            self.line("apply_progress", f"{event.step}: {progress_words(event)}", step=event.step, **known)
        elif isinstance(event, StepTransferred):
            words = f"{event.step}: {event.sent} of {event.size} bytes"
            self.line("apply_transfer", words, step=event.step, sent=event.sent, size=event.size)
        elif isinstance(event, StepWaiting):
            self.line("apply_waiting", f"{event.step}: {event.reason}", step=event.step, reason=event.reason)
        elif isinstance(event, StepFinished):
            self._outcome(event.outcome)

    def _outcome(self, outcome: Outcome) -> None:
        kind = "apply_errored" if outcome.failed else "apply_complete"
        facts = {"result": outcome.result.value, "detail": outcome.detail, "elapsed_seconds": round(outcome.seconds, 3)}
        level = "error" if outcome.failed else "info"
        self.line(kind, f"{outcome.step}: {outcome.result.value}", level=level, step=outcome.step, **facts)
        self.diagnostics(outcome.diagnostics)

    def changes(self, changes: Sequence[Mapping[str, Any]]) -> None:
        """One line for each change of a plan."""
        for change in changes:
            self.line("planned_change", f"{change['address']}: {change['action']}", change=dict(change))

    def diagnostics(self, diagnostics: Sequence[Diagnostic]) -> None:
        for d in diagnostics:
            self.line("diagnostic", d.code.summary, level=_LEVELS[d.severity], diagnostic=as_json(d))

    def line(self, kind: str, message: str, *, level: str = "info", **facts: Any) -> None:
        head = {
            "@level": level,
            "@message": message,
            "@module": "reconciler",
            "@timestamp": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "type": kind,
        }
        self._write(visible_json(orjson.dumps(head | facts)))
