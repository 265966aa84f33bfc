"""Keys that leave a deployment: our tags go, other fields stay and are named, what somebody else set is nobody's."""

from __future__ import annotations

from typing import Any

from reconciler.engine import operations
from reconciler.model.asked import Asked
from reconciler.model.marks import DeploymentMark
from reconciler.model.selection import Selection
from reconciler.planning.plan import Plan
from reconciler.planning.unset import Unset
from tests.support.accounts import Cloud
from tests.support.applies import apply, left_to_do
from tests.support.estate import CHAT, ESTATE, SORTER, edited, load_text

FULL = edited(
    ESTATE,
    ("{team: support}", "{team: support, cost: cc1}"),
    ("    capacity: 10\n", "    capacity: 10\n    content_filter: Microsoft.DefaultV2\n"),
)
BARE = edited(ESTATE, ("    capacity: 10\n", ""))
"""Without the tag `cost`, the filter, and a capacity."""


def live() -> Cloud:
    cloud = Cloud(load_text(FULL))
    apply(cloud, FULL)
    return cloud


def planned(cloud: Cloud, text: str) -> Plan:
    return operations.plan(cloud.world(load_text(text)), parallelism=1)


def raw(cloud: Cloud, name: str) -> dict[str, Any]:
    return cloud["sweden"].arm.raw[name]


def left(plan: Plan) -> dict[str, dict[str, Any]]:
    return {str(x.address): dict(x.fields) for x in plan.unset}


def test_a_tag_that_we_set_goes_and_the_rest_is_named() -> None:
    cloud = live()
    plan = planned(cloud, BARE)
    fields = {str(c.address): [(f.field, f.before, f.after) for f in c.fields] for c in plan.changes}
    assert fields[CHAT] == [("tags.cost", "cc1", None)]
    assert SORTER not in fields
    assert left(plan) == {SORTER: {"capacity": 10, "content_filter": "Microsoft.DefaultV2"}}
    apply(cloud, BARE)
    assert "cost" not in raw(cloud, "support-chat")["tags"]
    assert raw(cloud, "support-chat")["tags"]["team"] == "support"
    assert left_to_do(cloud, BARE) == []


def test_what_is_left_stays_named_whatever_else_is_written() -> None:
    """The record in the tags keeps it, as long as it has the value that we gave it."""
    cloud = live()
    more = edited(BARE, ("    model: {job: triage}\n", "    model: {job: triage}\n    tags: {a: b}\n"))
    apply(cloud, more)
    mark = DeploymentMark.read(raw(cloud, "triage")["tags"])
    assert mark is not None
    assert mark.applied is not None
    assert mark.applied["content_filter"] == "Microsoft.DefaultV2"
    assert left(planned(cloud, more)) == {SORTER: {"capacity": 10, "content_filter": "Microsoft.DefaultV2"}}
    raw(cloud, "triage")["properties"]["raiPolicyName"] = "Strict"
    assert left(planned(cloud, more)) == {SORTER: {"capacity": 10}}, "somebody else's value now"


def test_somebody_elses_tag_is_not_taken() -> None:
    cloud = live()
    raw(cloud, "support-chat")["tags"]["cost"] = "cc2"
    assert left_to_do(cloud, ESTATE) == ["change deployment.support-chat@chicago"]


def test_a_tag_in_another_spelling_is_the_same_tag() -> None:
    cloud = live()
    text = edited(FULL, ("cost: cc1", "Cost: cc1"))
    assert not any(f.after is None for c in planned(cloud, text).changes for f in c.fields)


def test_a_field_that_something_else_owns_is_not_left() -> None:
    ignored = edited(BARE, ("    model: {job: triage}\n", "    model: {job: triage}\n    ignore_drift: [capacity]\n"))
    assert left(planned(live(), ignored)) == {SORTER: {"content_filter": "Microsoft.DefaultV2"}}


def test_a_selection_names_what_it_takes() -> None:
    world = live().world(load_text(BARE))
    chosen = operations.plan(world, Asked(Selection((SORTER,))), parallelism=1)
    assert [str(x.address) for x in chosen.unset] == [SORTER]
    other = operations.plan(world, Asked(Selection((CHAT,))), parallelism=1)
    assert other.unset == ()


def test_drift_names_it_too() -> None:
    report = operations.drift(live().world(load_text(BARE)), parallelism=1)
    assert not report.drifted
    assert [type(x) for x in report.unset] == [Unset]
