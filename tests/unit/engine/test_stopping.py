"""Stopping tells the truth: whenever it comes, everything has an outcome, and what was begun is said to go on."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.engine import operations
from reconciler.engine.context import Stopped
from reconciler.model.events import Result
from reconciler.providers.base import Pace
from reconciler.providers.errors import ServiceError
from tests.support.accounts import Account, Cloud, Fault
from tests.support.applies import Impatient, Story, carry_out, left_to_do
from tests.support.estate import CHAT, ESTATE, FIRST, SECOND, SORTER, TRIAGE, load_text

PACE = Pace(heard=0.0)
READS = ("files", "file", "jobs", "job", "model", "progress")
BEGUN = {Result.UNDER_WAY, Result.TRAINED, Result.UPLOADED, Result.CREATED}


def stops_in_read(account: Account, stop: Impatient, number: int) -> None:
    """The read with that number is in its backoff when somebody asks to stop; `Reader` sleeps with the stop's sleep."""
    reads = [0]
    for owner, methods in ((account, READS), (account.serving, ("deployment",))):
        for method in methods:
            real = getattr(owner, method)

            def read(*args: Any, _real: Any = real) -> Any:
                reads[0] += 1
                if reads[0] == number:
                    stop.set()
                    raise Stopped
                return _real(*args)

            setattr(owner, method, read)


def stopped_in_read(number: int) -> tuple[Cloud, Story]:
    live, stop = Cloud(load_text(ESTATE)), Impatient()
    world = live.world(load_text(ESTATE), pace=PACE)
    made = operations.plan(world, parallelism=1)
    stops_in_read(live["sweden"], stop, number)
    return live, carry_out(live, world, made, stop=stop)


def sent(live: Cloud) -> dict[str, bool]:
    """Whether the run or the deployment of a step has come to be."""
    bases = {job.base_model for job in live["sweden"].job_list.values()}
    return {
        TRIAGE: any("nano" in base for base in bases),
        FIRST: "gpt-4.1-mini-2025-04-14" in bases,
        SECOND: any("mini-2025-04-14.ft-" in base for base in bases),
        CHAT: "support-chat" in live["sweden"].arm.raw,
        SORTER: "triage" in live["sweden"].arm.raw,
    }


@pytest.mark.parametrize("number", [*range(1, 30), *range(30, 72, 6)])
def test_a_stop_in_the_backoff_of_any_read(number: int) -> None:
    live, story = stopped_in_read(number)
    assert set(story.results) == {c.key for c in story.plan.changes}
    assert not any(o.diagnostics for o in story.outcomes), story.codes()
    assert {step: story.results[step] in BEGUN for step in sent(live)} == sent(live)
    world = live.world(load_text(ESTATE), pace=PACE)
    carry_out(live, world, operations.plan(world, parallelism=1))
    assert (left_to_do(live, ESTATE), live["sweden"].calls["create_job"]) == ([], 3)


def test_the_moments_of_that_table_are_of_many_kinds() -> None:
    """So that the table above cannot pass for want of reads."""
    results = [stopped_in_read(number)[1].results for number in (1, 12, 25, 40)]
    assert len({tuple(r.values()) for r in results}) == 4
    assert any(r[TRIAGE] is Result.UNDER_WAY for r in results)


class StopsAsleep(Impatient):
    """Asked to stop in its n-th wait."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.left = number

    def sleep(self, seconds: float) -> None:
        self._one(seconds)
        super().sleep(seconds)

    def pause(self, seconds: float) -> None:
        self._one(seconds)
        super().pause(seconds)

    def _one(self, seconds: float) -> None:
        self.left -= 1
        if self.left == 0:
            self.set()


BUSY = ServiceError("busy", status=409, code="RequestConflict")
FULL = ServiceError("the queue is full", status=400, code="quotaExceeded")


@pytest.mark.parametrize("number", [1, 2, 3, 5, 8, 13, 21, 40, 80])
@pytest.mark.parametrize("where", ["settle", "room", "write", "see-off", "operation"])
def test_a_stop_in_any_wait(where: str, number: int) -> None:
    live, stop = Cloud(load_text(ESTATE)), StopsAsleep(number)
    sweden = live["sweden"]
    world = live.world(load_text(ESTATE), pace=Pace() if where == "see-off" else PACE)
    made = operations.plan(world, parallelism=1)
    if where == "room":
        sweden.hold = True
        sweden.fail("create_job", *[Fault(FULL)] * 900)
    if where == "write":
        sweden.arm.refuse = lambda _method, _name: BUSY
    if where == "operation":
        put = sweden.arm.put

        def never_ends(name: str, body: dict[str, Any]) -> None:
            put(name, body)
            sweden.arm.raw[name]["properties"]["provisioningState"] = "Creating"

        sweden.arm.put = never_ends  # type: ignore[method-assign]
        sweden.serving._sleep = stop.sleep
    story = carry_out(live, world, made, stop=stop, wait=where != "see-off")
    assert set(story.results) == {c.key for c in made.changes}
    for step in (FIRST, TRIAGE):
        result = story.results[step]
        if where == "room":
            assert result in (Result.LATER, Result.FAILED)
        elif sweden.calls["create_job"] == 0:
            assert result is Result.LATER
    if stop.is_set and where in ("write", "operation"):
        assert Result.FAILED not in story.results.values()
