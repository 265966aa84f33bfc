"""Accounts and deployments through the real management client, and by hand where the wire matters."""

from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceNotFoundError

GROUP = "rg-llm"
BODY: dict[str, Any] = {
    "sku": {"name": "Standard", "capacity": 10},
    "properties": {"model": {"format": "OpenAI", "name": "gpt-4.1-mini", "version": "2025-04-14"}},
}


def code_of(error: HttpResponseError) -> str | None:
    return error.error.code if error.error else None


def deployments_path(world: Any, name: str = "", account: str = "aoai-sweden") -> str:
    return f"{world.account_path(account)}/deployments{'/' if name else ''}{name}"


def test_an_account_is_created_updated_listed_and_deleted(world: Any) -> None:
    path = world.account_path()
    body = {"location": "Sweden Central", "kind": "OpenAI", "sku": {"name": "S0"}, "tags": {"a": "b"}}
    assert world.raw.put(path, json=body).status_code == 201
    again = world.raw.put(path, json=body)
    assert again.status_code == 200
    assert again.json()["location"] == "swedencentral"
    assert again.json()["properties"]["endpoint"] == f"{world.url}/accounts/aoai-sweden/"
    assert [account.name for account in world.arm.accounts.list()] == ["aoai-sweden"]
    assert [account.name for account in world.arm.accounts.list_by_resource_group("RG-LLM")] == ["aoai-sweden"]
    assert world.arm.accounts.list_keys(GROUP, "aoai-sweden").key1
    world.arm.accounts.begin_delete(GROUP, "aoai-sweden").result()
    assert list(world.arm.accounts.list()) == []
    assert world.raw.delete(path).status_code == 204


def test_endpoints_follow_the_host_that_the_client_used(world: Any) -> None:
    world.account()
    headers = {"Host": "proxy.example:8443", "X-Forwarded-Proto": "https"}
    answer = world.raw.get(world.account_path(), headers=headers).json()
    assert answer["properties"]["endpoint"] == "https://proxy.example:8443/accounts/aoai-sweden/"


def test_paths_match_in_any_case_and_answers_keep_the_original(world: Any) -> None:
    world.account("Aoai-Sweden")
    world.deploy("Support-Chat", "gpt-4.1-mini", account="aoai-SWEDEN", version="2025-04-14")
    shouted = deployments_path(world, "SUPPORT-CHAT", "AOAI-SWEDEN").upper()
    answer = world.raw.get(shouted).json()
    assert answer["name"] == "Support-Chat"
    assert "/accounts/Aoai-Sweden/deployments/Support-Chat" in answer["id"]
    assert world.raw.get("/ACCOUNTS/AOAI-SWEDEN/OPENAI/FILES").status_code == 200


def test_a_deployment_is_a_long_running_write(world: Any) -> None:
    world.account()
    world.control("POST", "clock", {"speed": 200})
    poller = world.arm.deployments.begin_create_or_update(GROUP, "aoai-sweden", "chat", BODY)
    assert poller.result().properties.provisioning_state == "Succeeded"
    found = world.arm.deployments.get(GROUP, "aoai-sweden", "chat")
    assert found.properties.rai_policy_name == "Microsoft.Default"
    assert found.properties.version_upgrade_option == "OnceNewDefaultVersionAvailable"
    world.arm.deployments.begin_delete(GROUP, "aoai-sweden", "chat").result()
    with pytest.raises(ResourceNotFoundError):
        world.arm.deployments.get(GROUP, "aoai-sweden", "chat")


def test_the_states_on_the_way(world: Any) -> None:
    world.account()
    path = deployments_path(world, "chat")

    def state() -> Any:
        answer = world.raw.get(path)
        return answer.json()["properties"]["provisioningState"] if answer.status_code == 200 else answer.status_code

    answer = world.raw.put(path, json=BODY)
    assert (answer.status_code, state()) == (201, "Creating")
    following = answer.headers["azure-asyncoperation"]
    assert world.raw.get(following).json()["status"] == "InProgress"
    world.advance(11)
    assert world.raw.get(following).json()["status"] == "Succeeded"
    assert state() == "Succeeded"
    answer = world.raw.put(path, json=BODY)
    assert (answer.status_code, state()) == (200, "Accepted")
    world.advance(11)
    assert (world.raw.delete(path).status_code, state()) == (202, "Deleting")
    world.advance(11)
    assert state() == 404
    assert world.raw.delete(path).status_code == 204


def test_a_second_write_to_the_account_is_a_conflict(world: Any) -> None:
    world.account()
    world.deploy("one", "gpt-4.1-mini", version="2025-04-14", wait=False)
    with pytest.raises(ResourceExistsError) as refused:
        world.arm.deployments.begin_create_or_update(GROUP, "aoai-sweden", "two", BODY)
    assert code_of(refused.value) == "RequestConflict"
    assert refused.value.error
    assert refused.value.error.message == (
        f"Another operation is being performed on the parent resource '{world.account_path()}'. Please try again later."
    )
    assert world.raw.delete(deployments_path(world, "one")).status_code == 409
    world.advance(11)
    assert world.raw.put(deployments_path(world, "two"), json=BODY).status_code == 201


def test_a_put_replaces_and_keeps_what_it_does_not_know(world: Any) -> None:
    world.account()
    path = deployments_path(world, "chat")
    full = {
        "sku": {"name": "standard", "capacity": "25"},
        "tags": {"team": "support"},
        "properties": BODY["properties"]
        | {"serviceTier": "Priority", "raiPolicyName": "Strict", "capabilities": {"x": "y"}},
    }
    assert world.raw.put(path, json=full).status_code == 400, "a filter that the account does not have"
    policy = f"{world.account_path()}/raiPolicies/Strict"
    assert world.raw.put(policy, json={"properties": {"basePolicyName": "Microsoft.Default"}}).status_code == 201
    first = world.raw.put(path, json=full).json()
    assert first["sku"] == {"name": "Standard", "capacity": 25}
    assert first["properties"]["serviceTier"] == "Priority"
    assert "x" not in first["properties"]["capabilities"], "read-only fields are the service's"
    world.advance(11)
    second = world.raw.put(path, json=BODY, headers={"x-emulator-user": "maria@example.com"}).json()
    assert "serviceTier" not in second["properties"]
    assert second["properties"]["raiPolicyName"] == "Microsoft.Default"
    assert second["tags"] == {}
    assert second["etag"] != first["etag"]
    assert second["systemData"]["createdBy"] == "emulator"
    assert second["systemData"]["lastModifiedBy"] == "maria@example.com"


def test_a_patch_takes_tags_and_sku_only(world: Any) -> None:
    world.account()
    world.deploy("chat", "gpt-4.1-mini", version="2025-04-14", tags={"a": "1"})
    world.control("POST", "clock", {"speed": 200})
    body = {"tags": {"b": "2"}, "sku": {"name": "Standard", "capacity": 20}}
    patched = world.arm.deployments.begin_update(GROUP, "aoai-sweden", "chat", body).result()
    assert (patched.tags, patched.sku.capacity) == ({"b": "2"}, 20)
    bad: list[Any] = [{"properties": {}}, {"sku": {"name": "Standard", "capacity": 30}, "tags": {"a": 1}}]
    for refused in bad:
        assert world.raw.patch(deployments_path(world, "chat"), json=refused).status_code == 400
    assert world.arm.deployments.get(GROUP, "aoai-sweden", "chat").sku.capacity == 20, "a refused patch changes nothing"


def test_lists_come_in_pages(world: Any) -> None:
    world.account()
    names = [f"d{number:02}" for number in range(25)]
    for name in names:
        world.deploy(name, "gpt-4.1-mini", version="2025-04-14")
    assert [found.name for found in world.arm.deployments.list(GROUP, "aoai-sweden")] == names
    page = world.raw.get(deployments_path(world)).json()
    assert len(page["value"]) == 20
    assert page["nextLink"].startswith(world.url)


def test_a_fine_tuned_model_is_served_where_it_lives_and_from_there_elsewhere(
    world: Any, azure: Any, trained: Any
) -> None:
    model = trained(azure)
    other = "22222222-2222-2222-2222-222222222222"
    world.account("chicago", "northcentralus", other)
    assert world.deploy("chat", model).status_code == 201
    away = f"{world.account_path('chicago', other)}/deployments/chat"
    body: dict[str, Any] = {
        "sku": {"name": "Standard", "capacity": 1},
        "properties": {"model": {"format": "OpenAI", "name": model, "version": "1"}},
    }
    refused = world.raw.put(away, json=body)
    assert refused.status_code == 400
    assert refused.json()["error"]["code"] == "DeploymentModelNotSupported"
    assert f"Name: {model}, Version: 1, Source: , SourceAccount: '" in refused.json()["error"]["message"]
    body["properties"]["model"]["source"] = world.account_path()
    accepted = world.raw.put(away, json=body)
    assert accepted.status_code == 201
    assert accepted.json()["properties"]["model"]["source"] == world.account_path()
    still_served = world.raw.delete(f"/accounts/aoai-sweden/openai/models/{model}")
    assert still_served.status_code == 409


def test_checkpoints_can_be_deployed_under_both_their_names(world: Any, azure: Any, trained: Any) -> None:
    model = azure.models.retrieve(trained(azure)).to_dict()
    checkpoint = azure.fine_tuning.jobs.checkpoints.list(model["fine_tune"]).data[1]
    assert checkpoint.id.startswith("ftchkpt-")
    for number, name in enumerate((checkpoint.id, checkpoint.fine_tuned_model_checkpoint)):
        answer = world.deploy(f"c{number}", name)
        assert answer.status_code == 201
        assert answer.json()["properties"]["model"]["name"] == name


def test_accounts_can_refuse_to_change_the_model_of_a_deployment(world: Any) -> None:
    world.account()
    world.deploy("chat", "gpt-4.1-mini", version="2025-04-14")
    world.control("PUT", "accounts/AOAI-Sweden", {"refuse_model_change": True})
    refused = world.deploy("chat", "gpt-4o", version="2024-08-06")
    assert refused.json()["error"] == {
        "code": "CannotChangeDeploymentModel",
        "message": "The model of deployment cannot be changed.",
    }
    both = world.deploy("chat", "gpt-4o", version="2024-08-06", sku={"name": "Standard", "capacity": 99})
    assert both.status_code == 400
    assert "capacity and model at the same time" in both.json()["error"]["message"]
    found = world.raw.get(deployments_path(world, "chat")).json()
    assert found["properties"]["model"]["name"] == "gpt-4.1-mini"
    assert found["properties"]["provisioningState"] == "Succeeded", "the old one keeps serving"
    world.control("PUT", "accounts/aoai-sweden", {"refuse_model_change": False})
    assert world.deploy("chat", "gpt-4o", version="2024-08-06").status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"sku": {"name": "Standard"}},
        {"sku": "Standard", "properties": {"model": {"format": "OpenAI", "name": "gpt-4.1-mini"}}},
        {"sku": {"name": "Gold"}, "properties": {"model": {"format": "OpenAI", "name": "gpt-4.1-mini"}}},
        {
            "sku": {"name": "Standard", "capacity": "many"},
            "properties": {"model": {"format": "OpenAI", "name": "gpt-4.1-mini"}},
        },
        {
            "sku": {"name": "Standard", "capacity": 0},
            "properties": {"model": {"format": "OpenAI", "name": "gpt-4.1-mini"}},
        },
        {
            "sku": {"name": "Standard"},
            "properties": {"model": {"format": "OpenAI", "name": "gpt-4.1-mini", "version": 1}},
        },
        {
            "sku": {"name": "Standard"},
            "properties": {"model": {"format": "OpenAI", "name": "gpt-4.1-mini", "version": "9"}},
        },
        {
            "sku": {"name": "Standard"},
            "properties": {"model": {"format": "OpenAI", "name": "gpt-4.1-mini"}},
            "tags": {"a": 1},
        },
    ],
)
def test_a_bad_deployment_is_a_400(world: Any, body: Any) -> None:
    world.account()
    answer = world.raw.put(deployments_path(world, "chat"), json=body)
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]["code"]


def test_what_is_not_there_is_404_in_resource_managers_words(world: Any) -> None:
    with pytest.raises(ResourceNotFoundError) as refused:
        world.arm.deployments.get(GROUP, "nowhere", "chat")
    assert code_of(refused.value) == "ResourceNotFound"
    with pytest.raises(HttpResponseError):
        world.arm.deployments.begin_create_or_update(GROUP, "nowhere", "chat", BODY)


def test_account_names_are_unique_because_endpoints_are(world: Any) -> None:
    world.account()
    path = world.account_path(subscription="22222222-2222-2222-2222-222222222222")
    answer = world.raw.put(path, json={"location": "eastus2"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "CustomDomainInUse")
    moved = world.raw.put(world.account_path(), json={"location": "eastus2"})
    assert moved.json()["error"]["code"] == "InvalidResourceLocation"
