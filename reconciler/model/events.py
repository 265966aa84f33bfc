"""What happens during an apply: one stream of values, many sinks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from reconciler.model.diagnostics import Diagnostic


class Result(StrEnum):
    """How a step ended, in the past tense."""

    UPLOADED = "uploaded"
    TRAINED = "trained"
    SUBMITTED = "submitted"
    CREATED = "created"
    CHANGED = "changed"
    REPLACED = "replaced"
    DESTROYED = "destroyed"
    REMOVED = "removed"
    CANCELLED = "cancelled"
    UNCHANGED = "unchanged"
    UNDER_WAY = "under way"
    PAUSED = "paused"
    LATER = "later"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of one step; `detail` is a few words, `diagnostics` the cause of a failure."""

    step: str
    result: Result
    detail: str = ""
    seconds: float = 0.0
    diagnostics: tuple[Diagnostic, ...] = ()
    trained_tokens: int | None = None
    """What a run is billed for, all epochs together, where the service says so."""

    @property
    def failed(self) -> bool:
        return self.result is Result.FAILED


@dataclass(frozen=True, slots=True)
class StepStarted:
    step: str
    verb: str


@dataclass(frozen=True, slots=True)
class StepProgress:
    """News of a step that goes on: the vendor's status and, for a run, how far it is."""

    step: str
    status: str
    position: int | None = None
    total: int | None = None
    loss: float | None = None


@dataclass(frozen=True, slots=True)
class StepTransferred:
    """Bytes of an upload that are on their way."""

    step: str
    sent: int
    size: int


@dataclass(frozen=True, slots=True)
class StepWaiting:
    """A step that waits for somebody else: why, in words."""

    step: str
    reason: str


@dataclass(frozen=True, slots=True)
class StepFinished:
    outcome: Outcome


Event: TypeAlias = StepStarted | StepProgress | StepTransferred | StepWaiting | StepFinished
EventSink: TypeAlias = Callable[[Event], None]
