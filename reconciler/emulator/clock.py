"""The virtual clock: everything the emulator dates or delays goes by it."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass
class Anchor:
    """A moment at which virtual and real time were compared, both in Unix seconds."""

    virtual: float
    real: float


class Clock:
    """Virtual now = anchor + real time since the anchor x speed; `advance` jumps ahead. Safe to share by threads.

    A clock that is put away and taken up again goes on: the time in between passes at the pace of real time, as
    it would on the real service, whatever the speed (a night at speed 600 would otherwise be a year).
    """

    def __init__(self, speed: float = 1.0, anchor: Anchor | None = None, real: Callable[[], float] = time.time):
        if not speed >= 0:
            raise ValueError(f"speed must not be negative: {speed}")
        self._real = real
        self._speed = speed
        self._lock = threading.Lock()
        away = max(0.0, real() - anchor.real) if anchor else 0.0
        self._anchor = Anchor(virtual=anchor.virtual + away if anchor else real(), real=real())

    @property
    def speed(self) -> float:
        return self._speed

    def now(self) -> float:
        """Virtual Unix time, in seconds. Never goes back, even when the machine's clock does."""
        return self.anchor().virtual

    def anchor(self) -> Anchor:
        """What to keep in order to take the clock up again."""
        with self._lock:
            return self._move(0.0)

    def set_speed(self, speed: float) -> None:
        with self._lock:
            self._move(0.0)
            self._speed = speed

    def advance(self, seconds: float) -> None:
        with self._lock:
            self._move(seconds)

    def _move(self, seconds: float) -> Anchor:
        real = self._real()
        elapsed = max(0.0, real - self._anchor.real) * self._speed
        self._anchor = Anchor(self._anchor.virtual + elapsed + seconds, real)
        return self._anchor
