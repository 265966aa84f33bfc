"""Retrying, for what may be sent twice: jittered backoff that obeys Retry-After and ends when it is told to."""

from __future__ import annotations

import random
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


def retrying(call: Callable[[], T], backoff: Backoff, sleep: Sleep) -> T:
    """Call until it succeeds, or fails for a reason that will not pass."""
    for attempt in range(backoff.attempts):
        try:
            return call()
        except ServiceError as error:
            if not error.transient or attempt == backoff.attempts - 1:
                raise
            sleep(backoff.wait(attempt, error.retry_after))
    raise AssertionError("a backoff has at least one attempt")
