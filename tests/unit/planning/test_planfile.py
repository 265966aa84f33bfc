"""Saved plans: when one still holds, and when a new one would do something that nobody approved."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from reconciler.engine import operations
from reconciler.planning.plan import Plan
from reconciler.planning.planformat import PlanDocument, changes_digest, read_saved
from reconciler.planning.staleness import staleness
from tests.support import plans
from tests.support.accounts import Cloud
from tests.support.applies import apply
from tests.support.estate import CHAT_US, ESTATE, FIRST, SECOND, TRIAGE, edited, load_text
from tests.support.live import build

GREW = edited(ESTATE, ("capacity: 20", "capacity: 40"))


def planned(cloud: Cloud, text: str, contents: dict[str, str] | None = None) -> Plan:
    return operations.plan(cloud.world(load_text(text), contents), parallelism=1)


def written(cloud: Cloud, text: str) -> dict[str, Any]:
    shown: dict[str, Any] = orjson.loads(plans.written(planned(cloud, text)))
    return shown


def saved(cloud: Cloud, text: str) -> PlanDocument:
    """A plan as it is read back from its file."""
    return read_saved(orjson.dumps(written(cloud, text)))


def changed(differences: list[tuple[str, str]]) -> set[str]:
    return {address for address, _ in differences}


def test_a_plan_holds_while_nothing_moves() -> None:
    cloud = Cloud(load_text(ESTATE))
    assert staleness(saved(cloud, ESTATE), planned(cloud, ESTATE)) == []


def test_what_is_done_or_under_way_is_progress() -> None:
    """A killed `apply FILE` can be run again."""
    cloud = Cloud(load_text(ESTATE))
    plan = saved(cloud, ESTATE)
    for account in cloud.accounts.values():
        account.hold = True
    apply(cloud, ESTATE, wait=False)
    assert staleness(plan, planned(cloud, ESTATE)) == [], "submitted"
    for account in cloud.accounts.values():
        account.hold = False
    for _ in range(4):
        apply(cloud, ESTATE, wait=False)
        assert staleness(plan, planned(cloud, ESTATE)) == [], "and further"
    assert planned(cloud, ESTATE).changes == ()


MOVES: list[tuple[str, str, set[str], str]] = [
    (GREW, edited(ESTATE, ("capacity: 20", "capacity: 41")), {CHAT_US}, "another value"),
    (ESTATE, GREW, {CHAT_US}, "an action more"),
    (GREW, ESTATE, set(), "an action less"),
    (GREW, edited(GREW, ("training: tickets", "training: tickets\n    seed: 1")), {TRIAGE}, "a run more"),
]


@pytest.mark.parametrize(("old", "new", "expected", "why"), MOVES)
def test_the_specs_move(old: str, new: str, expected: set[str], why: str) -> None:
    cloud = build(ESTATE, "converged", [])
    found = changed(staleness(saved(cloud, old), planned(cloud, new)))
    assert found - {"deployment.triage@sweden"} == expected, why


def test_other_training_data_is_another_run_under_the_same_address() -> None:
    cloud = Cloud(load_text(ESTATE))
    differences = staleness(saved(cloud, ESTATE), planned(cloud, ESTATE, {"tickets": "a changed word"}))
    assert changed(differences) == {TRIAGE}


def test_drift_since_the_plan_is_told() -> None:
    plan = saved(build(ESTATE, "converged", []), GREW)
    drifted = [{"deployment": "triage@sweden", "capacity": 99}]
    assert changed(staleness(plan, planned(build(ESTATE, "converged", drifted), GREW))) == {"deployment.triage@sweden"}


def test_an_emptied_plan_approves_nothing() -> None:
    cloud = Cloud(load_text(ESTATE))
    shown = written(cloud, ESTATE)
    emptied = shown | {"resource_changes": []}
    with pytest.raises(ValueError, match="altered"):
        read_saved(orjson.dumps(emptied))
    signed = emptied | {"digest": shown["digest"] | {"changes": changes_digest("acme", [])}}
    plan = planned(cloud, ESTATE)
    assert len(staleness(read_saved(orjson.dumps(signed)), plan)) == len(plan.changes)


def test_the_digest_is_of_the_specs_and_not_of_the_clock() -> None:
    cloud = Cloud(load_text(ESTATE))
    one, two = written(cloud, ESTATE), written(cloud, "# moved\n\n" + ESTATE)
    assert one["digest"]["specs"] == two["digest"]["specs"] != written(cloud, GREW)["digest"]["specs"]


def test_readers_of_terraform_find_their_way() -> None:
    plan = written(Cloud(load_text(ESTATE)), ESTATE)
    assert plan["format_version"] == "1.0"
    by_address = {c["address"]: c for c in plan["resource_changes"]}
    change = by_address[CHAT_US]["change"]
    assert (change["actions"], change["before"], change["after_unknown"]) == (["create"], None, {"model": True})
    assert change["after"]["capacity"] == 20
    assert by_address[TRIAGE]["action_reason"] == "new"


def test_what_moved_is_told_in_words() -> None:
    cloud = build(ESTATE, "converged", [])
    moved = [
        ("{name: 2026-01, training: january}", "{name: 2026-01, training: january, seed: 3}"),
        ("capacity: 20", "capacity: 41"),
    ]
    older = edited(ESTATE, ("{name: 2026-01, training: january}", "{name: 2026-01, training: january, generation: 2}"))
    told = dict(
        staleness(saved(cloud, edited(older, ("capacity: 20", "capacity: 40"))), planned(cloud, edited(ESTATE, *moved)))
    )
    assert told[FIRST] == "generation is 1 now, 2 was approved; seed is 3 now, nothing was approved"
    assert told[SECOND] == "the run that it starts from is another one"
    assert told[CHAT_US] == "capacity is 41 now, 40 was approved"
    assert staleness(saved(cloud, ESTATE), planned(cloud, GREW)) == [
        (CHAT_US, "change is new, because capacity changed")
    ]
