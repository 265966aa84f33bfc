"""Deployments: read in every shape, written from the raw live object so that nothing unknown is lost."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.providers.arm import put_body, read_deployment
from reconciler.providers.base import DeploymentWrite
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
LIVE = read_deployment(RAW)


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


@pytest.mark.parametrize(
    ("sku", "capacity"),
    [({"capacity": "50"}, 50), ({"capacity": None}, None), ({}, None), (None, None), ({"capacity": "many"}, None)],
)
def test_a_capacity_of_any_type(sku: Any, capacity: int | None) -> None:
    assert read_deployment({"name": "x", "sku": sku}).capacity == capacity


def test_a_deployment_with_nothing_in_it() -> None:
    bare = read_deployment({"name": "x", "properties": None, "tags": None, "systemData": None})
    assert (bare.model_name, bare.sku, dict(bare.tags), bare.mark) == ("", "", {}, None)


def test_a_put_keeps_what_it_does_not_know_and_leaves_out_what_is_read_only() -> None:
    body = put_body({"capacity": 20}, {"team": "other"}, LIVE)
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


@pytest.mark.parametrize(
    ("model", "source", "wire", "why"),
    [
        (
            "gpt-4.1-mini@2025-04-14",
            None,
            {"format": "OpenAI", "name": "gpt-4.1-mini", "version": "2025-04-14"},
            "a base model",
        ),
        ("gpt-4.1-mini.ft-0", None, {"format": "OpenAI", "name": "gpt-4.1-mini.ft-0", "version": "1"}, "fine-tuned"),
        (
            "gpt-4.1-mini.ft-0",
            "/accounts/a",
            {"format": "OpenAI", "name": "gpt-4.1-mini.ft-0", "version": "1", "source": "/accounts/a"},
            "from another account",
        ),
    ],
)
def test_models_on_the_wire(model: str, source: str | None, wire: dict[str, str], why: str) -> None:
    fields = {"model": model} | ({"source": source} if source else {})
    assert put_body(fields, {}, LIVE)["properties"]["model"] == wire, why


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
