"""How a command is asked to stop: by Ctrl-C, by SIGTERM or SIGHUP, or by its timeout."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import click

from reconciler.cli import options
from reconciler.engine.context import Stop, Stopped

TIMED_OUT, INTERRUPTED = 1, 130
LEAVE = 3.0
"""Seconds after which a command that has begun nothing, and is held up by a read, ends though nobody answers."""
_STOPPING = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


class CommandStop(Stop):
    """Of one command. What only looks is ended at once; what was begun is accounted for."""

    def __init__(self) -> None:
        super().__init__()
        self.begun = False
        """Whether steps are carried out: from then on a summary says what goes on."""
        self.over = threading.Event()

    def set(self) -> None:
        super().set()
        threading.Thread(target=self._leave, daemon=True).start()

    def _leave(self) -> None:
        if not self.over.wait(LEAVE) and not self.begun:
            _say(self)
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(_status(self))


@contextmanager
def stoppable(
    timeout: float | None, terminal: options.Terminal, told: Callable[[], None] = lambda: None
) -> Iterator[CommandStop]:
    """A command that ends when it is asked to, whatever it waits for; with its exit status, and in words.

    `told` is called where it ends before anything was begun.
    """
    stop = CommandStop()

    def handle(_number: int, _frame: FrameType | None) -> None:
        if not stop.begun:
            raise KeyboardInterrupt

    try:
        with _listening(stop, terminal, handle), stop.after(timeout):
            yield stop
    except (Stopped, KeyboardInterrupt) as end:
        stop.by_signal = stop.by_signal or isinstance(end, KeyboardInterrupt)
        told()
        _say(stop)
        sys.exit(_status(stop))
    finally:
        stop.over.set()


def _say(stop: Stop) -> None:
    why = "Interrupted" if stop.by_signal else "Stopped: the time is up"
    click.echo(f"{why}, and nothing was begun.", err=True)


def _status(stop: Stop) -> int:
    return INTERRUPTED if stop.by_signal else TIMED_OUT


@contextmanager
def stops_on_signals(stop: Stop, terminal: options.Terminal) -> Iterator[None]:
    """The first signal stops watching; the second ends the process at once."""
    with _listening(stop, terminal, lambda *_: None):
        yield


@contextmanager
def _listening(
    stop: Stop, terminal: options.Terminal, handle: Callable[[int, FrameType | None], None]
) -> Iterator[None]:
    """A handler interrupts the main thread anywhere, also where it holds the lock that stopping takes. So handlers set
    nothing here: the interpreter sends the signal's number through a socket to a thread, which may wait for locks.

    A hangup that the process was started to ignore (nohup) stays ignored. Only the main thread hears signals.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    heard, told = socket.socketpair()
    told.setblocking(False)
    wakeup = signal.set_wakeup_fd(told.fileno(), warn_on_full_buffer=False)
    kept = [n for n in _STOPPING if n != signal.SIGINT and signal.getsignal(n) == signal.SIG_IGN]
    before = {number: signal.signal(number, handle) for number in _STOPPING if number not in kept}
    listener = threading.Thread(target=_obey, args=(heard, stop, terminal), daemon=True)
    listener.start()
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(wakeup)
        told.close()
        listener.join()
        heard.close()


def _obey(heard: socket.socket, stop: Stop, terminal: options.Terminal) -> None:
    while numbers := heard.recv(1):
        if numbers[0] not in _STOPPING:
            continue
        if stop.by_signal:
            os._exit(128 + numbers[0])
        stop.by_signal = True
        stop.set()
        if not isinstance(stop, CommandStop) or stop.begun:
            words = "Stopping: requests in flight are finished; training goes on. Once more to leave at once."
            click.echo(terminal.err(words, "yellow"), err=True)


@contextmanager
def stops_after(timeout: float | None, stop: Stop) -> Iterator[None]:
    """Ask to stop when that many seconds have passed."""
    with stop.after(timeout):
        yield
