"""The parts of a plan, made on several machines, are one plan again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from reconciler.engine import operations
from reconciler.model.asked import WHOLE, Asked
from reconciler.model.selection import Selection
from reconciler.planning.covering import with_changes
from reconciler.planning.merging import merge
from reconciler.planning.planformat import PlanDocument
from tests.support.accounts import Cloud
from tests.support.estate import ESTATE, edited, load_text
from tests.support.live import build
from tests.support.plans import document

# Nothing in chicago needs anything from sweden, so that each can be planned alone.
APART = edited(
    ESTATE,
    ("jobs:\n", "jobs:\n  local: {target: chicago, base_model: gpt-4.1-nano-2025-04-14, training: tickets}\n"),
    ("      chicago: {capacity: 20, sku: GlobalStandard}\n", ""),
)


CHICAGO = ESTATE[ESTATE.index("  chicago:") : ESTATE.index("\ndatasets:")]


def planned(cloud: Cloud, *targets: str, text: str = APART, **asked: Any) -> PlanDocument:
    how = Asked(Selection(targets=targets), **asked) if targets or asked else WHOLE
    return document(operations.plan(cloud.world(load_text(text)), how, 1), how)


def without_asked(plan: PlanDocument) -> Mapping[str, Any]:
    return {key: value for key, value in plan.as_json().items() if key not in ("asked", "observed_at")}


HAPPENINGS: list[list[dict[str, Any]]] = [
    [],
    [{"deployment": "support-chat@sweden", "capacity": 30}, {"run": "triage", "status": "failed"}],
    [{"target": "chicago", "unreadable": True}],
]


@pytest.mark.parametrize("since", HAPPENINGS)
@pytest.mark.parametrize("live", ["nothing", "converged"])
def test_the_parts_of_a_plan_are_the_whole_plan(live: str, since: list[dict[str, Any]]) -> None:
    if live == "nothing" and since[:1] and "target" not in since[0]:
        since = []

    def cloud() -> Cloud:
        return build(APART, live, since)

    whole = planned(cloud())
    for order in (("sweden", "chicago"), ("chicago", "sweden")):
        merged = merge([planned(cloud(), name) for name in order])
        assert without_asked(merged) == without_asked(whole)
        assert merged.asked.target == (), "every target has its part"


def test_one_part_is_itself() -> None:
    part = planned(Cloud(load_text(APART)), "sweden")
    assert merge([part]) is part


def test_parts_that_leave_a_target_out_say_so() -> None:
    oslo = edited(CHICAGO, ("chicago", "oslo"), ("22222222", "33333333"))
    text = edited(APART, (CHICAGO, CHICAGO + oslo))
    cloud = Cloud(load_text(text))
    merged = merge([planned(cloud, name, text=text) for name in ("sweden", "oslo")])
    assert merged.asked.target == ("oslo", "sweden")


def test_the_oldest_look_counts() -> None:
    cloud = Cloud(load_text(APART))
    parts = [planned(cloud, "sweden"), planned(cloud, "chicago").model_copy(update={"observed_at": 7})]
    assert merge(parts).observed_at == 7


def test_parts_that_show_one_thing_must_agree_on_it() -> None:
    cloud = Cloud(load_text(APART))
    sweden, chicago = planned(cloud, "sweden"), planned(cloud, "chicago")
    (shared, *_) = sweden.resource_changes
    both = with_changes(chicago, [*chicago.resource_changes, shared])
    assert without_asked(merge([sweden, both]))["resource_changes"] == without_asked(planned(cloud))["resource_changes"]
    other = shared.model_copy(update={"change": shared.change.model_copy(update={"after": {"digest": "0"}})})
    with pytest.raises(ValueError, match=f"they differ on {shared.address}"):
        merge([sweden, with_changes(chicago, [*chicago.resource_changes, other])])


def test_what_does_not_belong_together_is_refused() -> None:
    cloud = Cloud(load_text(APART))
    sweden = planned(cloud, "sweden")
    other = edited(APART, ("capacity: 50", "capacity: 51"))
    estate = edited(APART, ("estate: acme", "estate: other"))
    refused = {
        "whole estate": planned(cloud),
        "target sweden": planned(cloud, "sweden", "chicago"),
        "different specs": planned(cloud, "chicago", text=other),
        "different options": planned(cloud, "chicago", prune=True),
        "of the estate": planned(Cloud(load_text(estate)), "chicago", text=estate),
    }
    for words, part in refused.items():
        for parts in ([sweden, part], [part, sweden]):
            with pytest.raises(ValueError, match=words):
                merge(parts)
