"""Stopping, over sockets: in the backoff of a read, before anything is begun and after, by signals and by the clock."""

from __future__ import annotations

import json
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from reconciler.engine.context import Stop
from tests.emulated.conftest import Bench

FAILS = {"fault": "status", "status": 503, "method": "GET", "path": "/", "count": None, "retry_after": 20}


def faults(bench: Bench, *rules: dict[str, Any]) -> None:
    bench.http.post("/_emulator/faults", json={"rules": list(rules)}).raise_for_status()


def wait_for(bench: Bench, count: int) -> None:
    """Until so many creates were heard."""
    while len(bench.creates()) < count:
        time.sleep(0.05)


def last_line(out: str) -> dict[str, Any]:
    line: dict[str, Any] = json.loads(out.splitlines()[-1])
    return line


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_a_signal_in_the_backoff_of_a_poll_ends_in_the_summary(bench: Bench, number: signal.Signals) -> None:
    bench.clock(30.0)
    process = bench.process("apply", "--auto-approve", "--wait", "--format", "json")
    wait_for(bench, 2)
    faults(bench, FAILS)
    while not any(r["status"] == 503 for r in bench.requests("GET")):
        time.sleep(0.05)
    process.send_signal(number)
    out, err = process.communicate(timeout=30)
    last = last_line(out)
    assert (process.returncode, last["type"], last["stopped"]) == (130, "change_summary", True)
    assert last["changes"]["under way"] == 2
    assert "nothing was begun" not in err
    assert "Traceback" not in err


def test_the_time_is_up_in_the_backoff_of_a_poll(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The time is up when two runs are started and the service fails, however long that takes here."""

    @contextmanager
    def after(stop: Stop, timeout: float | None) -> Iterator[None]:
        assert timeout == 3600

        def ring() -> None:
            wait_for(bench, 2)
            faults(bench, FAILS)
            while not any(r["status"] == 503 for r in bench.requests("GET")):
                time.sleep(0.05)
            stop.set()

        thread = threading.Thread(target=ring)
        thread.start()
        yield
        thread.join()

    monkeypatch.setattr(Stop, "after", after)
    bench.clock(30.0)
    ended = bench.apply("--timeout", "1h")
    assert ended.status == 1
    assert "Stopped after" in ended.out
    assert "2 under way" in ended.out
    assert "Runs go on at the service" in ended.out
    assert "nothing was begun" not in ended.err


@pytest.mark.parametrize("command", ["plan", "drift", "status", "doctor"])
def test_commands_that_look_have_a_timeout(bench: Bench, command: str) -> None:
    faults(bench, FAILS)
    ended = bench.run(command, "--timeout", "0.3")
    assert (ended.status, ended.err.splitlines()[-1]) == (1, "Stopped: the time is up, and nothing was begun.")


def test_an_apply_that_is_stopped_while_it_plans_says_so_in_its_last_line(bench: Bench) -> None:
    faults(bench, FAILS)
    ended = bench.run("apply", "--auto-approve", "--format", "json", "--timeout", "0.3")
    assert ended.status == 1
    assert last_line(ended.out)["stopped"] is True
    assert last_line(ended.out)["changes"] == {}


def test_who_answers_no_is_not_told_of_an_interrupt(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setattr("click.prompt", lambda *_, **__: "no")
    ended = bench.run("apply")
    assert (ended.status, bench.creates()) == (1, [])
    assert ended.err.endswith("Nothing was applied: the answer was not yes.\n")
