"""Retrying, for what may be sent twice: jittered backoff that obeys Retry-After and ends when it is told to.

No request is sent sooner than the service asked for. A wait of more than a few seconds is said, on the log of this
module, which a command line shows on standard error; one beyond the bound is not begun.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from reconciler.providers.errors import FEW, ServiceError, pause

T = TypeVar("T")
Sleep = Callable[[float], None]
"""Waits that many seconds; raises to give up early."""
Now = Callable[[], float]
"""Seconds on the clock by which waits are counted."""


READS, WRITES = 60.0, 900.0
"""Seconds that a service may ask us to wait, in all, before something is read, and before it is written again."""
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Backoff:
    """`attempts` in all; waits from `first` seconds, doubling up to `longest`.

    What a service asks for is waited up to `patience`.
    """

    attempts: int = 5
    first: float = 0.5
    longest: float = 30.0
    patience: float = READS

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
        self._told: dict[str, float] = {}

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

    def tell(self, seconds: float, words: str) -> None:
        """Say that a request waits; once for all requests that wait side by side."""
        now = time.monotonic()
        with self._lock:
            told = now < self._told.get(words, 0.0)
            self._told[words] = now + seconds * 0.9
        if not told:
            say(words)


class Quiet:
    """Addresses that a service wants left alone for longer than we waited, until when by `now`, and why."""

    def __init__(self, now: Now = time.monotonic) -> None:
        self._now = now
        self._until: dict[str, tuple[float, ServiceError]] = {}

    def note(self, address: str, error: ServiceError) -> None:
        if error.retry_after is not None:
            self._until[address] = self._now() + error.retry_after, error

    def check(self, address: str) -> None:
        """Raises the refusal again, with the time that is left, in place of asking sooner than we were asked to."""
        until, error = self._until.get(address, (0.0, None))
        left = until - self._now()
        if error is not None and left > 0:
            raise error.again_in(left)


def retrying(call: Callable[[], T], backoff: Backoff, sleep: Sleep, budget: Budget) -> T:
    """Call until it succeeds, or fails for a reason that will not pass, or the budget or the patience is spent."""
    asked = 0.0
    for attempt in range(backoff.attempts):
        try:
            answer = call()
        except ServiceError as error:
            asked += error.retry_after or 0.0
            last = attempt == backoff.attempts - 1 or asked > backoff.patience
            if not error.transient or last or not budget.spend():
                raise
            wait = backoff.wait(attempt, error.retry_after)
            if wait > FEW:
                budget.tell(wait, waiting(wait, error))
            sleep(wait)
        else:
            budget.earn()
            return answer
    raise AssertionError("a backoff has at least one attempt")


def say(words: str) -> None:
    """Say that something waits; a command line shows it on standard error."""
    _LOG.warning(words)


def waiting(seconds: float, error: ServiceError) -> str:
    """`waiting 40 s, as Azure Resource Manager asked`."""
    who = error.service or "the service"
    why = f"as {who} asked" if error.retry_after is not None else f"then {who} is asked again"
    return f"waiting {pause(seconds)}, {why}"
