"""Live names: each model's own with `strategy: versioned`, one deployment each, and those of earlier releases."""

from __future__ import annotations

import pytest

from reconciler.engine import operations
from reconciler.model import live_names
from reconciler.model.events import Result
from reconciler.planning.changes import Action
from tests.support.accounts import Cloud
from tests.support.applies import apply, carry_out, left_to_do
from tests.support.estate import ESTATE, edited, graph_of, load_text

MINI = edited(
    ESTATE,
    (
        "deployments:\n",
        "deployments:\n  base:\n    model: {name: gpt-4.1-mini, version: 2025-04-14}\n    sku: Standard\n"
        "    capacity: 1\n    strategy: versioned\n    targets: {sweden: {}}\n",
    ),
)
NANO = edited(MINI, ("name: gpt-4.1-mini,", "name: gpt-4.1-nano,"))
BASE = "deployment.base@sweden"
NEW, OLD = "base-gpt-4-1-mini-2025-04-14", "base-2025-04-14"


def test_models_of_one_day_have_names_of_their_own() -> None:
    cloud = Cloud(load_text(MINI))
    apply(cloud, MINI)
    apply(cloud, NANO)
    assert {NEW, "base-gpt-4-1-nano-2025-04-14"} <= cloud["sweden"].arm.raw.keys()
    assert left_to_do(cloud, NANO) == []


def under_the_old_name() -> Cloud:
    cloud = Cloud(load_text(MINI))
    apply(cloud, MINI)
    arm = cloud["sweden"].arm
    arm.raw[OLD] = {**arm.raw.pop(NEW), "name": OLD}
    return cloud


def test_what_an_earlier_release_deployed_goes_on_under_its_name() -> None:
    cloud = under_the_old_name()
    assert left_to_do(cloud, MINI) == []
    text = edited(MINI, ("    capacity: 1\n", "    capacity: 2\n"))
    assert apply(cloud, text).results == {BASE: Result.CHANGED}
    assert cloud["sweden"].arm.raw[OLD]["sku"]["capacity"] == 2
    assert NEW not in cloud["sweden"].arm.raw


def test_its_next_model_comes_beside_it() -> None:
    cloud = under_the_old_name()
    plan = operations.plan(cloud.world(load_text(NANO)), parallelism=1)
    (made,) = plan.changes
    assert (str(made.address), made.action) == (BASE, Action.CREATE)
    assert [o.live.name for o in plan.orphans] == [OLD]


def test_long_names_end_in_a_digest() -> None:
    one = live_names.versioned("a" * 47, "gpt-4.1-mini", "2025-04-14")
    two = live_names.versioned("a" * 47, "gpt-4.1-nano", "2025-04-14")
    assert len(one) == len(two) == 64
    assert one != two


def test_two_fine_tuned_ones_under_one_name() -> None:
    """One of them is named by hand as the other is by its mark; only the plan knows."""
    versioned = edited(ESTATE, ("    model: {job: triage}\n", "    model: {job: triage}\n    strategy: versioned\n"))
    name = next(d.name for d in graph_of(versioned).deployments.values() if d.address.name == "triage")
    text = edited(
        versioned,
        (
            "deployments:\n",
            f"deployments:\n  {name}:\n    model: {{job: triage}}\n    sku: Standard\n    targets: {{sweden: {{}}}}\n",
        ),
    )
    cloud = Cloud(load_text(text))
    story = apply(cloud, text)
    (told,) = [d for d in story.plan.diagnostics if d.code.id == "duplicate-name"]
    assert told.related, "the other place"
    blocked = [str(c.address) for c in story.plan.changes if c.action is Action.BLOCKED]
    assert blocked == [told.address]


def test_the_tags_of_another_deployment_are_respected() -> None:
    """Also where it came into being since the plan."""
    text = edited(
        ESTATE,
        (
            "deployments:\n",
            "deployments:\n  other:\n    model: {name: gpt-4.1, version: 2025-04-14}\n    sku: Standard\n"
            "    targets: {sweden: {}}\n",
        ),
    )
    cloud = Cloud(load_text(text))
    apply(cloud, text)
    arm = cloud["sweden"].arm
    arm.raw["other"]["tags"]["reconciler-address"] = "deployment.triage@sweden"
    world = cloud.world(load_text(text))
    (made,) = operations.plan(world, parallelism=1).changes
    assert (made.action, made.reason.text) == (
        Action.BLOCKED,
        "the live deployment belongs to deployment.triage@sweden",
    )
    stolen = arm.raw.pop("other")
    plan = operations.plan(world, parallelism=1)
    arm.raw["other"] = stolen
    arm.writes.clear()
    story = carry_out(cloud, world, plan)
    assert story.codes() == {"deployment.other@sweden": ["name-clash"]}
    assert arm.writes == []


@pytest.mark.parametrize("address", ["deployment.gone@sweden", "deployment.base@nordic", "nonsense"])
def test_an_address_that_the_specs_do_not_have_was_renamed(address: str) -> None:
    cloud = Cloud(load_text(ESTATE))
    apply(cloud, ESTATE)
    cloud["sweden"].arm.raw["triage"]["tags"]["reconciler-address"] = address
    assert left_to_do(cloud, ESTATE) == []
