"""Our own command line in a process of its own: its words go to the log, where they give no commands to the CI."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import IO

import click

from reconciler.github.outputs import inert


@dataclass(frozen=True, slots=True)
class Ended:
    status: int
    out: str
    err: str


def run(
    arguments: Sequence[str],
    env: Mapping[str, str],
    *,
    show: Callable[[str], str] = str,
    tell: Callable[[str], str] = str,
) -> Ended:
    """Run `reconciler ARGUMENTS` to its end.

    `show` turns a line of its output into what the log says, `tell` one of its messages; "" keeps a line out.
    The interpreter is isolated (-I): it imports nothing from the working folder, which a pull request writes.
    """
    command = [sys.executable, "-I", "-u", "-m", "reconciler", *arguments]
    environment = {**os.environ, **env, "NO_COLOR": "1"}
    with inert(_write):
        child = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="backslashreplace",
        )
        with _forwarding(child):
            out, err = _follow(child, show, tell)
    return Ended(child.returncode, out, err)


def silent(_line: str) -> str:
    """For what the log need not say."""
    return ""


def _follow(child: subprocess.Popen[str], show: Callable[[str], str], tell: Callable[[str], str]) -> tuple[str, str]:
    """Both streams, each shown as it comes."""
    assert child.stdout
    assert child.stderr
    told: list[str] = []
    reader = threading.Thread(target=_drain, args=(child.stderr, told, tell), daemon=True)
    reader.start()
    out: list[str] = []
    _drain(child.stdout, out, show)
    reader.join()
    child.wait()
    return "".join(out), "".join(told)


def _drain(stream: IO[str], kept: list[str], show: Callable[[str], str]) -> None:
    with stream:
        for line in stream:
            kept.append(line)
            _write(show(line))


@contextmanager
def _forwarding(child: subprocess.Popen[str]) -> Iterator[None]:
    """A cancelled job tells us; the command below knows how to stop."""

    def on_signal(number: int, _frame: FrameType | None) -> None:
        child.send_signal(number)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _write(text: str) -> None:
    if text:
        click.echo(text, nl=False)
        sys.stdout.flush()
