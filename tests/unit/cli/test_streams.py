"""Writes to a standard stream never raise; all that can be written is."""

from __future__ import annotations

import errno
import os
import threading

from reconciler.cli.streams import Output


def test_a_pipe_that_somebody_made_non_blocking_takes_everything() -> None:
    """Node does so to the pipes that it shares with others."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    data = b"x" * 1_000_000
    stream = Output(writing, "w")
    writer = threading.Thread(target=stream.write, args=(data,))
    writer.start()
    taken = 0
    while taken < len(data):
        taken += len(os.read(reading, 50_000))
    writer.join()
    assert stream.failure is None
    stream.close()
    os.close(reading)


def test_the_first_failure_is_kept_and_the_rest_dropped() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with Output(writing, "w") as stream:
        assert stream.write(b"one") == 3
        assert stream.write(memoryview(b"four")) == 4
        assert stream.failure
        assert stream.failure.errno == errno.EPIPE
