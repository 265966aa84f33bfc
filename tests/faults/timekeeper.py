"""Virtual time for several applies at once: it moves on when every worker sleeps, to the moment the first one wakes.

So hours pass in milliseconds, and no operator loses time only because the machine was busy with another.
"""

from __future__ import annotations

import heapq
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from typing import ParamSpec, TypeVar

from reconciler.emulator.clock import Clock
from reconciler.engine.pool import make_pool

P = ParamSpec("P")
T = TypeVar("T")

START = 1_795_000_000.0
"""Virtual Unix time at which every schedule begins."""


class TimeKeeper:
    """The clock of one schedule. `busy` counts the workers that are at work and not asleep."""

    def __init__(self) -> None:
        self.clock = Clock(speed=0.0, real=lambda: START)
        self._changed = threading.Condition(threading.RLock())
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = count()
        self._busy = 0
        self._worker = threading.local()

    def now(self) -> float:
        return self.clock.now()

    def sleep(self, seconds: float) -> None:
        """Return when that much virtual time has passed."""
        counted = getattr(self._worker, "counted", False)
        awake = False

        def wake() -> None:
            nonlocal awake
            awake = True
            self._busy += counted
            self._changed.notify_all()

        with self._changed:
            self._at(self.now() + max(seconds, 0.0), wake)
            self._busy -= counted
            self._advance()
            while not awake:
                self._changed.wait(0.5)
                if not awake:
                    self._advance()

    def later(self, seconds: float, work: Callable[[], None]) -> None:
        """Do something when that much virtual time has passed; nobody waits for it."""
        with self._changed:
            self._at(self.now() + seconds, work)

    def at_work(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do something for which time stands still, but for its own sleep."""
        with self._changed:
            before, self._worker.counted = getattr(self._worker, "counted", False), True
            self._busy += not before
        try:
            return work(*args, **kwargs)
        finally:
            with self._changed:
                self._worker.counted = before
                self._busy -= not before
                self._advance()

    def run_out(self) -> None:
        """Let everything happen that is still to come."""
        with self._changed:
            while self._due:
                self._next()

    def _at(self, moment: float, work: Callable[[], None]) -> None:
        heapq.heappush(self._due, (moment, next(self._numbers), work))

    def _advance(self) -> None:
        """To the next moment, if everybody sleeps; what wakes up then may be one that is not counted."""
        if self._busy == 0 and self._due:
            self._next()

    def _next(self) -> None:
        moment, _, work = heapq.heappop(self._due)
        self.clock.advance(max(0.0, moment - self.now()))
        work()


class KeptPool(Executor):
    """A pool whose work the time keeper knows of."""

    def __init__(self, keeper: TimeKeeper, pool: Executor) -> None:
        self._keeper = keeper
        self._pool = pool

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        return self._pool.submit(lambda: self._keeper.at_work(fn, *args, **kwargs))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._pool.shutdown(wait=wait, cancel_futures=cancel_futures)


class _Inline(Executor):
    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        future: Future[T] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


_HERE = threading.local()


@contextmanager
def working_for(keeper: TimeKeeper) -> Iterator[None]:
    """Pools that this thread makes are this keeper's."""
    before, _HERE.keeper = getattr(_HERE, "keeper", None), keeper
    try:
        yield
    finally:
        _HERE.keeper = before


def kept_pool(workers: int) -> Executor:
    """In place of `make_pool`, for threads that work for a time keeper and for others."""
    keeper: TimeKeeper | None = getattr(_HERE, "keeper", None)
    if keeper is None:
        return make_pool(workers)
    return KeptPool(keeper, _Inline() if workers <= 1 else ThreadPoolExecutor(workers))
