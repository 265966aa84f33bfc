"""Every way of logging in, against an emulator that lets in that login only: reads and writes, on both planes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from azure.core.exceptions import ServiceRequestError

from reconciler.emulator.server import Embedded
from reconciler.providers import azure, http, openai
from reconciler.providers.arm import ArmAccount
from reconciler.providers.azure_transport import AzureTransport
from reconciler.providers.base import DeploymentWrite, Pace, RunRequest, Target
from reconciler.providers.errors import ServiceError, diagnose
from reconciler.specs.target import AzureTarget, OpenAITarget
from tests.support.hub import Repository, serving

PACE = Pace(poll=0.01, settle=0.0, heard=0.0, events=0.0)
ROWS = b'{"messages": [{"role": "user", "content": "?"}, {"role": "assistant", "content": "!"}]}\n' * 12
SPEC = AzureTarget(
    provider="azure",
    subscription="11111111-1111-1111-1111-111111111111",
    resource_group="rg",
    account="aoai-logins",
    region="swedencentral",
)
APPLICATION = {"AZURE_TENANT_ID": "tenant-1", "AZURE_CLIENT_ID": "app-1"}
FOREIGN = {"OPENAI_ORG_ID": "org-of-another", "OPENAI_PROJECT_ID": "proj_of_another", "OPENAI_API_KEY": "sk-of-another"}


def secret(_hub: Repository, _folder: Path) -> dict[str, str]:
    return {**APPLICATION, "AZURE_CLIENT_SECRET": "s"}


def workload(_hub: Repository, folder: Path) -> dict[str, str]:
    file = folder / "federated"
    file.write_text("assertion-of-the-cluster")
    return {**APPLICATION, "AZURE_FEDERATED_TOKEN_FILE": str(file)}


def actions(hub: Repository, _folder: Path) -> dict[str, str]:
    return {
        **APPLICATION,
        "ACTIONS_ID_TOKEN_REQUEST_URL": f"{hub.url}/oidc",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "request-token",
    }


def managed(hub: Repository, _folder: Path) -> dict[str, str]:
    return {"IDENTITY_ENDPOINT": f"{hub.url}/identity", "IDENTITY_HEADER": "secret-header"}


def cli(_hub: Repository, folder: Path) -> dict[str, str]:
    program = folder / "az"
    answer = '{"accessToken": "token-1", "expires_on": 2147483648, "tokenType": "Bearer"}'
    program.write_text(f"#!/bin/sh\necho '{answer}'\n")
    program.chmod(0o755)
    return {"PATH": f"{folder}:/usr/bin:/bin"}


@pytest.fixture
def emulator(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with Embedded(None, 1200.0) as started:
        public = azure.CLOUDS["public"]
        here = azure.Cloud(started.url, public.resource_manager_scope, public.data_scope, public.authority)
        monkeypatch.setitem(azure.CLOUDS, "public", here)
        yield started.url


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Repository]:
    """Microsoft Entra, GitHub and the endpoint of a managed identity; nothing else of the network is there."""
    for name in ("AZURE_OPENAI_API_KEY", "AZURE_AUTHORITY_HOST", "GITHUB_ACTIONS", "MSI_ENDPOINT", "IMDS_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)
    for name in [*APPLICATION, "AZURE_CLIENT_SECRET", "AZURE_FEDERATED_TOKEN_FILE", "IDENTITY_ENDPOINT"]:
        monkeypatch.delenv(name, raising=False)
    azure.default_credential.cache_clear()
    send = AzureTransport.send
    with serving(Repository()) as made:

        def local(self: Any, request: Any, **options: Any) -> Any:
            request.url = request.url.replace("https://login.microsoftonline.com", made.url)
            if not request.url.startswith("http://127.0.0.1:"):
                raise ServiceRequestError(f"{request.url} is not there")
            return send(self, request, **options)

        monkeypatch.setattr(AzureTransport, "send", local)
        yield made
    azure.default_credential.cache_clear()


def account(url: str) -> None:
    with http.client(url) as client:
        address = f"{url}{SPEC.account_id}?api-version=2025-09-01"
        body = {"location": SPEC.region, "kind": "OpenAI", "sku": {"name": "S0"}, "properties": {}}
        client.put(address, json=body, headers={"Authorization": "Bearer any"}).raise_for_status()


def let_in(url: str, **logins: list[str]) -> None:
    with http.client(url) as client:
        client.put(f"{url}/_emulator/logins", json=logins).raise_for_status()


def train(target: Target) -> None:
    """Every sort of read and write of the data plane."""
    file = target.training.upload("rows.jsonl", [ROWS], lambda *_: None)
    while target.training.file(file.id).in_preparation:
        time.sleep(0.01)
    request = RunRequest("gpt-4.1-mini-2025-04-14", file.id, None, "s", "supervised", {}, None, None)
    run = target.training.create_job(request)
    assert [job.id for job in target.training.jobs()] == [run.id]
    target.training.cancel_job(run.id)
    target.training.delete_file(file.id)
    target.training.delete_model("no-model")
    assert target.training.files() == []


def serve(target: Target) -> None:
    assert target.serving is not None
    fields = {"model": "gpt-4.1-mini@2025-04-14", "sku": "GlobalStandard", "capacity": 1}
    target.serving.write("d", DeploymentWrite(fields, {}), None)
    live = target.serving.deployment("d")
    target.serving.write("d", DeploymentWrite({"capacity": 2}, {}), live)
    target.serving.delete("d")
    assert target.serving.deployments() == []


@pytest.mark.parametrize("login", [secret, workload, actions, managed, cli])
@pytest.mark.parametrize("by_key", [False, True], ids=["token", "key"])
def test_azure(
    login: Callable[[Repository, Path], dict[str, str]],
    by_key: bool,
    emulator: str,
    hub: Repository,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """By token on both planes; or by key on the data plane, and the key on no other."""
    account(emulator)
    for name, value in {**FOREIGN, **login(hub, tmp_path)}.items():
        monkeypatch.setenv(name, value)
    if by_key:
        monkeypatch.setenv("AZURE_OPENAI_API_KEY", "key-1")
    let_in(emulator, keys=["key-1"] if by_key else [], tokens=["token-1"] if by_key else ["token-1", "token-2"])
    with http.client() as client:
        target = azure.connect("a", SPEC, client, pace=PACE, sleep=time.sleep, emulator=None)
        train(target)
        serve(target)
        target.close()
        let_in(emulator, keys=["another"], tokens=["another"])
        with pytest.raises(ServiceError) as caught:
            target.training.delete_file("file-1")
        assert caught.value.status == 401


def test_openai(emulator: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**FOREIGN, "OPENAI_API_KEY": "sk-1"}.items():
        monkeypatch.setenv(name, value)
    let_in(emulator, tokens=["sk-1"])
    spec = OpenAITarget(provider="openai", base_url=f"{emulator}/v1")
    with http.client() as client:
        target = openai.connect("o", spec, client, pace=PACE, sleep=time.sleep, emulator=None)
        train(target)
        let_in(emulator, tokens=["sk-2"])
        with pytest.raises(ServiceError) as caught:
            target.training.delete_file("file-1")
        assert caught.value.status == 401
        target.close()


def test_a_token_that_expires_before_a_write_is_fetched_anew_once(emulator: str) -> None:
    """On both planes: a long apply must not end with its first token."""
    account(emulator)
    with http.client(emulator) as client:
        target = azure.connect("a", SPEC, client, pace=PACE, sleep=time.sleep, emulator=emulator)
        assert target.serving is not None
        client.post(f"{emulator}/_emulator/faults", json={"rules": [], "token_seconds": 60}).raise_for_status()
        target.account()
        file = target.training.upload("rows.jsonl", [ROWS], lambda *_: None)
        deletes: list[Callable[[], None]] = [
            lambda: target.training.delete_file(file.id),
            partial(target.serving.delete, "no-deployment"),
        ]
        for write in deletes:
            client.post(f"{emulator}/_emulator/advance", json={"seconds": 3600}).raise_for_status()
            client.delete(f"{emulator}/_emulator/requests")
            write()
            log = client.get(f"{emulator}/_emulator/requests", params={"method": "DELETE"}).json()["requests"]
            assert [r["status"] == 401 for r in log] == [True, False]
        target.close()


@pytest.mark.parametrize(
    ("vendor", "words"),
    [
        ("azure", "Set AZURE_OPENAI_API_KEY to a key that is valid there."),
        ("azure by token", "az login, or set the workload identity"),
        ("openai", "Set OPENAI_API_KEY to a key that is valid there."),
        ("openai without a key", "OPENAI_API_KEY is not set. Set OPENAI_API_KEY to"),
    ],
)
def test_each_login_has_its_own_way_out(
    vendor: str, words: str, emulator: str, hub: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    account(emulator)
    key = "OPENAI_API_KEY" if vendor.startswith("openai") else "AZURE_OPENAI_API_KEY"
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    for name, value in {**secret(hub, tmp_path), **({key: "wrong"} if " " not in vendor else {})}.items():
        monkeypatch.setenv(name, value)
    let_in(emulator, keys=["right"], tokens=["token-1"] if vendor == "azure" else ["right"])
    spec = OpenAITarget(provider="openai", base_url=f"{emulator}/v1")
    with http.client() as client:
        if vendor.startswith("openai"):
            target = openai.connect("o", spec, client, pace=PACE, sleep=time.sleep, emulator=None)
        else:
            monkeypatch.setattr(ArmAccount, "endpoint", f"{emulator}/accounts/aoai-logins")
            target = azure.connect("a", SPEC, client, pace=PACE, sleep=time.sleep, emulator=None)
        for attempt in (target.training.files, lambda: target.training.delete_file("f")):
            with pytest.raises(ServiceError) as caught:
                attempt()
            told = diagnose(caught.value, "target a")
            assert told.code.id == "target-auth"
            assert words in told.detail
            assert ("az login" in told.detail) is (vendor == "azure by token")
            assert (told.facts == "not sent") is (vendor == "openai without a key")
        target.close()
