"""Saved plans: when one still holds, and when a new one would do something that nobody approved."""

from __future__ import annotations

import copy
from typing import Any

import orjson
import pytest

from reconciler.engine import operations
from reconciler.plan.planfile import staleness, to_json
from tests.support.accounts import Cloud
from tests.support.applies import apply
from tests.support.estate import CHAT_US, ESTATE, TRIAGE, edited, load_text
from tests.support.live import build

GREW = edited(ESTATE, ("capacity: 20", "capacity: 40"))


def saved(cloud: Cloud, text: str, contents: dict[str, str] | None = None) -> dict[str, Any]:
    """A plan as it is read back from its file."""
    made = operations.plan(cloud.world(load_text(text), contents), parallelism=1)
    shown: dict[str, Any] = orjson.loads(orjson.dumps(to_json(made, [], root="specs", version="test")))
    return shown


def changed(differences: list[str]) -> set[str]:
    return {line.split(":")[0] for line in differences}


def test_a_plan_holds_while_nothing_moves() -> None:
    cloud = Cloud(load_text(ESTATE))
    assert staleness(saved(cloud, ESTATE), saved(cloud, ESTATE)) == []


def test_what_is_done_or_under_way_is_progress() -> None:
    """A killed `apply FILE` can be run again."""
    cloud = Cloud(load_text(ESTATE))
    plan = saved(cloud, ESTATE)
    for account in cloud.accounts.values():
        account.hold = True
    apply(cloud, ESTATE, wait=False)
    assert staleness(plan, saved(cloud, ESTATE)) == [], "submitted"
    for account in cloud.accounts.values():
        account.hold = False
    for _ in range(4):
        apply(cloud, ESTATE, wait=False)
        assert staleness(plan, saved(cloud, ESTATE)) == [], "and further"
    assert saved(cloud, ESTATE)["resource_changes"] == []


MOVES: list[tuple[str, str, set[str], str]] = [
    (GREW, edited(ESTATE, ("capacity: 20", "capacity: 41")), {CHAT_US}, "another value"),
    (ESTATE, GREW, {CHAT_US}, "an action more"),
    (GREW, ESTATE, set(), "an action less"),
    (GREW, edited(GREW, ("training: tickets", "training: tickets\n    seed: 1")), {TRIAGE}, "a run more"),
]


@pytest.mark.parametrize(("old", "new", "expected", "why"), MOVES)
def test_the_specs_move(old: str, new: str, expected: set[str], why: str) -> None:
    cloud = build(ESTATE, "converged", [])
    found = changed(staleness(saved(cloud, old), saved(cloud, new)))
    assert found - {"deployment.triage@sweden"} == expected, why


def test_other_training_data_is_another_run_under_the_same_address() -> None:
    cloud = Cloud(load_text(ESTATE))
    differences = staleness(saved(cloud, ESTATE), saved(cloud, ESTATE, {"tickets": "a changed word"}))
    assert changed(differences) == {TRIAGE}


def test_drift_since_the_plan_is_told() -> None:
    plan = saved(build(ESTATE, "converged", []), GREW)
    drifted = [{"deployment": "triage@sweden", "capacity": 99}]
    assert changed(staleness(plan, saved(build(ESTATE, "converged", drifted), GREW))) == {"deployment.triage@sweden"}


def test_an_emptied_plan_approves_nothing() -> None:
    plan = saved(Cloud(load_text(ESTATE)), ESTATE)
    tampered = copy.deepcopy(plan)
    tampered["resource_changes"] = []
    assert len(staleness(tampered, plan)) == len(plan["resource_changes"])


def test_the_digest_is_of_the_specs_and_not_of_the_clock() -> None:
    cloud = Cloud(load_text(ESTATE))
    one, two = saved(cloud, ESTATE), saved(cloud, "# moved\n\n" + ESTATE)
    assert one["digest"]["specs"] == two["digest"]["specs"] != saved(cloud, GREW)["digest"]["specs"]


def test_readers_of_terraform_find_their_way() -> None:
    plan = saved(Cloud(load_text(ESTATE)), ESTATE)
    assert plan["format_version"] == "1.0"
    by_address = {c["address"]: c for c in plan["resource_changes"]}
    change = by_address[CHAT_US]["change"]
    assert (change["actions"], change["before"], change["after_unknown"]) == (["create"], None, {"model": True})
    assert change["after"]["capacity"] == 20
    assert by_address[TRIAGE]["action_reason"] == "absent"
