"""Backoff: how long, how often, and when to give up."""

from __future__ import annotations

import pytest

from reconciler.providers.errors import ServiceError
from reconciler.providers.retry import Backoff, Budget, retrying


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
