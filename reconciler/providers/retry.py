"""Retrying, for what may be sent twice: jittered backoff that obeys Retry-After and ends when it is told to."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from reconciler.providers.errors import ServiceError

T = TypeVar("T")
Sleep = Callable[[float], None]
"""Waits that many seconds; raises to give up early."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """`attempts` in all; waits from `first` seconds, doubling up to `longest`."""

    attempts: int = 5
    first: float = 0.5
    longest: float = 30.0

    def wait(self, attempt: int, retry_after: float | None) -> float:
        """Seconds to wait after the failed attempt (counted from 0); jitter keeps many clients apart."""
        if retry_after is not None:
            return retry_after
        ceiling = min(self.longest, self.first * 2.0**attempt)
        return random.uniform(ceiling / 2, ceiling)


class Budget:
    """How many retries one target may cost: a dying service is left alone, a healthy one earns them back."""

    def __init__(self, retries: float = 50.0, earned: float = 0.2) -> None:
        self._most = self._left = retries
        self._earned = earned
        self._lock = threading.Lock()

    def spend(self) -> bool:
        """Take one retry; False when there is none left."""
        with self._lock:
            if self._left < 1.0:
                return False
            self._left -= 1.0
            return True

    def earn(self) -> None:
        """A request succeeded."""
        with self._lock:
            self._left = min(self._most, self._left + self._earned)


def retrying(call: Callable[[], T], backoff: Backoff, sleep: Sleep, budget: Budget) -> T:
    """Call until it succeeds, or fails for a reason that will not pass, or the budget is spent."""
    for attempt in range(backoff.attempts):
        try:
            answer = call()
        except ServiceError as error:
            if not error.transient or attempt == backoff.attempts - 1 or not budget.spend():
                raise
            sleep(backoff.wait(attempt, error.retry_after))
        else:
            budget.earn()
            return answer
    raise AssertionError("a backoff has at least one attempt")
