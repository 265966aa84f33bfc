"""Several unfinished runs of one mark: the eldest stays, and none is cancelled for a winner that has lost."""

from __future__ import annotations

import pytest

from reconciler.engine.election import elect
from reconciler.engine.recognising import find_run
from reconciler.model.address import Address
from reconciler.model.observation import ObservedJob
from reconciler.providers.base import Pace, RunRequest
from tests.support.accounts import NOW, PACE, Cloud
from tests.support.applies import apply, context, left_to_do
from tests.support.estate import ESTATE, graph_of, load_text

RUN = graph_of(ESTATE).runs[Address("job", "triage")]
REQUEST = RunRequest(str(RUN.base), "file-1", None, RUN.suffix, "supervised", {}, None, None)


def sweden() -> Cloud:
    cloud = Cloud(load_text(ESTATE))
    cloud["sweden"].hold = True
    return cloud


def start(cloud: Cloud) -> ObservedJob:
    return cloud["sweden"].create_job(REQUEST)


def held(cloud: Cloud, own: ObservedJob, pace: Pace = PACE) -> ObservedJob:
    shared, _ = context(cloud, ESTATE, pace)
    return elect(own, RUN, shared.targets["sweden"], shared, lambda _: None)


def statuses(cloud: Cloud) -> list[str]:
    return [j.status for j in cloud["sweden"].job_list.values()]


def test_alone() -> None:
    cloud = sweden()
    own = start(cloud)
    assert held(cloud, own).id == own.id
    assert statuses(cloud) == ["pending"]


def test_the_eldest_stays_and_only_ones_own_is_cancelled() -> None:
    cloud = sweden()
    eldest, other, own = start(cloud), start(cloud), start(cloud)
    assert held(cloud, own).id == eldest.id
    assert statuses(cloud) == ["pending", "pending", "cancelled"], "the other operator cancels the other one"
    assert held(cloud, other).id == eldest.id
    assert held(cloud, eldest).id == eldest.id
    assert statuses(cloud) == ["pending", "cancelled", "cancelled"]


def test_of_two_runs_of_one_second_the_smaller_id_stays() -> None:
    cloud = sweden()
    cloud["sweden"].clock = NOW
    one = start(cloud)
    cloud["sweden"].clock = NOW + 1
    two = start(cloud)
    jobs = cloud["sweden"].job_list
    for id in jobs:
        object.__setattr__(jobs[id], "created_at", NOW)
    assert held(cloud, jobs[two.id]).id == one.id
    assert held(cloud, jobs[one.id]).id == one.id


@pytest.mark.parametrize("status", ["failed", "cancelled"])
def test_a_winner_that_has_lost_since_the_list_cancels_nobody(status: str) -> None:
    """The list still shows it under way; asked by name it has ended."""
    cloud = sweden()
    eldest, own = start(cloud), start(cloud)
    account = cloud["sweden"]
    stale = account.jobs()
    account.end(eldest.id, status)
    account.jobs = lambda: stale  # type: ignore[method-assign]
    assert held(cloud, own).id == own.id
    assert account.job_list[own.id].status == "pending"


def test_finished_runs_never_take_part() -> None:
    cloud = sweden()
    eldest, own = start(cloud), start(cloud)
    cloud["sweden"].end(eldest.id, "failed")
    assert held(cloud, own).id == own.id
    assert statuses(cloud) == ["failed", "pending"]


def test_it_watches_until_its_own_run_is_listed() -> None:
    """A list that does not show our own run does not show a rival's either."""
    cloud = sweden()
    cloud["sweden"].lag = 4
    eldest, own = start(cloud), start(cloud)
    before = cloud["sweden"].calls["jobs"]
    assert held(cloud, own).id == eldest.id
    assert cloud["sweden"].calls["jobs"] - before == 5


def test_a_run_of_another_mark_is_no_rival() -> None:
    cloud = sweden()
    cloud["sweden"].create_job(RunRequest("gpt", "f", None, "r1ffffffffffffff-x", "supervised", {}, None, None))
    own = start(cloud)
    assert held(cloud, own).id == own.id
    assert statuses(cloud) == ["pending", "pending"]


@pytest.mark.parametrize(
    ("ends", "found", "why"),
    [
        (["", ""], 0, "the eldest under way"),
        (["failed", ""], 1, "a failed one is not adopted"),
        (["cancelled", ""], 1, "nor a cancelled one"),
        (["", "succeeded"], 1, "one that has succeeded before one that is under way"),
        (["failed", "cancelled"], None, "nothing to adopt"),
    ],
)
def test_which_run_is_adopted(ends: list[str], found: int | None, why: str) -> None:
    cloud = sweden()
    jobs = [start(cloud) for _ in ends]
    for job, status in zip(jobs, ends, strict=True):
        if status:
            cloud["sweden"].end(job.id, status)
    shared, _ = context(cloud, ESTATE)
    adopted = find_run(RUN, shared.targets["sweden"], shared)
    assert (adopted and adopted.id) == (None if found is None else jobs[found].id), why


def test_two_operators_pay_for_one_run_in_the_end() -> None:
    """Both looked before either had created; the next apply finds the duplicate and resolves it."""
    cloud = sweden()
    apply(cloud, ESTATE, wait=False)
    first = len(cloud["sweden"].job_list)
    start(cloud)
    cloud["sweden"].hold = True
    assert "cancel job.triage" in left_to_do(cloud, ESTATE)
    apply(cloud, ESTATE, wait=False)
    assert [j.status for j in cloud["sweden"].job_list.values()].count("cancelled") == 1
    assert len(cloud["sweden"].job_list) == first + 1
