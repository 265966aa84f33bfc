"""Clients that are not ours: the requests of az, the management SDK where we do not use it, versions and paths."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import httpx2
import pytest

from reconciler.emulator.server import Embedded
from reconciler.emulator.store import Store
from tests.emulator.conftest import AUTHORIZED, PROVIDER, SUBSCRIPTION, dated

GROUP = "rg-llm"
LOG = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Insights/eventtypes/management/values"
SPAN = "eventTimestamp ge 2020-01-01T00:00:00Z and eventTimestamp le 2099-01-01T00:00:00Z"


@pytest.mark.parametrize(
    ("clause", "found"),
    [
        ("", 2),
        (" and resourceGroupName eq 'rg-llm'", 2),
        (" and resourceId eq '{id}'", 2),
        (" and resourceProvider eq 'Microsoft.CognitiveServices'", 2),
        (" and resourceId eq '{id}' and caller eq 'emulator' and status eq 'Succeeded'", 1),
        (" and resourceId eq '{id}x'", 0),
        (" and caller eq 'somebody'", 0),
    ],
)
def test_the_filters_of_az_monitor_activity_log_list(world: Any, clause: str, found: int) -> None:
    world.account()
    world.deploy("chat", "gpt-4.1-mini", version="2025-04-14")
    filter = SPAN + clause.format(id=f"{world.account_path()}/deployments/chat")
    answer = world.raw.get(LOG, params={"api-version": "2015-04-01", "$filter": filter, "$select": "caller,status"})
    assert answer.status_code == 200, answer.text
    assert [set(event) for event in answer.json()["value"]] == [{"caller", "status"}] * found


@pytest.mark.parametrize(
    "clause",
    [
        " and resourceId eq 'a' and resourceGroupName eq 'b'",
        " or caller eq 'a'",
        " and name eq 'a'",
        " and caller ge 'a'",
    ],
)
def test_what_the_log_does_not_filter_by_is_refused(world: Any, clause: str) -> None:
    answer = world.raw.get(LOG, params={"api-version": "2015-04-01", "$filter": SPAN + clause})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "BadRequest")


def test_an_identity_stays_on_the_account(world: Any) -> None:
    world.account()
    world.raw.patch(world.account_path(), json={"identity": {"type": "SystemAssigned"}})
    first = world.arm.accounts.get(GROUP, "aoai-sweden").identity
    world.raw.patch(world.account_path(), json={"tags": {"a": "b"}})
    again = world.arm.accounts.get(GROUP, "aoai-sweden").identity
    assert first.type == "SystemAssigned"
    assert first.principal_id
    assert first.principal_id == again.principal_id
    world.raw.patch(world.account_path(), json={"identity": {"type": "None"}})
    assert world.arm.accounts.get(GROUP, "aoai-sweden").identity is None
    bad = world.raw.patch(world.account_path(), json={"identity": {"type": "Sometimes"}})
    assert bad.status_code == 400


def test_keys_are_two_and_made_anew_one_at_a_time(world: Any) -> None:
    world.account()
    before = world.arm.accounts.list_keys(GROUP, "aoai-sweden")
    after = world.arm.accounts.regenerate_key(GROUP, "aoai-sweden", "Key1")
    assert before.key1 != before.key2
    assert (after.key1 != before.key1, after.key2) == (True, before.key2)
    assert world.arm.accounts.list_keys(GROUP, "aoai-sweden").key1 == after.key1


def test_skus_and_usages_of_accounts_and_regions(world: Any) -> None:
    world.account()
    assert [row.sku.name for row in world.arm.accounts.list_skus(GROUP, "aoai-sweden").value] == ["S0"]
    offered = {(row.kind, row.name, *row.locations) for row in world.arm.resource_skus.list()}
    assert ("OpenAI", "S0", "SWEDENCENTRAL") in offered
    assert {usage.unit for usage in world.arm.usages.list("swedencentral")} == {"Count"}
    assert {usage.unit for usage in world.arm.accounts.list_usages(GROUP, "aoai-sweden").value} == {"Count"}


def test_capacity_is_listed_by_model_region_and_sku(world: Any) -> None:
    world.account()
    world.control("PUT", "regions/swedencentral", {"unserved": {"gpt-4.1-mini-2025-04-14": ["GlobalBatch"]}})
    world.deploy("chat", "gpt-4.1-mini", version="2025-04-14", sku={"name": "Standard", "capacity": 40})
    rows = list(world.arm.model_capacities.list("OpenAI", "gpt-4.1-mini", "2025-04-14"))
    left = {(row.location, row.name): row.properties.available_capacity for row in rows}
    assert left["swedencentral", "Standard"] == left["eastus2", "Standard"] - 40
    assert ("swedencentral", "GlobalBatch") not in left
    assert ("eastus2", "GlobalBatch") in left
    assert list(world.arm.model_capacities.list("Meta", "gpt-4.1-mini", "2025-04-14")) == []
    home = f"/subscriptions/{SUBSCRIPTION}{PROVIDER}/locations/swedencentral/modelCapacities"
    assert world.raw.get(home).status_code == 400, "format, name and version are required"


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("{account}?api-version=2024-13-01", 400, "InvalidResourceType"),
        ("{account}?api-version=", 400, "MissingApiVersionParameter"),
        ("/accounts/aoai-sweden/openai/files?api-version=2024-13-01", 404, "404"),
        ("/accounts/aoai-sweden/openai/files?api-version=", 404, "404"),
        ("/accounts/aoai-sweden/openai/fine_tuning/jobs?api-version=2022-12-01", 404, "404"),
        ("/accounts/aoai-sweden/openai/v1/files?api-version=2024-10-21", 400, "BadRequest"),
        ("{account}/projects?api-version=2025-09-01", 404, "InvalidResourceType"),
        ("{account}/providers/Contoso.Nothing/things?api-version=2025-09-01", 404, "InvalidResourceNamespace"),
        ("/v1/batches", 404, "unknown_url"),
    ],
)
def test_versions_and_paths_that_there_are_not(world: Any, path: str, status: int, code: str) -> None:
    world.account()
    answer = world.raw.get(path.format(account=world.account_path()))
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


@pytest.mark.parametrize("version", ["v1", "preview", None])
def test_versions_of_v1(world: Any, version: str | None) -> None:
    world.account()
    params = {"api-version": version} if version else {}
    assert world.raw.get("/accounts/aoai-sweden/openai/v1/files", params=params).status_code == 200


def test_a_list_of_no_files_has_no_null(platform: Any) -> None:
    page = platform.files.with_raw_response.list().http_response.json()
    assert (page["data"], page["first_id"], page["last_id"]) == ([], "", "")


def test_on_a_full_disk_writes_are_refused_without_a_trace_and_reads_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}{PROVIDER}/accounts"
    body = {"location": "swedencentral"}

    def full(store: Store) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(store.path))

    with (
        Embedded(tmp_path / "state.json", speed=1) as emulator,
        httpx2.Client(base_url=emulator.url, headers=AUTHORIZED, event_hooks={"request": [dated]}) as raw,
    ):
        assert raw.put(f"{path}/first", json=body).status_code == 201
        with monkeypatch.context() as patch:
            patch.setattr(Store, "save", full)
            refused = raw.put(f"{path}/second", json=body)
            assert (refused.status_code, refused.json()["error"]["code"]) == (507, "InsufficientStorage")
            assert "No space left on device" in refused.json()["error"]["message"]
            emulator.store.settlers.append(lambda store, now: True)
            assert [account["name"] for account in raw.get(path).json()["value"]] == ["first"]
        assert raw.put(f"{path}/second", json=body).status_code == 201
