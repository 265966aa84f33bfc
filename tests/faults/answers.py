"""Answers that are not what was asked for: a whole life of commands, each of whose answers may be mutated.

No mutation may end in a traceback, start a run twice, or send a control character
or a workflow command to the screen; no command may go on for ever.
"""

from __future__ import annotations

import contextlib
import io
import os
import random
import re
import time
import traceback
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from reconciler.cli.app import run as command_line
from reconciler.emulator.records import Job
from reconciler.engine.context import Stop, Stopped
from reconciler.model.marks import find_mark
from reconciler.providers.retry import Backoff
from tests.faults.estate import small
from tests.faults.lies import Lie, mutated
from tests.faults.network import NETWORKS, Answer, Network, Operator, transports
from tests.faults.timekeeper import TimeKeeper

HOST = "127.9.9.9"
LEAST = 20.0
"""Virtual seconds that a wait takes at least, so that days pass in few requests."""
MOST_REQUESTS = 2_000
"""Of one command; more than that is no end."""
LIFE = (
    "plan", "plan --format json", "plan --format markdown", "plan --prune", "plan --explain job.triage",
    "apply --auto-approve --no-wait", "status", "apply --auto-approve --wait", "drift", "drift --format json",
    "drift --format markdown", "drift --format patch", "output", "doctor", "doctor --format json",
    "import deployment.triage@sweden triage", "apply --auto-approve --no-wait --prune",
)  # fmt: skip
_DANGER = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]|^::(error|warning|notice|set-)", re.MULTILINE
)


class NoEnd(BaseException):
    """A command asks and asks."""


@dataclass
class Findings:
    """What is wrong, each kind with how often and with the first command that showed it."""

    counts: Counter[str] = field(default_factory=Counter)
    first: dict[str, str] = field(default_factory=dict)
    mutations: int = 0

    def add(self, kind: str, how: str) -> None:
        self.counts[kind] += 1
        self.first.setdefault(kind, how)


class Liar(Network):
    """A network whose answers are mutated while it is armed."""

    def __init__(self, dice: random.Random) -> None:
        super().__init__(TimeKeeper())
        self.store.clock.advance(time.time() - self.store.clock.now())
        self.dice = dice
        self.rate = 0.0
        self.told: list[str] = []
        self.instead: list[Lie] = []
        self.wrote: list[str] = []
        """What was asked for that is no read, in order."""
        self.asked = 0
        self.operators[HOST] = Operator(HOST)

    def exchange(self, method: str, url: str, headers: Mapping[str, str], body: bytes, timeout: float) -> Answer:
        self.asked += 1
        if self.asked > MOST_REQUESTS:
            raise NoEnd
        answer = self.serve(method, url, headers, body)
        path = url.partition("?")[0]
        if method != "GET":
            self.wrote.append(f"{method} {path}")
        for lie in self.instead:
            if lie.strikes(method, path):
                return lie.told(answer)
        if answer.body[:1] in (b"{", b"[") and self.dice.random() < self.rate and "/_emulator" not in url:
            how, answer = mutated(answer, self.dice)
            self.told.append(f"{method} {path} {how}")
        return answer


def live(seed: int, folder: Path, findings: Findings) -> None:
    """One life, whose mutations follow from the seed."""
    dice = random.Random(seed)
    liar = Liar(dice)
    NETWORKS[HOST] = liar
    healthy = dice.randrange(3)
    if healthy:
        command(liar, "apply --auto-approve --wait" if healthy == 2 else "apply --auto-approve --no-wait", folder)
    liar.rate = dice.choice([0.05, 0.2, 0.5])
    for line in LIFE:
        liar.told.clear()
        how = f"seed {seed}: {line}"
        text = command(liar, line, folder, findings, how)
        findings.mutations += len(liar.told)
        if danger := _DANGER.search(text):
            findings.add("something dangerous on the screen", f"{how}: {text[max(0, danger.start() - 60) :][:120]!r}")
        if twice := started_twice(liar):
            findings.add("a run was started twice", f"{how}: {twice} {liar.told}")


def _runs(liar: Liar) -> dict[str, list[Job]]:
    found: dict[str, list[Job]] = {}
    for space in liar.store.state.spaces():
        for job in space.jobs.values():
            found.setdefault(find_mark(job.suffix) or "", []).append(job)
    return found


def started_twice(liar: Liar) -> dict[str, list[str]]:
    """Marks of which more than one run was ever created."""
    return {mark: [job.id for job in jobs] for mark, jobs in _runs(liar).items() if len(jobs) > 1}


def command(liar: Liar, line: str, folder: Path, findings: Findings | None = None, how: str = "") -> str:
    """One command in this process; what it printed."""
    liar.asked = 0
    out = io.TextIOWrapper(io.BytesIO(), "utf-8", errors="backslashreplace")
    words = line.split()
    command = [words[0], str(folder / "specs"), *words[1:]] if words[0] != "import" else [*words, str(folder / "specs")]
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        try:
            status = command_line([*command, "--emulator-url", f"http://{HOST}:1"])
        except NoEnd:
            if findings:
                findings.add(f"{words[0]} has no end", f"{how} {liar.told[-3:]}")
            status = 1
        except Exception as error:  # noqa: BLE001 - a traceback is what this looks for
            place = next(f for f in reversed(traceback.extract_tb(error.__traceback__)) if "/reconciler/" in f.filename)
            kind = f"{type(error).__name__} at {Path(place.filename).name}:{place.lineno} {place.name}"
            if findings:
                findings.add(kind, f"{how}: {error!s:.100} {liar.told[-4:]}")
            status = 70
    out.flush()
    text = out.buffer.getvalue().decode()
    if findings and ("Traceback (most recent call last)" in text or status not in (0, 1, 2, 64, 70, 130)):
        findings.add(f"status {status}", f"{how}: {text[-200:]}")
    return text


@contextlib.contextmanager
def lying(folder: Path) -> Iterator[None]:
    """Waits take no time, and every command of this process goes to the network in memory."""

    def slept(self: Stop, seconds: float) -> None:
        if self.is_set:
            raise Stopped
        NETWORKS[HOST].store.clock.advance(max(seconds, LEAST))

    def paused(self: Stop, seconds: float) -> None:
        NETWORKS[HOST].store.clock.advance(max(seconds, LEAST))

    before = Path.cwd()
    with transports() as patch, pytest.MonkeyPatch.context() as more:
        patch.setattr(Stop, "sleep", slept)
        patch.setattr(Stop, "pause", paused)
        patch.setattr(Stop, "now", lambda self: NETWORKS[HOST].store.clock.now())
        patch.setattr(Backoff, "wait", lambda *_: 0.0)
        more.setenv("NO_COLOR", "1")
        more.setenv("COLUMNS", "150")
        more.setenv("RECONCILER_CACHE", str(folder / "cache"))
        os.chdir(folder)
        small(folder)
        try:
            yield
        finally:
            os.chdir(before)
            NETWORKS.pop(HOST, None)


def search(seeds: range, folder: Path) -> Findings:
    """Every life of these seeds."""
    findings = Findings()
    with lying(folder):
        for seed in seeds:
            live(seed, folder, findings)
    return findings
