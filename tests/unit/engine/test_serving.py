"""The deployment step: which writes, in which order, and what stands on the live object afterwards."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.engine import operations
from reconciler.model.asked import Asked
from reconciler.model.events import Result
from reconciler.model.marks import DeploymentMark
from reconciler.model.observation import ObservedDeployment
from reconciler.providers.base import Pace
from reconciler.providers.errors import ServiceError
from tests.support.accounts import Cloud
from tests.support.applies import Impatient, Story, apply, carry_out, left_to_do
from tests.support.estate import ESTATE, edited, load_text


def live() -> Cloud:
    cloud = Cloud(load_text(ESTATE))
    apply(cloud, ESTATE)
    for account in cloud.accounts.values():
        account.arm.writes.clear()
    return cloud


def sent(cloud: Cloud, target: str) -> list[tuple[str, dict[str, Any]]]:
    return [(method, body) for method, name, body in cloud[target].arm.writes if name == "support-chat"]


def test_a_create_takes_everything_at_once() -> None:
    cloud = Cloud(load_text(ESTATE))
    apply(cloud, ESTATE)
    ((method, body),) = sent(cloud, "chicago")
    model = body["properties"]["model"]
    assert (method, body["sku"]) == ("PUT", {"name": "GlobalStandard", "capacity": 20})
    assert model["source"].endswith("/accounts/acme-sweden"), "it comes from the account that trained it"
    mark = DeploymentMark.read(body["tags"])
    assert mark is not None
    assert (mark.estate, mark.address, body["tags"]["team"]) == ("acme", "deployment.support-chat@chicago", "support")
    assert mark.applied == {
        "model": model["name"],
        "source": model["source"],
        "sku": "GlobalStandard",
        "capacity": 20,
        "tags.team": "support",
    }


def test_the_source_stays_at_home_where_the_model_does() -> None:
    cloud = Cloud(load_text(ESTATE))
    apply(cloud, ESTATE)
    ((_, body),) = sent(cloud, "sweden")
    assert "source" not in body["properties"]["model"]


def test_model_and_capacity_go_as_two_writes() -> None:
    cloud = live()
    older = ("    model: {chain: support}", "    model: {chain: support, stage: 2026-01}")
    apply(cloud, edited(ESTATE, older, ("capacity: 20", "capacity: 40")))
    (first, one), (second, two) = sent(cloud, "chicago")
    assert (first, one["sku"]["capacity"]) == ("PUT", 20), "the model first, under the old capacity"
    assert (second, two["sku"]["capacity"], "properties" in two) == ("PATCH", 40, False)


def test_tags_alone_go_alone() -> None:
    cloud = live()
    apply(cloud, edited(ESTATE, ("{team: support}", "{team: care}")))
    ((method, body),) = sent(cloud, "sweden")
    assert (method, set(body), body["tags"]["team"]) == ("PATCH", {"tags"}, "care")


def test_a_record_that_lags_behind_is_renewed_and_nothing_else() -> None:
    cloud = live()
    raw = cloud["chicago"].arm.raw["support-chat"]
    raw["sku"] = {**raw["sku"], "capacity": 40}
    text = edited(ESTATE, ("capacity: 20", "capacity: 40"))
    apply(cloud, text)
    ((method, body),) = sent(cloud, "chicago")
    assert (method, set(body)) == ("PATCH", {"tags"})
    assert left_to_do(cloud, text) == []


def test_what_the_portal_added_survives() -> None:
    cloud = live()
    raw = cloud["sweden"].arm.raw["support-chat"]
    raw["tags"]["owner"] = "ana"
    raw["properties"]["fromTheFuture"] = {"kept": True}
    text = edited(ESTATE, ("{n_epochs: 2}", "{n_epochs: 4}"))
    apply(cloud, text)
    after = cloud["sweden"].arm.raw["support-chat"]
    assert (after["tags"]["owner"], after["properties"]["fromTheFuture"]) == ("ana", {"kept": True})


def test_protection_is_lifted_only_by_saying_so() -> None:
    protected = edited(ESTATE, ("    capacity: 10", "    capacity: 10\n    protect: true"))
    cloud = live()
    apply(cloud, protected)

    def is_protected() -> bool:
        mark = DeploymentMark.read(cloud["sweden"].arm.raw["triage"]["tags"])
        return bool(mark and mark.protect)

    assert is_protected()
    apply(cloud, edited(ESTATE, ("    capacity: 10", "    capacity: 12")))
    assert is_protected(), "the key has left the spec, the protection has not left the object"
    apply(cloud, edited(protected, ("protect: true", "protect: false")))
    assert not is_protected()


def test_a_failed_deployment_is_written_whole() -> None:
    cloud = live()
    raw = cloud["sweden"].arm.raw["support-chat"]
    raw["properties"] = {**raw["properties"], "provisioningState": "Failed"}
    apply(cloud, ESTATE)
    ((method, body),) = sent(cloud, "sweden")
    assert (method, body["sku"]["capacity"]) == ("PUT", 50)
    assert left_to_do(cloud, ESTATE) == []


def test_a_record_that_gets_shorter_leaves_no_part_behind() -> None:
    """Parts of the old record behind the new one would make it unreadable, and every plan would renew it."""
    cloud = live()
    long, short = (edited(ESTATE, ("{team: support}", f"{{team: support, note: {n * 'x'}}}")) for n in (250, 1))
    apply(cloud, long)
    longest = len(cloud["sweden"].arm.raw["support-chat"]["tags"])
    apply(cloud, short)
    assert len(cloud["sweden"].arm.raw["support-chat"]["tags"]) < longest
    assert left_to_do(cloud, short) == []


def test_what_something_else_owns_outlives_a_deployment_that_is_made_anew() -> None:
    cloud = live()
    cloud["chicago"].arm.raw["support-chat"]["sku"]["capacity"] = 33
    owned = edited(ESTATE, ("    capacity: 50\n", "    capacity: 50\n    ignore_drift: [capacity, tags]\n"))
    assert left_to_do(cloud, owned) == []
    anew = edited(
        owned,
        ("{n_epochs: 2}", "{n_epochs: 4}"),
        ("    sku: Standard\n", "    sku: Standard\n    strategy: recreate\n"),
    )
    apply(cloud, anew)
    (*_, (method, body)) = sent(cloud, "chicago")
    assert (method, body["sku"]["capacity"], body["tags"]["team"]) == ("PUT", 33, "support")
    assert left_to_do(cloud, anew) == []


CHAT_US = "deployment.support-chat@chicago"


def later(cloud: Cloud, text: str, stop: Impatient) -> Story:
    world = cloud.world(load_text(text), pace=Pace(settle=0.0, heard=0.0))
    return carry_out(cloud, world, operations.plan(world, parallelism=1), stop=stop)


def reads(cloud: Cloud, seen: Any) -> None:
    """Let reads of a deployment answer what `seen` makes of the call's number and the true answer."""
    serving, calls = cloud["chicago"].serving, [0]
    real = serving.deployment

    def read(name: str) -> ObservedDeployment | None:
        calls[0] += 1
        found: ObservedDeployment | None = seen(calls[0], real(name))
        return found

    serving.deployment = read  # type: ignore[method-assign]


def test_a_deployment_that_is_not_shown_right_after_its_create_is_looked_for_again() -> None:
    cloud = Cloud(load_text(ESTATE))
    reads(cloud, lambda n, live: None if n < 7 else live)
    story = later(cloud, ESTATE, Impatient())
    assert story.results[CHAT_US] is Result.CREATED
    assert any("is written and not shown yet, 30 s at most" in w for w in story.waited(CHAT_US))


def test_one_that_is_never_shown_is_an_error_after_the_settle_time() -> None:
    cloud, stop = Cloud(load_text(ESTATE)), Impatient()
    reads(cloud, lambda _n, _live: None)
    assert later(cloud, ESTATE, stop).codes()[CHAT_US] == ["service-unchanged"]
    assert 30 <= stop.now() < 400


def test_a_deployment_that_never_settles_is_given_up_with_its_state_and_writer() -> None:
    cloud, stop = live(), Impatient()
    raw = cloud["chicago"].arm.raw["support-chat"]
    raw["properties"]["provisioningState"] = "Updating"
    raw["systemData"] = {"lastModifiedBy": "ana@acme.example", "lastModifiedAt": "2026-11-30"}
    story = later(cloud, edited(ESTATE, ("capacity: 20", "capacity: 40")), stop)
    assert story.codes()[CHAT_US] == ["service-unsettled"]
    told = next(o.diagnostics[0].detail for o in story.outcomes if o.step == CHAT_US)
    assert "support-chat is Updating for 30 min, 30 min at most, last written by ana@acme.example" in told
    assert len(story.waited(CHAT_US)) == 6, "told when it begins, and at each sixth of its time"
    assert stop.now() < 2500
    assert cloud["chicago"].arm.writes == []


@pytest.mark.parametrize("gone", [True, False])
def test_a_deleted_deployment_is_waited_for_until_it_is_gone(gone: bool) -> None:
    cloud, stop = live(), Impatient()
    last = cloud["chicago"].serving.deployment("support-chat")
    removed = edited(ESTATE, ("      chicago: {capacity: 20, sku: GlobalStandard}\n", ""))
    world = cloud.world(load_text(ESTATE), pace=Pace(settle=0.0, heard=0.0))
    made = operations.plan(cloud.world(load_text(removed)), Asked(prune=True), 1)
    reads(cloud, lambda n, now: last if n < 9 or not gone else now)
    story = carry_out(cloud, world, made, stop=stop)
    step = next(s for s in story.results if s.startswith(CHAT_US))
    assert story.results[step] is (Result.DESTROYED if gone else Result.FAILED)
    assert story.codes().get(step, []) == ([] if gone else ["service-unsettled"])
    assert any("is deleted and still shown (Succeeded), 30 min at most" in w for w in story.waited(step))


def test_an_account_that_stays_busy_is_given_up() -> None:
    cloud, stop = live(), Impatient()
    cloud["chicago"].arm.refuse = lambda _method, _name: ServiceError("busy", status=409, code="RequestConflict")
    story = later(cloud, edited(ESTATE, ("capacity: 20", "capacity: 40")), stop)
    assert story.codes()[CHAT_US] == ["service-conflict"]
    assert 1000 < stop.now() < 2000
