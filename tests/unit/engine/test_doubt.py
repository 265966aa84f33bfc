"""Creates are sent once; after a doubtful answer the tool looks before anything else."""

from __future__ import annotations

import pytest

from reconciler.engine.doubt import BACKOFF, create_once
from reconciler.providers.errors import ServiceError
from tests.support.accounts import Cloud, Fault
from tests.support.applies import apply, context, left_to_do, reasons
from tests.support.estate import ESTATE, TRIAGE, load_text

LOST = ServiceError("connection dropped")
BUSY = ServiceError("slow down", status=429, retry_after=7.0)
NEVER_SENT = ServiceError("connection refused", not_sent=True)
REFUSED = ServiceError("no such model", status=400, code="BadRequest")

HEARD = [
    (LOST, "a dropped connection"),
    (ServiceError("timeout", status=408), "a timeout"),
    (ServiceError("conflict", status=409), "a conflict with our own first try"),
    (BUSY, "too many requests"),
    (ServiceError("oops", status=500), "a fault of the service"),
]


@pytest.mark.parametrize(("error", "why"), HEARD)
def test_what_was_heard_is_adopted_and_never_sent_again(error: ServiceError, why: str) -> None:
    cloud = Cloud(load_text(ESTATE))
    cloud["sweden"].fail("create_job", Fault(error, heard=True))
    story = apply(cloud, ESTATE)
    assert cloud["sweden"].calls["create_job"] == 3, why
    assert len(cloud["sweden"].job_list) == 3, why
    assert left_to_do(cloud, ESTATE) == [], why
    assert len(story.waited("job.support/2026-01")) == 1


@pytest.mark.parametrize("error", [LOST, BUSY, NEVER_SENT])
def test_what_was_not_heard_is_sent_again(error: ServiceError) -> None:
    cloud = Cloud(load_text(ESTATE))
    cloud["sweden"].fail("create_job", Fault(error), Fault(error))
    apply(cloud, ESTATE)
    assert len(cloud["sweden"].job_list) == 3
    assert left_to_do(cloud, ESTATE) == []


def test_uploads_are_creates_too() -> None:
    cloud = Cloud(load_text(ESTATE))
    cloud["sweden"].fail("upload", Fault(LOST, heard=True), Fault(LOST))
    apply(cloud, ESTATE)
    assert len(cloud["sweden"].file_list) == 4


def test_a_refusal_is_told_at_once() -> None:
    cloud = Cloud(load_text(ESTATE))
    cloud["sweden"].fail("create_job", Fault(REFUSED))
    story = apply(cloud, ESTATE)
    assert story.codes() == {"job.support/2026-01": ["service-error"]}
    assert len(cloud["sweden"].job_list) == 1, "the other job was trained all the same"


def test_a_service_that_never_answers_is_given_up() -> None:
    cloud = Cloud(load_text(ESTATE))
    cloud["sweden"].fail("create_job", *[Fault(NEVER_SENT)] * 100)
    story = apply(cloud, ESTATE)
    assert story.codes()[TRIAGE] == ["target-unreachable"]
    assert cloud["sweden"].calls["create_job"] == 0


def test_the_service_says_how_long_to_wait() -> None:
    cloud = Cloud(load_text(ESTATE))
    shared, events = context(cloud, ESTATE)
    answers: list[ServiceError | str] = [BUSY, "made"]

    def create() -> str:
        answer = answers.pop(0)
        if isinstance(answer, ServiceError):
            raise answer
        return answer

    made = create_once(lambda: None, create, shared.targets["sweden"], shared, "job.x")
    assert made == "made"
    assert shared.stop.slept == [7.0]  # type: ignore[attr-defined]
    assert reasons(events) == ["slow down; looking whether it was heard", "waiting 7 s, as the service asked"]


def test_what_is_there_already_is_not_made() -> None:
    cloud = Cloud(load_text(ESTATE))
    shared, _ = context(cloud, ESTATE)

    def create() -> str:
        raise AssertionError("it is there")

    assert create_once(lambda: "there", create, shared.targets["sweden"], shared, "job.x") == "there"


def test_there_is_a_look_between_any_two_creates() -> None:
    """Doubtful or not: whatever was made in the meantime is found before another is paid."""
    cloud = Cloud(load_text(ESTATE))
    shared, _ = context(cloud, ESTATE)
    seen: list[str] = []

    def look() -> None:
        seen.append("look")

    def create() -> None:
        seen.append("create")
        raise LOST

    with pytest.raises(ServiceError, match="dropped"):
        create_once(look, create, shared.targets["sweden"], shared, "job.x")
    assert seen.count("create") == BACKOFF.attempts
    assert "create create" not in " ".join(seen)


@pytest.mark.parametrize(("seconds", "sent"), [(600.0, 2), (901.0, 1), (86_400.0, 1)])
def test_a_write_waits_for_minutes_and_not_for_hours(seconds: float, sent: int) -> None:
    cloud = Cloud(load_text(ESTATE))
    shared, events = context(cloud, ESTATE)
    asked = ServiceError("slow down", service="Azure OpenAI", status=429, retry_after=seconds)
    answers: list[ServiceError | str] = [asked, "made"]
    sends = 0

    def create() -> str:
        nonlocal sends
        sends += 1
        answer = answers.pop(0)
        if isinstance(answer, ServiceError):
            raise answer
        return answer

    if sent == 2:
        assert create_once(lambda: None, create, cloud["sweden"].target(), shared, "job.a") == "made"
        assert any("waiting 10 min, as Azure OpenAI asked" in str(event) for event in events)
    else:
        with pytest.raises(ServiceError, match="slow down"):
            create_once(lambda: None, create, cloud["sweden"].target(), shared, "job.a")
    assert sends == sent
