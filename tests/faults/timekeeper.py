"""Virtual time for several applies at once: it moves on when everybody sleeps, to the moment the first one wakes.

So hours pass in milliseconds, and nobody loses time only because the machine was busy with another.
"""

from __future__ import annotations

import heapq
import math
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from dataclasses import dataclass
from itertools import count
from typing import Any, ParamSpec, TypeVar

from reconciler.emulator.clock import Clock
from reconciler.engine.pool import make_pool

P = ParamSpec("P")
T = TypeVar("T")

START = 1_795_000_000.0
"""Virtual Unix time at which every schedule begins."""
AHEAD: ContextVar[float] = ContextVar("AHEAD", default=0.0)
"""Seconds by which the clock of an operator's machine is wrong; his threads inherit it."""
GLANCE = 5.0
"""Virtual seconds between two looks of the executor while nothing happens."""


@dataclass(eq=False, slots=True)
class _Sleeper:
    """One thread that sleeps: until its time has come, or somebody's work has made `unless` true."""

    counted: bool
    unless: Callable[[], bool]
    awake: bool = False


class TimeKeeper:
    """The clock of one schedule. `busy` counts the threads that are at work and not asleep, and work handed over."""

    def __init__(self) -> None:
        self.clock = Clock(speed=0.0, real=lambda: START)
        self._changed = threading.Condition(threading.RLock())
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = count()
        self._busy = 0
        self._wakings = 0
        self._sleepers: list[_Sleeper] = []
        self._thread = threading.local()

    def now(self) -> float:
        return self.clock.now()

    def sleep(self, seconds: float, unless: Callable[[], bool] = lambda: False) -> None:
        """Return when that much virtual time has passed, or work that ends elsewhere has made `unless` true."""
        with self._changed:
            if unless():
                return
            sleeper = _Sleeper(getattr(self._thread, "counted", False), unless)
            self._sleepers.append(sleeper)
            if seconds < math.inf:
                self._at(self.now() + max(seconds, 0.0), lambda: self._wake(sleeper))
            self._busy -= sleeper.counted
            self._advance()
            while not sleeper.awake:
                self._changed.wait(0.5)
                if not sleeper.awake:
                    self._advance()
            self._sleepers.remove(sleeper)

    def later(self, seconds: float, work: Callable[[], None]) -> None:
        """Do something when that much virtual time has passed; nobody waits for it."""
        with self._changed:
            self._at(self.now() + seconds, work)

    def at_work(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do something for which time stands still, but for its own sleep."""
        if getattr(self._thread, "counted", False):
            return work(*args, **kwargs)
        self.begin()
        try:
            return self.begun(work, *args, **kwargs)
        finally:
            self.ended()

    def begun(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do, in this thread, what has been counted already."""
        self._thread.counted = True
        try:
            return work(*args, **kwargs)
        finally:
            self._thread.counted = False

    def begin(self) -> None:
        with self._changed:
            self._busy += 1

    def ended(self, *, more: bool = False) -> None:
        """Some work has ended; with `more`, other work that was not counted yet takes its place."""
        with self._changed:
            for sleeper in self._sleepers:
                if sleeper.unless():
                    self._wake(sleeper)
            self._busy -= not more
            self._advance()

    def run_out(self) -> None:
        """Let everything happen that is still to come."""
        with self._changed:
            while self._due:
                self._next()

    def _wake(self, sleeper: _Sleeper) -> None:
        if not sleeper.awake:
            sleeper.awake = True
            self._wakings += 1
            self._busy += sleeper.counted
            self._changed.notify_all()

    def _at(self, moment: float, work: Callable[[], None]) -> None:
        heapq.heappush(self._due, (moment, next(self._numbers), work))

    def _advance(self) -> None:
        """To the moment when somebody wakes, if everybody sleeps; it may be one that is not counted."""
        before = self._wakings
        while self._busy == 0 and self._due and self._wakings == before:
            self._next()

    def _next(self) -> None:
        moment, _, work = heapq.heappop(self._due)
        self.clock.advance(max(0.0, moment - self.now()))
        work()


class KeptFuture(Future[T]):
    """Time goes on for others while somebody waits for its result."""

    def __init__(self, keeper: TimeKeeper) -> None:
        super().__init__()
        self.keeper = keeper

    def result(self, timeout: float | None = None) -> T:
        self.keeper.sleep(math.inf if timeout is None else timeout, self.done)
        return super().result(0.0)


class KeptPool(Executor):
    """A pool whose work the time keeper counts from the moment it is handed over, if a worker is free for it."""

    def __init__(self, keeper: TimeKeeper, workers: int) -> None:
        self._keeper = keeper
        self._pool = ThreadPoolExecutor(workers)
        self._lock = threading.Lock()
        self._free = workers
        self._queued = 0
        self._unfinished = 0

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        future = KeptFuture[T](self._keeper)
        with self._lock:
            self._unfinished += 1
            if self._free:
                self._free -= 1
                self._keeper.begin()
            else:
                self._queued += 1
        context = copy_context()
        self._pool.submit(self._run, future, lambda: context.run(fn, *args, **kwargs))
        return future

    def _run(self, future: KeptFuture[T], work: Callable[[], T]) -> None:
        if future.set_running_or_notify_cancel():
            try:
                future.set_result(self._keeper.begun(work))
            except BaseException as error:  # noqa: BLE001 - a future carries whatever its work raised
                future.set_exception(error)
        with self._lock:
            self._unfinished -= 1
            more = self._queued > 0
            self._queued -= more
            self._free += not more
        self._keeper.ended(more=more)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        if wait:
            self._keeper.sleep(math.inf, lambda: self._unfinished == 0)
        self._pool.shutdown(wait=wait, cancel_futures=cancel_futures)


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
    return make_pool(workers) if keeper is None or workers <= 1 else KeptPool(keeper, workers)


def kept_wait(futures: Iterable[Future[Any]], timeout: float, return_when: str) -> object:
    """In place of the executor's `wait` for whichever ends first."""
    listed = list(futures)
    keeper: TimeKeeper | None = getattr(_HERE, "keeper", None)
    if keeper is None:
        return wait(listed, timeout, return_when)
    keeper.sleep(max(timeout, GLANCE), lambda: any(future.done() for future in listed))
    return None
