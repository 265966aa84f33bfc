"""What a refused create means: room comes, or nothing helps today; every vendor says it in its own words."""

from __future__ import annotations

import pytest

from reconciler.model.catalog.refusals import Refusal, refusal

LIMITED = "This fine-tune request has been rate-limited"
ROWS = [
    (429, "rate_limit_exceeded", f"{LIMITED}: the organization has 3 active fine-tuning requests.", Refusal.FULL),
    (429, "", "You have 3 concurrent jobs, the maximum for this model.", Refusal.FULL),
    (429, "too_many_active_jobs", "Wait for one to end.", Refusal.FULL),
    (429, "", "The maximum number of training jobs is running already.", Refusal.FULL),
    (400, "quotaExceeded", "The queue is full: at most 20 jobs can wait.", Refusal.ACCOUNT),
    (403, "TooManyJobs", "no", Refusal.ACCOUNT),
    (429, "daily_rate_limit_exceeded", f"{LIMITED}. The maximum of 8 fine-tuning requests per day.", Refusal.DAILY),
    (429, "rate_limit_exceeded", "You have started 8 jobs in the last 24 hours.", Refusal.DAILY),
    (429, "insufficient_quota", "You exceeded your current quota, check your plan and billing details.", Refusal.BILL),
    (400, "billing_hard_limit_reached", "Billing hard limit has been reached", Refusal.BILL),
    (403, "billing_not_active", "Your account is not active.", Refusal.BILL),
    (429, "exceeded_quota", "Creating this fine-tuning job would exceed your hard limit.", Refusal.BILL),
    (402, "", "Payment Required", Refusal.BILL),
    (429, "429", "Requests have exceeded the call rate limit. Retry after 10 seconds.", None),
    (429, "rate_limit_exceeded", "Too many requests", None),
    (400, "BadRequest", "The job is running already", None),
    (500, "", "billing is down", None),
    (0, "", "no answer while 3 active fine-tuning requests", None),
]


@pytest.mark.parametrize(("status", "code", "message", "expected"), ROWS)
def test_meanings(status: int, code: str, message: str, expected: Refusal | None) -> None:
    assert refusal(status, code, message) is expected


def test_room_may_come_only_where_a_run_ends() -> None:
    assert [r for r in Refusal if r.passes] == [Refusal.FULL, Refusal.ACCOUNT]
