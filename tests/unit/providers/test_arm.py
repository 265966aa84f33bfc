"""Deployments: read in every shape, written from the raw live object so that nothing unknown is lost."""

from __future__ import annotations

import re
from typing import Any

import pytest

from reconciler.model.observation import JobError
from reconciler.providers.arm import put_body
from reconciler.providers.base import DeploymentWrite
from reconciler.providers.decoding import NotWhole
from tests.support.answers import deployment
from tests.support.arm import ArmMemory

ID = "/subscriptions/s/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts/a"
RAW: dict[str, Any] = {
    "id": f"{ID}/deployments/chat",
    "name": "chat",
    "type": "Microsoft.CognitiveServices/accounts/deployments",
    "etag": "x",
    "systemData": {"createdBy": "ana", "lastModifiedBy": "ben", "lastModifiedAt": "2026-01-01"},
    "sku": {"name": "Standard", "capacity": 50, "tier": "t"},
    "tags": {"team": "support"},
    "properties": {
        "model": {"format": "OpenAI", "name": "gpt-4.1-mini.ft-0", "version": "1", "source": "/accounts/other"},
        "provisioningState": "Succeeded",
        "rateLimits": [{"count": 50}],
        "raiPolicyName": "Microsoft.DefaultV2",
        "versionUpgradeOption": "NoAutoUpgrade",
        "fromTheFuture": {"kept": True},
    },
}
LIVE = deployment(RAW)


def test_a_whole_deployment() -> None:
    assert (LIVE.name, LIVE.model_name, LIVE.source, LIVE.sku, LIVE.capacity) == (
        "chat",
        "gpt-4.1-mini.ft-0",
        "/accounts/other",
        "Standard",
        50,
    )
    assert (LIVE.content_filter, LIVE.version_upgrade) == ("Microsoft.DefaultV2", "NoAutoUpgrade")
    assert (LIVE.modified_by, LIVE.modified_at, LIVE.settled) == ("ben", "2026-01-01", True)


@pytest.mark.parametrize("capacity", [{"capacity": None}, {}])
def test_a_deployment_without_a_capacity(capacity: Any) -> None:
    assert deployment({**RAW, "sku": {"name": "DeveloperTier", **capacity}}).capacity is None


@pytest.mark.parametrize(
    ("said", "state", "settled"),
    [("succeeded", "Succeeded", True), ("CANCELLED", "Canceled", True), ("Creating", "Creating", False)],
)
def test_states_have_no_case(said: str, state: str, settled: bool) -> None:
    live = deployment({**RAW, "properties": {**RAW["properties"], "provisioningState": said}})
    assert (live.provisioning_state, live.settled) == (state, settled)


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        ({"code": "A", "message": "m"}, JobError("A", "m")),
        ({"code": {"a": 1}, "message": "m"}, JobError("", "m")),
        ({}, None),
        (None, None),
        (["x"], None),
    ],
)
def test_why_a_deployment_failed(error: Any, failure: JobError | None) -> None:
    live = deployment({**RAW, "properties": {**RAW["properties"], "provisioningError": error}})
    assert live.failure == failure


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"sku": {"name": "Standard", "capacity": "many"}}, "`capacity` of `sku` of a deployment is a text"),
        ({"sku": ["Standard"]}, "`sku` of a deployment is a list"),
        ({"sku": None}, "`sku` of a deployment is null"),
        ({"sku": {"capacity": 1}}, "`sku` of a deployment has no `name`"),
        ({"name": None}, "has no `name`"),
        ({"tags": {"reconciler-estate": ["x"]}}, "`tags.reconciler-estate` of a deployment is a list"),
        ({"tags": "x"}, "`tags` of a deployment is a text"),
        ({"properties": {**RAW["properties"], "model": None}}, "`model` of `properties` of a deployment is null"),
        ({"properties": {**RAW["properties"], "model": {}}}, "has no `name`"),
        ({"properties": {**RAW["properties"], "provisioningState": None}}, "has no `provisioningState`"),
        ({"properties": {**RAW["properties"], "raiPolicyName": 7}}, "`raiPolicyName` of"),
    ],
)
def test_what_a_decision_rests_on_must_be_there(change: dict[str, Any], says: str) -> None:
    with pytest.raises(NotWhole, match=re.escape(says)):
        deployment({**RAW, **change})


def test_what_is_only_shown_is_left_out() -> None:
    bare = deployment({**RAW, "tags": None, "systemData": ["x"], "id": 7})
    assert (bare.modified_by, dict(bare.tags), bare.mark, bare.id) == ("", {}, None, "")


def test_a_put_keeps_what_it_does_not_know_and_leaves_out_what_is_read_only() -> None:
    body = put_body({"capacity": 20}, {}, {"team": "other"}, LIVE)
    assert body == {
        "sku": {"name": "Standard", "capacity": 20},
        "tags": {"team": "other"},
        "properties": {
            "model": RAW["properties"]["model"],
            "raiPolicyName": "Microsoft.DefaultV2",
            "versionUpgradeOption": "NoAutoUpgrade",
            "fromTheFuture": {"kept": True},
        },
    }


def test_the_model_of_another_account_names_it() -> None:
    named = {"format": "Meta", "name": "Llama.ft-0", "version": "1"}
    body = put_body({"model": "Llama.ft-0", "source": "/accounts/a"}, named, {}, LIVE)
    assert body["properties"]["model"] == {**named, "source": "/accounts/a"}


WRITES = [
    ({}, "PATCH", "tags alone"),
    ({"capacity": 1}, "PATCH", "capacity"),
    ({"sku": "GlobalStandard", "capacity": 1}, "PATCH", "SKU and capacity"),
    ({"content_filter": "Own"}, "PUT", "everything else"),
    ({"model": "gpt-4.1-mini@2025-04-14"}, "PUT", "a model"),
]


@pytest.mark.parametrize(("fields", "method", "why"), WRITES)
def test_how_much_is_sent(fields: dict[str, Any], method: str, why: str) -> None:
    memory = ArmMemory(ID, "swedencentral")
    memory.raw["chat"] = RAW
    memory.serving().write("chat", DeploymentWrite(fields, {"own": "tag"}), LIVE)
    ((sent, name, body),) = memory.writes
    assert (sent, name) == (method, "chat"), why
    assert body["tags"] == {"team": "support", "own": "tag"}, "tags of others are left alone"


def test_a_deployment_that_is_not_there() -> None:
    assert ArmMemory(ID, "swedencentral").serving().deployment("chat") is None
