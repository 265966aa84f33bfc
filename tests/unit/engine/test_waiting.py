"""Waits: what has just happened gets its time, each wait is told and ends, and one thing's end is only its own."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from reconciler.engine import operations
from reconciler.model import codes
from reconciler.model.events import Result
from reconciler.model.observation import JobError, ObservedFile, ObservedJob
from reconciler.providers.base import Pace
from reconciler.providers.errors import ServiceError
from tests.support.accounts import Account, Cloud, Fault
from tests.support.applies import Impatient, Story, apply, carry_out
from tests.support.estate import CHAT, ESTATE, FIRST, SECOND, SORTER, TRIAGE, edited, load_text

MOST = 300
"""Requests in ten minutes of waiting: thirty a minute."""
PACE = Pace(settle=0.0, heard=0.0)
FILE = "dataset.tickets@sweden"
FULL = ServiceError("the queue is full", status=400, code="quotaExceeded")


def cloud() -> Cloud:
    return Cloud(load_text(ESTATE))


def applied(live: Cloud, text: str = ESTATE, stop: Impatient | None = None) -> Story:
    world = live.world(load_text(text), pace=PACE)
    return carry_out(live, world, operations.plan(world, parallelism=1), stop=stop)


def until(account: Account, method: str, seen: Callable[[int, Any], Any]) -> None:
    """Let a read answer what `seen` makes of the call's number and the true answer."""
    real, calls = getattr(account, method), [0]

    def read(*args: Any) -> Any:
        calls[0] += 1
        return seen(calls[0], real(*args))

    setattr(account, method, read)


def unnamed(job: ObservedJob) -> ObservedJob:
    return replace(job, fine_tuned_model=None)


def test_a_run_that_has_succeeded_and_names_no_model_yet_is_awaited() -> None:
    live = cloud()
    until(live["sweden"], "jobs", lambda n, jobs: [unnamed(j) if n < 12 else j for j in jobs])
    story = applied(live)
    assert (story.results[TRIAGE], story.results[SORTER]) == (Result.TRAINED, Result.CREATED)
    assert [w for w in story.waited(TRIAGE) if "the name of its model is awaited, 10 min at most" in w]
    assert live["sweden"].calls["create_job"] == 3


def test_a_model_that_the_service_does_not_show_yet_is_awaited() -> None:
    live = cloud()
    until(live["sweden"], "model", lambda n, model: model if n > 9 else None)
    story = applied(live)
    assert story.results[SORTER] is Result.CREATED
    assert any(".ft-" in w and "is awaited" in w for w in story.waited(FIRST))


@pytest.mark.parametrize("missing", ["name", "model"])
def test_a_model_that_stays_away_ends_the_wait_and_nobody_is_told_to_pay_again(missing: str) -> None:
    live, stop = cloud(), Impatient()
    if missing == "name":
        until(live["sweden"], "jobs", lambda _n, jobs: [unnamed(j) for j in jobs])
    else:
        until(live["sweden"], "model", lambda _n, _model: None)
    story = applied(live, stop=stop)
    assert story.codes()[TRIAGE] == story.codes()[FIRST] == ["model-awaited"]
    assert codes.MODEL_AWAITED.way_out.startswith("Do not train it again")
    assert 600 <= stop.now() < 1500
    assert live["sweden"].calls["create_job"] == 2


def test_a_success_with_an_error_and_no_model_is_over_at_once() -> None:
    """A safety evaluation may hold a model back, and the record says so."""
    live, stop = cloud(), Impatient()
    refused = codes.RUN_FAILED

    def judged(_n: int, jobs: list[ObservedJob]) -> list[ObservedJob]:
        return [replace(unnamed(j), error=JobError("safety", "held back")) for j in jobs]

    until(live["sweden"], "jobs", judged)
    story = applied(live, stop=stop)
    assert (story.codes()[TRIAGE], stop.now() < 120) == ([refused.id], True)


def test_a_followed_run_that_fails_is_tried_again() -> None:
    """The plan says wait, so the executor itself has to turn to training; also for a stage whose parent is old."""
    text = edited(
        ESTATE,
        ("training: tickets", "training: tickets\n    retries: 1"),
        ("training: february", "training: february, retries: 1"),
    )
    live = cloud()
    apply(live, text)
    account = live["sweden"]
    account.hold = True
    followed = [j for j in account.job_list.values() if j.base_model.count(".ft-") or "nano" in j.base_model]
    for job in followed:
        account.model_list.pop(job.fine_tuned_model or "")
        account.job_list[job.id] = replace(job, status="running", fine_tuned_model=None, finished_at=None)
    world = live.world(load_text(text), pace=PACE)
    made = operations.plan(world, parallelism=1)
    assert [c.action.value for c in made.changes if c.key in (TRIAGE, SECOND)] == ["wait", "wait"]
    account.hold = False
    account.ends = {name: deque(["failed"]) for name in ("tickets", "february")}
    story = carry_out(live, world, made)
    assert (story.results[TRIAGE], story.results[SECOND]) == (Result.TRAINED, Result.TRAINED)
    assert account.calls["create_job"] == 5
    assert any("it is tried again" in w for w in story.waited(TRIAGE))


def test_retries_are_counted_though_the_list_forgets_failures() -> None:
    text = edited(ESTATE, ("training: tickets", "training: tickets\n    retries: 2"))
    live = cloud()
    live["sweden"].ends["tickets"] = deque(["failed"] * 50)
    until(live["sweden"], "jobs", lambda _n, jobs: [j for j in jobs if j.status != "failed"])
    story = applied(live, text)
    assert story.results[TRIAGE] is Result.FAILED
    tickets = {f.id for f in live["sweden"].file_list.values() if f.filename.startswith("tickets")}
    assert sum(j.training_file in tickets for j in live["sweden"].job_list.values()) == 3


class Deadline(Impatient):
    """Stops by itself after so many seconds in its memory."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds

    def pause(self, seconds: float) -> None:
        super().pause(seconds)
        if self.now() >= self.seconds:
            self.set()


@pytest.mark.parametrize("what", ["run", "file", "room", "retries", "flaps", "model"])
def test_no_loop_asks_without_a_pause(what: str) -> None:
    """A counter of requests a minute, while something is waited for that does not come."""
    text = edited(ESTATE, ("training: tickets", "training: tickets\n    retries: 9"))
    live, stop = cloud(), Deadline(600.0)
    account = live["sweden"]
    if what == "retries":
        account.ends = {name: deque(["failed"] * 900) for name in ("tickets", "january")}
    elif what == "file":
        until(
            account, "upload", lambda _n, file: account.file_list.setdefault(file.id, file) and pending(account, file)
        )
    elif what == "model":
        until(account, "model", lambda _n, _model: None)
    else:
        account.hold = True
    if what == "room":
        apply(live, text, wait=False)
        account.job_list = {id: replace(j, suffix="somebody-elses") for id, j in account.job_list.items()}
        account.fail("create_job", *[Fault(FULL)] * 900)
    counts = counted(account)
    applied(live, text, stop)
    assert sum(counts.values()) < MOST, counts


def counted(account: Account) -> dict[str, int]:
    counts: dict[str, int] = {}
    for method in ("files", "file", "jobs", "job", "models", "model", "create_job", "progress"):
        counts[method] = 0
        real = getattr(account, method)

        def call(*args: Any, _real: Any = real, _name: str = method) -> Any:
            counts[_name] += 1
            if counts[_name] > MOST:
                pytest.fail(f"{_name} is asked for ever")
            return _real(*args)

        setattr(account, method, call)
    return counts


def pending(account: Account, file: ObservedFile, status: str = "pending", details: str = "") -> ObservedFile:
    account.file_list[file.id] = replace(file, status=status, status_details=details)
    return account.file_list[file.id]


@pytest.mark.parametrize(
    ("status", "details", "code", "seconds"),
    [
        ("pending", "", "file-stuck", 3600),
        ("failed", "line 3 is no row", "file-refused", 0),
        ("error", "", "file-refused", 0),
        ("invalid_format", "", "file-refused", 0),
        ("held", "policy 7", "file-refused", 30),
    ],
)
def test_a_file_that_is_never_processed_ends_the_wait(status: str, details: str, code: str, seconds: float) -> None:
    live, stop = cloud(), Impatient()
    account = live["sweden"]
    until(account, "upload", lambda n, file: pending(account, file, status, details) if n == 3 else file)
    story = applied(live, stop=stop)
    ((step, found),) = story.codes().items()
    assert (step, found) == (FILE, [code])
    told = next(o.diagnostics[0].detail for o in story.outcomes if o.step == FILE)
    assert status in told
    assert details in told
    assert seconds <= stop.now() < seconds + 300
    if seconds:
        assert any(f"is {status}" in w and "60 min at most" in w for w in story.waited(FILE))
    assert story.results[CHAT] is Result.CREATED, "what does not need the file goes on"


def test_a_fresh_file_that_is_not_found_by_its_id_is_awaited() -> None:
    live = cloud()
    account = live["sweden"]
    until(account, "upload", lambda _n, file: replace(pending(account, file), status="pending"))
    until(account, "files", lambda n, files: [] if n < 12 else [replace(f, status="processed") for f in files])

    def file(n: int) -> None:
        raise ServiceError("File not found.", status=404)

    account.file = lambda id: file(0)  # type: ignore[method-assign, assignment, return-value]
    story = applied(live)
    assert story.results[TRIAGE] is Result.TRAINED
    assert any("is not shown by sweden yet, 30 s at most" in w for w in story.waited(FILE))


def test_a_file_that_is_gone_fails_nobody_else() -> None:
    """Not the other files, and not the runs that are watched in the same account."""
    live = cloud()
    account = live["sweden"]
    until(account, "upload", lambda n, file: pending(account, file) if n == 3 else file)
    lost: list[str] = []

    def listed(_n: int, files: list[ObservedFile]) -> list[ObservedFile]:
        lost.extend(f.id for f in files if f.status == "pending" and f.id not in lost)
        return [f for f in files if f.id not in lost]

    until(account, "files", listed)

    def by_id(id: str) -> ObservedFile:
        if id in lost:
            raise ServiceError("File not found.", status=404)
        return account.file_list[id]

    account.file = by_id  # type: ignore[method-assign]
    story = applied(live)
    assert story.codes() == {FILE: ["file-gone"]}
    assert (story.results[FIRST], story.results[SECOND], story.results[CHAT]) == (
        Result.TRAINED,
        Result.TRAINED,
        Result.CREATED,
    )


def test_a_run_whose_record_is_deleted_while_it_is_followed() -> None:
    live = cloud()
    account = live["sweden"]
    account.hold = True

    def forgets(n: int, jobs: list[ObservedJob]) -> list[ObservedJob]:
        if n > 12:
            account.job_list.clear()
        return [] if n > 12 else jobs

    until(account, "jobs", forgets)
    story = applied(live)
    assert story.codes()[TRIAGE] == ["run-gone"]
    assert codes.RUN_GONE.way_out.startswith("Look for the run and its model")


def test_an_account_that_stays_full_is_waited_for_a_day_at_most() -> None:
    live, stop = cloud(), Impatient()
    live["sweden"].hold = True
    apply(live, ESTATE, wait=False)
    account = live["sweden"]
    account.job_list = {id: replace(j, suffix="somebody-elses") for id, j in account.job_list.items()}
    account.fail("create_job", *[Fault(FULL)] * 20_000)
    story = applied(live, stop=stop)
    assert story.codes()[TRIAGE] == ["room-awaited"]
    assert any("the queue is full, 24 h at most" in w for w in story.waited(TRIAGE))
    assert stop.now() >= 86_400


def test_a_run_without_news_is_waited_for_and_that_is_said() -> None:
    live, stop = cloud(), Deadline(90_000.0)
    live["sweden"].hold = True
    story = applied(live, stop=stop)
    assert story.results[TRIAGE] is Result.UNDER_WAY
    assert any("without news since 10 min" in w for w in story.waited(TRIAGE))


@pytest.mark.parametrize("method", ["upload", "create_job", "jobs"])
def test_a_fault_of_ours_is_the_end_of_one_step(method: str) -> None:
    live = cloud()
    real = getattr(live["sweden"], method)
    calls = [0]

    def breaks(*args: Any) -> Any:
        calls[0] += 1
        if calls[0] == 2:
            raise KeyError("suffix")
        return real(*args)

    world = live.world(load_text(ESTATE), pace=PACE)
    made = operations.plan(world, parallelism=1)
    setattr(live["sweden"], method, breaks)
    story = carry_out(live, world, made)
    broken = {step: found for step, found in story.codes().items() if found}
    assert set(map(tuple, broken.values())) == {("step-broken",)}
    assert len(broken) == 1
    assert Result.CREATED in story.results.values()
    told = next(d.detail for o in story.outcomes for d in o.diagnostics)
    assert "KeyError at engine/" in told
