"""Signals while an apply is watched: nothing that they interrupt may hold them up."""

from __future__ import annotations

import signal
import threading

import pytest

from reconciler.cli.options import Terminal
from reconciler.cli.stopping import stops_on_signals
from reconciler.engine.context import Stop, Stopped


class Guarded(Stop):
    """A stop that takes a lock, as every event does."""

    def __init__(self) -> None:
        super().__init__()
        self.lock = threading.Lock()

    def set(self) -> None:
        assert self.lock.acquire(timeout=10), "whoever holds the lock waits for us"
        super().set()
        self.lock.release()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_may_come_while_the_main_thread_holds_the_lock(number: signal.Signals) -> None:
    stop = Guarded()
    with stops_on_signals(stop, Terminal(True)):
        with stop.lock:
            signal.raise_signal(number)
            assert not stop.is_set
        with pytest.raises(Stopped):
            stop.sleep(10)
    assert stop.by_signal


def test_signals_are_as_they_were_afterwards() -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    with stops_on_signals(Stop(), Terminal(True)):
        assert signal.getsignal(signal.SIGINT) != before[0]
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before
    assert signal.set_wakeup_fd(-1) == -1
