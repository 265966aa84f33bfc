"""Backoff: how long, how often, and when to give up."""

from __future__ import annotations

import logging
import time
from email.utils import formatdate

import pytest

from reconciler.providers.errors import ServiceError, diagnose, pause, retry_after
from reconciler.providers.retry import READS, Backoff, Budget, Quiet, retrying


@pytest.mark.parametrize(("attempt", "ceiling"), [(0, 0.5), (1, 1.0), (2, 2.0), (5, 16.0), (6, 30.0), (50, 30.0)])
def test_waits_double_up_to_the_longest_and_are_spread(attempt: int, ceiling: float) -> None:
    waits = [Backoff().wait(attempt, None) for _ in range(200)]
    assert ceiling / 2 <= min(waits) < max(waits) <= ceiling


def test_the_service_knows_better() -> None:
    assert Backoff().wait(0, 77.0) == 77.0


def test_a_stop_during_the_wait_ends_it() -> None:
    class Stopped(Exception):
        pass

    def sleep(_: float) -> None:
        raise Stopped

    def call() -> None:
        raise ServiceError("busy", status=503)

    with pytest.raises(Stopped):
        retrying(call, Backoff(), sleep, Budget())


def test_the_last_error_is_the_one_that_is_told() -> None:
    errors = iter([ServiceError("first", status=503), ServiceError("second", status=400)])

    def call() -> None:
        raise next(errors)

    with pytest.raises(ServiceError, match="second"):
        retrying(call, Backoff(), lambda _: None, Budget())


def test_a_budget_is_earned_back_slowly() -> None:
    budget = Budget(retries=2, earned=0.5)
    assert [budget.spend() for _ in range(3)] == [True, True, False]
    budget.earn()
    assert not budget.spend()
    budget.earn()
    assert budget.spend()
    for _ in range(100):
        budget.earn()
    assert [budget.spend() for _ in range(3)] == [True, True, False], "never more than at the start"


def later(seconds: float, since: float = 0.0) -> str:
    return formatdate((since or time.time()) + seconds, usegmt=True)


SERVICES_CLOCK = 1_000_000_000.0

ASKED: list[tuple[dict[str, str], float | None, str]] = [
    ({"retry-after": "7"}, 7, "seconds"),
    ({"retry-after": "0"}, 0, "at once"),
    ({"retry-after": " 7 "}, 7, "spaces"),
    ({"retry-after": "1.5"}, 1.5, "a fraction"),
    ({"retry-after": "3600"}, 3600, "an hour"),
    ({"retry-after": "86400"}, 86_400, "a day is a day"),
    ({"retry-after": "31536000"}, 31_536_000, "and a year is a year"),
    ({"retry-after-ms": "250", "retry-after": "9"}, 0.25, "the finer one first"),
    ({"x-ms-retry-after-ms": "1500"}, 1.5, "Azure's own"),
    ({"retry-after-ms": "soon", "retry-after": "9"}, 9, "the one that can be read"),
    (
        {"retry-after": later(20, SERVICES_CLOCK), "date": later(0, SERVICES_CLOCK)},
        20,
        "a date, by the service's clock",
    ),
    ({"retry-after": later(86_400 * 3, SERVICES_CLOCK), "date": later(0, SERVICES_CLOCK)}, 86_400 * 3, "a far date"),
    ({"retry-after": later(-20, SERVICES_CLOCK), "date": later(0, SERVICES_CLOCK)}, None, "a date that has passed"),
    *(({"retry-after": word}, None, "nonsense") for word in ("soon", "-5", "1e9", "nan", "inf", "", "9" * 40, "7 s")),
    ({"retry-after": "Thu, 99 Xxx 2026 00:00:00 GMT"}, None, "no date"),
    ({}, None, "nothing"),
]


@pytest.mark.parametrize(("headers", "seconds", "why"), ASKED)
def test_what_a_service_asks_for(headers: dict[str, str], seconds: float | None, why: str) -> None:
    assert retry_after(headers) == seconds, why


def test_a_date_by_our_own_clock_where_the_service_shows_none() -> None:
    assert 18 <= (retry_after({"retry-after": later(20)}) or 0) <= 20


@pytest.mark.parametrize(
    ("asked", "slept", "why"),
    [
        ([40.0], [40.0], "within a minute"),
        ([30.0, 30.0], [30.0, 30.0], "a minute in all"),
        ([30.0, 31.0], [30.0], "not a minute each"),
        ([READS + 1], [], "an hour is not begun"),
        ([86_400.0], [], "nor is a day"),
        ([0.0, 0.0, 0.0], [0.0, 0.0, 0.0], "at once, as often as there are attempts"),
    ],
)
def test_a_wait_that_is_asked_for_is_obeyed_or_not_begun(asked: list[float], slept: list[float], why: str) -> None:
    waits: list[float] = []
    errors = [ServiceError("slow down", status=429, retry_after=seconds) for seconds in asked]

    def call() -> str:
        if errors:
            raise errors.pop(0)
        return "done"

    if len(slept) == len(asked):
        assert retrying(call, Backoff(), waits.append, Budget()) == "done", why
    else:
        with pytest.raises(ServiceError):
            retrying(call, Backoff(), waits.append, Budget())
    assert waits == slept, why


@pytest.mark.parametrize(
    ("seconds", "service", "said"),
    [
        (40.0, "Azure Resource Manager", ["waiting 40 s, as Azure Resource Manager asked"]),
        (5.5, "", ["waiting 6 s, as the service asked"]),
        (2.0, "OpenAI", []),
    ],
)
def test_a_long_wait_is_said(seconds: float, service: str, said: list[str], caplog: pytest.LogCaptureFixture) -> None:
    errors = [ServiceError("slow down", status=429, retry_after=seconds, service=service)]
    with caplog.at_level(logging.WARNING, "reconciler"):
        retrying(lambda: _raise_once(errors), Backoff(), lambda _: None, Budget())
    assert caplog.messages == said


def test_requests_that_wait_side_by_side_say_it_once(caplog: pytest.LogCaptureFixture) -> None:
    budget = Budget()
    for _ in range(5):
        errors = [ServiceError("slow down", status=429, retry_after=40.0)]
        retrying(lambda errors=errors: _raise_once(errors), Backoff(), lambda _: None, budget)  # type: ignore[misc]
    assert len(caplog.messages) == 1


def _raise_once(errors: list[ServiceError]) -> None:
    if errors:
        raise errors.pop()


def test_the_time_is_named_where_we_give_up() -> None:
    error = ServiceError("Too many requests", service="Azure OpenAI", status=429, retry_after=3600.0)
    assert "It asks to be left alone for 60 min." in diagnose(error, "target sweden").detail
    error.retry_after = 1.0
    assert "left alone" not in diagnose(error, "target sweden").detail


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0.2, "1 s"), (40, "40 s"), (120, "120 s"), (121, "3 min"), (7200, "120 min"), (7201, "3 h"), (86_400, "24 h")],
)
def test_a_pause_is_never_told_shorter_than_it_is(seconds: float, told: str) -> None:
    assert pause(seconds) == told


def test_an_address_is_not_asked_again_before_its_time() -> None:
    clock = [100.0]
    quiet = Quiet(lambda: clock[0])
    error = ServiceError("slow down", service="S", status=429, retry_after=3600.0)
    quiet.check("/a")
    quiet.note("/a", error)
    quiet.note("/c", ServiceError("no", status=400))
    quiet.check("/b")
    quiet.check("/c")
    clock[0] += 3599
    with pytest.raises(ServiceError, match="slow down") as caught:
        quiet.check("/a")
    assert (caught.value.retry_after, caught.value.transient, caught.value.doubtful) == (1.0, True, False)
    clock[0] += 1
    quiet.check("/a")
