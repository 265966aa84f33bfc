"""The deployment step: which writes, in which order, and what stands on the live object afterwards."""

from __future__ import annotations

from typing import Any

from reconciler.model.marks import DeploymentMark
from tests.support.accounts import Cloud
from tests.support.applies import apply, left_to_do
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
    apply(cloud, edited(ESTATE, ("{n_epochs: 2}", "{n_epochs: 4}"), ("capacity: 20", "capacity: 40")))
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
