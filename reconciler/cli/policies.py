"""Policies: commands of the operator that read the plan as JSON and may refuse it.

They come from the command line and the environment, never from a spec: whoever opens a pull request must not choose
who judges it.
"""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

import click

from reconciler.model import codes
from reconciler.model.diagnostics import Diagnostic, in_order
from reconciler.planning.plan import Plan

VARIABLE = "RECONCILER_POLICY"
TIMEOUT = 120.0
"""Seconds that a policy may take."""
MOST_SHOWN = 2_000
"""Characters of a policy's words that are shown; the last ones, where the verdict stands."""


def ask(plan: Plan, commands: Iterable[str], shown: Callable[[Plan], bytes]) -> Plan:
    """The plan, with an error for each policy that refuses it or cannot be asked. `shown` writes it as JSON."""
    every = [*_from_environment(), *commands]
    if not every:
        return plan
    document = shown(plan)
    found = [problem for command in every for problem in _ask(command, document)]
    return replace(plan, diagnostics=in_order([*plan.diagnostics, *found])) if found else plan


def _from_environment() -> list[str]:
    return [line.strip() for line in os.environ.get(VARIABLE, "").splitlines() if line.strip()]


def _ask(command: str, shown: bytes) -> Iterator[Diagnostic]:
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise click.UsageError(f"--policy {command}: {error}") from error
    if not words:
        raise click.UsageError("--policy is empty; it takes a program with its arguments.")
    try:
        done = subprocess.run(words, input=shown, capture_output=True, timeout=TIMEOUT, check=False)
    except subprocess.TimeoutExpired:
        yield _broken(command, f"did not end within {TIMEOUT:.0f} s")
    except OSError as error:
        yield _broken(command, error.strerror or str(error))
    else:
        if done.returncode < 0:
            yield _broken(command, f"was ended by signal {-done.returncode}")
        elif done.returncode > 0:
            said = _words(done.stdout, done.stderr) or f"it ended with status {done.returncode} and said nothing"
            yield codes.POLICY_REFUSED.at(detail=f"{command}: {said}")


def _broken(command: str, why: str) -> Diagnostic:
    return codes.POLICY_BROKEN.at(detail=f"{command}: {why}. {codes.POLICY_BROKEN.way_out}")


def _words(*streams: bytes) -> str:
    """What it said on both streams, on one line; whoever shows a diagnostic takes the control characters out."""
    lines = [line.strip() for stream in streams for line in stream.decode("utf-8", "replace").splitlines()]
    text = " | ".join(line for line in lines if line)
    return text if len(text) <= MOST_SHOWN else f"… {text[-MOST_SHOWN:]}"
