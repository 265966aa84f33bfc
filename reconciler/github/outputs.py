"""What a step leaves behind: outputs for the next steps, a summary for people, a log that gives no commands.

https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from reconciler.github.run import Run

SUMMARY_LIMIT = 1_000_000
"""Bytes; GitHub drops a step's summary that is larger than 1 MiB."""


def write_outputs(run: Run, outputs: Mapping[str, str]) -> None:
    """Outputs of the step. The delimiters are random, so that no value can pose as another output."""
    if run.output_file is None:
        return
    lines = []
    for name, value in outputs.items():
        delimiter = f"end-{secrets.token_hex(16)}"
        lines.append(f"{name}<<{delimiter}\n{value}\n{delimiter}\n")
    with run.output_file.open("a", encoding="utf-8") as stream:
        stream.write("".join(lines))


def write_summary(run: Run, markdown: str) -> None:
    """The step's summary; the caller keeps it below `SUMMARY_LIMIT`."""
    if run.summary_file is None:
        return
    with run.summary_file.open("a", encoding="utf-8") as stream:
        stream.write(markdown.rstrip("\n") + "\n")


@contextmanager
def inert(write: Callable[[str], None]) -> Iterator[None]:
    """Until the end, lines of the log are words and no commands, whatever they look like."""
    token = secrets.token_hex(16)
    write(f"::stop-commands::{token}\n")
    try:
        yield
    finally:
        write(f"\n::{token}::\n")
