"""The virtual clock: everything the emulator dates or delays goes by it."""

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass
class Anchor:
    """A moment at which virtual and real time were compared, both in Unix seconds."""

    virtual: float
    real: float


class Clock:
    """Virtual now = anchor + real time since the anchor x speed; `advance` jumps ahead.

    A clock that is put away and taken up again goes on: the time in between passes at the pace of real time, as
    it would on the real service, whatever the speed (a night at speed 600 would otherwise be a year).
    """

    def __init__(self, speed: float = 1.0, anchor: Anchor | None = None, real: Callable[[], float] = time.time):
        if not speed >= 0:
            raise ValueError(f"speed must not be negative: {speed}")
        self._real = real
        self.speed = speed
        away = max(0.0, real() - anchor.real) if anchor else 0.0
        self._anchor = Anchor(virtual=anchor.virtual + away if anchor else real(), real=real())

    def now(self) -> float:
        """Virtual Unix time, in seconds. Never goes back, even when the machine's clock does."""
        real = self._real()
        elapsed = max(0.0, real - self._anchor.real)
        self._anchor = Anchor(self._anchor.virtual + elapsed * self.speed, real)
        return self._anchor.virtual

    def anchor(self) -> Anchor:
        """What to keep in order to take the clock up again."""
        self.now()
        return self._anchor

    def set_speed(self, speed: float) -> None:
        self.now()
        self.speed = speed

    def advance(self, seconds: float) -> None:
        self._anchor = Anchor(self.now() + seconds, self._anchor.real)
