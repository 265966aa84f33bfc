"""Three-way comparison of one deployment: what the spec wants, what was last applied, what is live."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.model.marks import DeploymentMark
from reconciler.model.observation import ObservedDeployment
from reconciler.planning.changes import Unknown
from reconciler.planning.diff import compare
from tests.support.answers import deployment

MODEL = "gpt-4.1-mini.ft-0-r10123456789abcd-x"


def live(**changes: Any) -> ObservedDeployment:
    fields = {"sku": "Standard", "capacity": 50, "tags": {}, "model": MODEL, "version": "1", "source": None} | changes
    model = {"name": fields["model"], "version": fields["version"], "source": fields["source"]}
    return deployment(
        {
            "name": "chat",
            "sku": {"name": fields["sku"], "capacity": fields["capacity"]},
            "tags": fields["tags"],
            "properties": {
                "model": model,
                "raiPolicyName": fields.get("filter"),
                "versionUpgradeOption": fields.get("upgrade"),
            },
        }
    )


def compared(
    wanted: dict[str, Any], seen: ObservedDeployment, applied: dict[str, Any] | None
) -> tuple[list[tuple[str, Any, Any]], list[tuple[str, Any, Any]], bool]:
    mark = DeploymentMark("acme", "deployment.chat@x", applied=applied) if applied is not None else None
    found = compare(wanted, seen, mark)
    return (
        [(f.field, f.before, f.after) for f in found.changes],
        [(f.field, f.before, f.after) for f in found.drift],
        found.stale_record,
    )


SAME: tuple[list[Any], list[Any], bool] = ([], [], False)
CAPACITY = [
    (50, 50, 50, SAME, "nobody moved"),
    (40, 50, 50, ([("capacity", 50, 40)], [], False), "the spec moved: a change"),
    (50, 50, 30, ([("capacity", 30, 50)], [("capacity", 50, 30)], False), "live moved: drift, put back"),
    (40, 50, 30, ([("capacity", 30, 40)], [("capacity", 50, 30)], False), "both moved apart"),
    (30, 50, 30, ([], [], True), "both moved together: only the record is old"),
]


@pytest.mark.parametrize(("spec", "applied", "now", "expected", "why"), CAPACITY)
def test_three_ways(spec: int, applied: int, now: int, expected: Any, why: str) -> None:
    assert compared({"capacity": spec}, live(capacity=now), {"capacity": applied}) == expected, why


def test_without_a_record_there_are_two_ways_and_the_cause_is_unknown() -> None:
    assert compared({"capacity": 50}, live(capacity=30), None) == ([("capacity", 30, 50)], [], False)
    assert not compare({"capacity": 50}, live(), None).cause_known


def test_a_field_that_the_record_does_not_have_is_no_drift() -> None:
    assert compared({"capacity": 50}, live(capacity=30), {"sku": "Standard"}) == ([("capacity", 30, 50)], [], False)


def test_only_fields_that_the_spec_sets_count() -> None:
    """What the spec leaves out is the service's business, whatever was applied once."""
    assert compared({"capacity": 50}, live(sku="Changed", filter="X"), {"capacity": 50, "sku": "Standard"}) == SAME


SPELLED = [
    ({"sku": "GlobalStandard"}, live(sku="globalstandard"), "SKUs have no case"),
    ({"model": MODEL}, live(model=MODEL.replace("gpt", "GPT")), "models have no case"),
    ({"content_filter": "Microsoft.DefaultV2"}, live(filter="microsoft.defaultv2"), "policies have no case"),
    ({"source": "/Subscriptions/A/"}, live(source="/subscriptions/a"), "ids have no case and no slash at the end"),
    ({"tags.Team": "x"}, live(tags={"team": "x"}), "keys of tags have no case"),
    ({"model": "gpt-4.1-mini@2025-04-14"}, live(model="gpt-4.1-mini", version="2025-04-14"), "a base model"),
    ({"model": "gpt-3.5-turbo@0125"}, live(model="gpt-35-turbo", version="0125"), "Azure's spelling of it"),
    ({"version_upgrade": "NoAutoUpgrade"}, live(upgrade="noautoupgrade"), "the upgrade option has no case"),
]


@pytest.mark.parametrize(("wanted", "seen", "why"), SPELLED)
def test_spelling_is_no_difference(wanted: dict[str, Any], seen: ObservedDeployment, why: str) -> None:
    assert compared(wanted, seen, wanted) == SAME, why


DIFFERENT = [
    ({"tags.team": "x"}, live(tags={"team": "X"}), "values of tags have case"),
    ({"tags.team": "x"}, live(), "a tag that is gone"),
    ({"model": "gpt-4.1-mini@2025-04-14"}, live(model="gpt-4.1-mini", version="2026-01-01"), "another version"),
    ({"capacity": 50}, live(capacity=None), "no capacity at all"),
    ({"model": Unknown.AFTER_TRAINING}, live(), "a model that is not known yet is another one"),
]


@pytest.mark.parametrize(("wanted", "seen", "why"), DIFFERENT)
def test_what_is_a_difference(wanted: dict[str, Any], seen: ObservedDeployment, why: str) -> None:
    changes, _, _ = compared(wanted, seen, None)
    assert [c[0] for c in changes] == list(wanted), why


def test_tags_of_others_are_no_difference() -> None:
    assert compared({"tags.team": "x"}, live(tags={"team": "x", "cost": "7"}), {"tags.team": "x"}) == SAME
