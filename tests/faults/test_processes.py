"""Real processes over real sockets: two applies at once, SIGKILL at the boundaries of requests, a demo that is killed.

RECONCILER_PAIRS=50 starts more pairs of applies.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from reconciler.emulator.records import Job
from reconciler.emulator.requests import LoggedRequest, RequestLog
from reconciler.emulator.server import Embedded
from reconciler.model.marks import find_mark
from tests.faults import estate
from tests.faults.audit import was_paid

PAIRS = int(os.environ.get("RECONCILER_PAIRS", "5"))
BOUNDARIES = (10, 13, 17, 20, 24)
"""Requests at which a process is killed; the estate's first apply sends its first writes around these."""
SPEED = 20.0
"""A run takes its first step two or three seconds after it was created."""


class Watched(RequestLog):
    """Tells of each request as it arrives, before it is carried out."""

    def __init__(self, tell: Callable[[LoggedRequest], None]) -> None:
        super().__init__()
        self.tell = tell

    def add(self, at: float, method: str, path: str, query: str) -> LoggedRequest:
        entry = super().add(at, method, path, query)
        self.tell(entry)
        return entry


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[Embedded]:
    estate.small(tmp_path)
    with Embedded(None, SPEED) as started:
        yield started


def start(folder: Path, emulator: Embedded, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "reconciler", "apply", "--auto-approve", *arguments]
    environment = {**os.environ, "RECONCILER_EMULATOR": emulator.url}
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=folder, env=environment, stdout=pipe, stderr=pipe, text=True)


def end(process: subprocess.Popen[str]) -> str:
    out, err = process.communicate(timeout=120)
    assert "Traceback" not in out + err
    return f"{process.returncode}\n{out}\n{err}"


def by_mark(emulator: Embedded) -> dict[str | None, list[Job]]:
    found: dict[str | None, list[Job]] = {}
    for space in emulator.store.state.spaces():
        for job in space.jobs.values():
            found.setdefault(find_mark(job.suffix), []).append(job)
    return found


def converge(folder: Path, emulator: Embedded) -> None:
    """A plain apply ends well, and leaves one run for each mark."""
    emulator.store.clock.set_speed(600.0)
    told = end(start(folder, emulator, "--wait"))
    assert told.startswith("0\n"), told
    for mark, jobs in by_mark(emulator).items():
        assert sum(j.phase == "succeeded" for j in jobs) == sum(map(was_paid, jobs)) == 1, (mark, jobs)
        assert {j.phase for j in jobs} <= {"succeeded", "cancelled"}
    plan = [sys.executable, "-m", "reconciler", "plan", "--detailed-exitcode", "--emulator-url", emulator.url]
    assert subprocess.run(plan, cwd=folder, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("pair", range(PAIRS))
def test_two_applies_at_once(tmp_path: Path, emulator: Embedded, pair: int) -> None:
    """Once for the first runs, and once more for what trains on top of them."""
    for _ in range(2):
        both = [start(tmp_path, emulator, "--no-wait") for _ in range(2)]
        told = [end(process) for process in both]
        assert all(t.startswith("0\n") for t in told), told
        for mark, jobs in by_mark(emulator).items():
            assert sum(j.phase != "cancelled" for j in jobs) == 1, (mark, jobs, told)
        emulator.store.clock.advance(2000)
    converge(tmp_path, emulator)


@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_sigkill_at_the_boundary_of_a_request(tmp_path: Path, emulator: Embedded, boundary: int) -> None:
    """The process dies while the emulator holds the request that it has just sent, and carries it out."""
    victim: list[subprocess.Popen[str]] = []

    def kill(entry: LoggedRequest) -> None:
        if entry.seq == boundary:
            victim[0].send_signal(signal.SIGKILL)
            victim[0].wait()

    emulator.store.requests = Watched(kill)
    victim.append(start(tmp_path, emulator, "--wait"))
    victim[0].communicate(timeout=120)
    assert victim[0].returncode == -signal.SIGKILL
    converge(tmp_path, emulator)
    assert all(len(jobs) == 1 for jobs in by_mark(emulator).values()), "the lists do not lag: nothing was sent twice"


def test_sigterm_accounts_for_what_goes_on(tmp_path: Path, emulator: Embedded) -> None:
    process = start(tmp_path, emulator, "--wait")
    while not by_mark(emulator):
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    told = end(process)
    assert told.startswith("130\n"), told
    assert "go on at the service" in told
    converge(tmp_path, emulator)


def test_a_second_ctrl_c_leaves_at_once(tmp_path: Path, emulator: Embedded) -> None:
    """The emulator holds a create: after the first Ctrl-C the process waits for it, after the second it goes."""
    started: list[subprocess.Popen[str]] = []
    told: list[str] = []
    left = threading.Event()

    def interrupt(entry: LoggedRequest) -> None:
        if told or entry.method != "POST" or not entry.path.endswith("/fine_tuning/jobs"):
            return
        process = started[0]
        process.send_signal(signal.SIGINT)
        assert process.stderr is not None
        for line in process.stderr:
            told.append(line)
            if "Once more to leave at once" in line:
                break
        with suppress(subprocess.TimeoutExpired):
            process.wait(2.0)
        told.append(f"after the first: {process.poll()}")
        process.send_signal(signal.SIGINT)
        told.append(f"after the second: {process.wait(60.0)}")
        left.set()

    emulator.store.requests = Watched(interrupt)
    started.append(start(tmp_path, emulator, "--wait"))
    assert left.wait(120)
    out, err = started[0].communicate()
    assert told[-2:] == ["after the first: None", f"after the second: {128 + signal.SIGINT}"], told
    assert "Traceback" not in "".join(told) + out + err
    converge(tmp_path, emulator)
    assert all(len(jobs) == 1 for jobs in by_mark(emulator).values()), "the create that was held was heard"


def test_a_demo_that_is_killed_completes_when_it_is_run_again(tmp_path: Path) -> None:
    for name in ("specs", "data", "scripts"):
        shutil.copytree(estate.PROJECT / name, tmp_path / name)
    (tmp_path / ".git").mkdir()
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    state = tmp_path / ".reconciler/demo/emulator.json"
    first = subprocess.Popen(
        ["scripts/demo"], cwd=tmp_path, env=environment, start_new_session=True, stdout=subprocess.DEVNULL, stderr=-3
    )
    deadline = time.monotonic() + 60
    while not (state.exists() and b"ftjob-" in state.read_bytes()) and time.monotonic() < deadline:
        time.sleep(0.05)
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    again = subprocess.run(["scripts/demo"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert again.returncode == 0, again.stdout + again.stderr
    assert "No changes." in again.stdout
    assert "Traceback" not in again.stdout + again.stderr
    assert "job.support/2026-10" in again.stdout
