"""The standard streams as the process finds them: closed, on a full disk, or with nobody at the other end."""

from __future__ import annotations

import errno
import io
import os
import sys
from typing import Any, TextIO


class Output(io.FileIO):
    """Standard output or standard error, whose writes never raise.

    The first failure is remembered and what follows it is dropped: an apply goes on though nobody can hear of it.
    """

    failure: OSError | None = None

    def write(self, data: Any) -> int:
        """The number of bytes that are done with, which is all of them."""
        rest = memoryview(data).cast("B")
        while rest and self.failure is None:
            try:
                written: int | None = super().write(rest)
            except OSError as error:
                self.failure = error
            else:
                rest = rest[written or 0 :]
                if written is None:  # somebody who shares the pipe made it non-blocking
                    _wait(self)
        return memoryview(data).nbytes


def _wait(stream: Output) -> None:
    import select

    select.select([], [stream], [])


def prepare() -> tuple[Output, Output]:
    """Standard output and standard error as ours; what is closed, also of standard input, becomes the null device."""
    _fill_closed()
    if sys.stdin is None:
        sys.stdin = io.TextIOWrapper(io.BufferedReader(io.FileIO(0, closefd=False)), encoding="utf-8")
    out, err = Output(1, "w", closefd=False), Output(2, "w", closefd=False)
    sys.stdout, sys.stderr = _text(out, sys.stdout), _text(err, sys.stderr)
    return out, err


def _fill_closed() -> None:
    """No socket and no file of ours may get the number of a standard stream."""
    number = os.open(os.devnull, os.O_RDWR)
    while number <= 2:
        os.set_inheritable(number, True)
        number = os.open(os.devnull, os.O_RDWR)
    os.close(number)


def _text(raw: Output, before: TextIO | None) -> TextIO:
    """Names may have more characters than the terminal knows: they are shown as escapes."""
    old = before if isinstance(before, io.TextIOWrapper) else None
    return io.TextIOWrapper(
        io.BufferedWriter(raw),
        encoding=old.encoding if old else "utf-8",
        errors="backslashreplace",
        line_buffering=old.line_buffering if old else True,
        write_through=old.write_through if old else False,
    )


def lost(*streams: Output) -> OSError | None:
    """What went wrong first, once everything is written; None also where the reader only had enough."""
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    failures = [s.failure for s in streams if s.failure]
    return next((f for f in failures if f.errno != errno.EPIPE), failures[0] if failures else None)
