"""How an apply is asked to stop: by Ctrl-C, by SIGTERM, or by its timeout."""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import click

from reconciler.cli import options
from reconciler.engine.context import Stop

_STOPPING = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def stops_on_signals(stop: Stop, terminal: options.Terminal) -> Iterator[None]:
    """The first Ctrl-C or SIGTERM stops watching; the second ends the process at once.

    A handler interrupts the main thread anywhere, also where it holds the lock that stopping takes. So handlers do
    nothing here: the interpreter sends the signal's number through a socket to a thread, which may wait for locks.
    """
    heard, told = socket.socketpair()
    told.setblocking(False)
    wakeup = signal.set_wakeup_fd(told.fileno(), warn_on_full_buffer=False)
    before = {number: signal.signal(number, lambda *_: None) for number in _STOPPING}
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
        words = "Stopping: requests in flight are finished; training goes on. Once more to leave at once."
        click.echo(terminal.err(words, "yellow"), err=True)


@contextmanager
def stops_after(timeout: float | None, stop: Stop) -> Iterator[None]:
    timer = threading.Timer(timeout, stop.set) if timeout is not None else None
    if timer:
        timer.daemon = True
        timer.start()
    try:
        yield
    finally:
        if timer:
            timer.cancel()
