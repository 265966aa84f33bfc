"""Signals while an apply is watched: nothing that they interrupt may hold them up."""

from __future__ import annotations

import queue
import signal
import threading

import pytest

from reconciler.cli import stopping
from reconciler.cli.options import Terminal
from reconciler.cli.stopping import stoppable, stops_on_signals
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


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_command_that_only_looks_is_ended_by_any_signal(
    number: signal.Signals, capsys: pytest.CaptureFixture[str]
) -> None:
    told: list[bool] = []

    def interrupted(stop: Stop) -> None:
        signal.raise_signal(number)
        stop.sleep(10)

    with pytest.raises(SystemExit) as end, stoppable(None, Terminal(True), lambda: told.append(True)) as stop:
        interrupted(stop)
    assert (end.value.code, told) == (130, [True])
    assert capsys.readouterr().err == "Interrupted, and nothing was begun.\n"


def test_the_time_is_up_in_a_wait(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end, stoppable(0.01, Terminal(True)) as stop:
        stop.sleep(10)
    assert end.value.code == 1
    assert capsys.readouterr().err == "Stopped: the time is up, and nothing was begun.\n"


@pytest.mark.parametrize("begun", [False, True])
def test_a_read_that_never_ends_holds_up_nobody_who_has_begun_nothing(
    begun: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    left: queue.Queue[int] = queue.Queue()
    monkeypatch.setattr(stopping, "LEAVE", 0.01)
    monkeypatch.setattr("reconciler.cli.stopping.os._exit", left.put)
    with stoppable(0.01, Terminal(True)) as stop:
        stop.begun = begun
        if begun:
            with pytest.raises(queue.Empty):
                left.get(timeout=0.1)
        else:
            assert left.get(timeout=10) == 1


def test_signals_interrupt_nothing_once_steps_are_carried_out(capsys: pytest.CaptureFixture[str]) -> None:
    with stoppable(None, Terminal(True)) as stop:
        stop.begun = True
        signal.raise_signal(signal.SIGTERM)
        with pytest.raises(Stopped):
            stop.sleep(10)
    assert stop.by_signal
    assert "training goes on" in capsys.readouterr().err


def test_a_hangup_that_is_ignored_stays_ignored() -> None:
    """As under nohup."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with stops_on_signals(Stop(), Terminal(True)):
            assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)
