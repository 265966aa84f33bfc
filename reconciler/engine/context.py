"""What the steps of one apply share: the targets, the results so far, the clock and the way to stop."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from reconciler.model.address import Address
from reconciler.model.errors import Stopped as Stopped
from reconciler.model.events import Event, EventSink, StepProgress, StepWaiting
from reconciler.model.resource import ResourceGraph
from reconciler.providers.base import Target
from reconciler.providers.errors import FEW, ServiceError
from reconciler.providers.retry import Backoff, say, waiting


class Stop:
    """A wait that ends early when somebody asks to stop."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self.by_signal = False
        """Whether a person or the system asked, rather than the timeout."""

    def set(self) -> None:
        self._event.set()

    @property
    def is_set(self) -> bool:
        return self._event.is_set()

    def now(self) -> float:
        """Seconds on the clock by which waits are counted; it only goes forward."""
        return time.monotonic()

    def pause(self, seconds: float) -> None:
        """Wait, or until somebody asks to stop."""
        self._event.wait(seconds)

    def sleep(self, seconds: float) -> None:
        """Wait; raises `Stopped` as soon as a stop is asked for."""
        if self._event.wait(max(seconds, 0.0)):
            raise Stopped

    @contextmanager
    def after(self, timeout: float | None) -> Iterator[None]:
        """Ask to stop when that many seconds have passed; None: never."""
        timer = threading.Timer(timeout, self.set) if timeout is not None else None
        if timer:
            timer.daemon = True
            timer.start()
        try:
            yield
        finally:
            if timer:
                timer.cancel()


@dataclass(slots=True)
class Context:
    graph: ResourceGraph
    targets: Mapping[str, Target]
    sink: EventSink
    stop: Stop
    models: dict[Address, str] = field(default_factory=dict)
    """The model of each finished run."""
    files: dict[tuple[str, str], str] = field(default_factory=dict)
    """Ids of the files that this apply has sent, by target and name: a list may not show them yet."""
    file_names: dict[str, dict[str, str]] = field(default_factory=dict)
    """By target: names of files by their ids, as far as anybody asked."""
    sent: set[str] = field(default_factory=set)
    """Steps that have sent a create or a write to a deployment."""
    failures: dict[str, set[str]] = field(default_factory=dict)
    """Runs that this apply has seen fail, by their mark: a list may not show them yet."""
    lost_marks: set[str] = field(default_factory=set)
    """Targets that did not keep a run's mark: nothing more is trained there."""
    told: dict[str, StepWaiting | StepProgress] = field(default_factory=dict)
    """The last news of each step."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def emit(self, event: Event) -> None:
        """Tell the sink; that a step still waits for the same is told once."""
        with self.lock:
            if isinstance(event, StepWaiting) and self.told.get(event.step) == event:
                return
            if isinstance(event, StepWaiting | StepProgress):
                self.told[event.step] = event
            self.sink(event)

    def sleep(self, seconds: float) -> None:
        self.stop.sleep(seconds)

    def back_off(self, step: str | None, backoff: Backoff, attempt: int, error: ServiceError) -> None:
        """Wait before a write is sent again; a wait of more than a few seconds is said, of its step where it has one.

        Raises the error where the service asks for a longer pause than `backoff` has patience for, and `Stopped`.
        """
        wait = backoff.wait(attempt, error.retry_after)
        if wait > backoff.patience:
            raise error
        if wait > FEW:
            words = waiting(wait, error)
            self.emit(StepWaiting(step, words)) if step else say(words)
        self.sleep(wait)

    def now(self) -> float:
        """Seconds on the clock by which `sleep` counts."""
        return self.stop.now()
