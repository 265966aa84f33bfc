"""Words of rooms that have no terminal, such as that a read waits: on standard error, while a command runs."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import click

from reconciler.cli.options import Terminal
from reconciler.render.text import clean


class _OnTerminal(logging.Handler):
    def __init__(self, terminal: Terminal) -> None:
        super().__init__(logging.WARNING)
        self._terminal = terminal

    def emit(self, record: logging.LogRecord) -> None:
        click.echo(self._terminal.err(clean(record.getMessage()), "yellow"), err=True)


@contextmanager
def notices(terminal: Terminal) -> Iterator[None]:
    """Warnings of our own loggers are shown while the block lasts."""
    log, handler = logging.getLogger("reconciler"), _OnTerminal(terminal)
    log.addHandler(handler)
    try:
        yield
    finally:
        log.removeHandler(handler)
