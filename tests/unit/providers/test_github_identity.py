"""The identity of a run, against a small GitHub and a small Microsoft Entra; azure-identity is the real one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from azure.core.exceptions import ClientAuthenticationError
from azure.core.pipeline.transport import RequestsTransport

from reconciler.providers import azure, github_identity
from reconciler.providers.errors import ServiceError
from reconciler.providers.proof import Bearer
from tests.support.hub import Fault, Repository, serving


class Local(RequestsTransport):  # type: ignore[misc]
    """What would go to Microsoft Entra goes to this machine."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url

    def send(self, request: Any, **options: Any) -> Any:
        request.url = request.url.replace("https://login.microsoftonline.com", self._url)
        return super().send(request, **options)


@pytest.fixture
def hub() -> Iterator[Repository]:
    with serving(Repository()) as made:
        yield made


@pytest.fixture
def env(hub: Repository) -> dict[str, str]:
    return {
        "ACTIONS_ID_TOKEN_REQUEST_URL": f"{hub.url}/oidc?api-version=2.0",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "request-token",
        "AZURE_CLIENT_ID": "app-1",
        "AZURE_TENANT_ID": "tenant-1",
    }


def make(env: dict[str, str], hub: Repository, tenant: str | None = None) -> Any:
    more = {"transport": Local(hub.url), "disable_instance_discovery": True}
    return github_identity.credential("public", "login.microsoftonline.com", tenant, env, **more)


def test_an_assertion_is_asked_for_anew_for_every_token(env: dict[str, str], hub: Repository) -> None:
    """An assertion lives for minutes: one from the beginning of a long apply would be refused (AADSTS700024)."""
    bearer = Bearer(lambda: credential, "https://management.azure.com/.default")
    credential = make(env, hub)
    assert bearer.token() == "token-1"
    assert bearer.token() == "token-1", "kept while it is good"
    bearer.renew()
    credential = make(env, hub)
    assert bearer.token() == "token-2"
    first, second = (form["client_assertion"] for form in hub.logins)
    assert first != second
    assert first.endswith("-for-api://AzureADTokenExchange")
    assert hub.logins[0]["client_id"] == "app-1"
    assert hub.logins[0]["scope"].startswith("https://management.azure.com/.default")


def test_the_targets_tenant_comes_before_the_logins(env: dict[str, str], hub: Repository) -> None:
    make(env, hub, tenant="tenant-2").get_token("https://management.azure.com/.default")
    assert any("/tenant-2/" in path for _, path in hub.requests)


def test_a_hiccup_of_githubs_is_waited_out(env: dict[str, str], hub: Repository) -> None:
    hub.faults.append(Fault("GET", "/oidc", 503, times=2))
    assert github_identity.assertion("a", env, sleep=lambda _seconds: None).endswith("-for-a")


def test_a_refusal_is_told_and_not_tried_again(env: dict[str, str], hub: Repository) -> None:
    env["ACTIONS_ID_TOKEN_REQUEST_TOKEN"] = "another"
    with pytest.raises(ClientAuthenticationError, match="GitHub's identity token: HTTP 401"):
        make(env, hub).get_token("https://management.azure.com/.default")
    bearer = Bearer(lambda: make(env, hub), "https://management.azure.com/.default")
    with pytest.raises(ServiceError, match="no token: GitHub's identity token"):
        bearer.token()
    assert not hub.logins


@pytest.mark.parametrize("name", ["ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "AZURE_CLIENT_ID"])
def test_elsewhere_the_usual_chain_is_used(env: dict[str, str], name: str) -> None:
    assert github_identity.available(env)
    assert not github_identity.available({**env, name: ""})


def test_an_explicit_login_comes_first(env: dict[str, str]) -> None:
    assert not github_identity.available({**env, "AZURE_FEDERATED_TOKEN_FILE": "/var/run/token"})


def test_a_run_of_actions_is_used_by_the_targets(env: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for key, value in env.items():
        monkeypatch.setenv(key, value)
    azure.default_credential.cache_clear()
    assert type(azure.default_credential("public", None)).__name__ == "ClientAssertionCredential"
    azure.default_credential.cache_clear()


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        (github_identity.TOKEN, "request-token\n", "ACTIONS_ID_TOKEN_REQUEST_TOKEN has a character"),
        (github_identity.TOKEN, "töken", "ACTIONS_ID_TOKEN_REQUEST_TOKEN has a character"),
        (github_identity.URL, "http://[::1", "ACTIONS_ID_TOKEN_REQUEST_URL is no address"),
        (github_identity.URL, "nonsense", "ACTIONS_ID_TOKEN_REQUEST_URL is no address"),
        (github_identity.URL, "http://evil.example/oidc", "would be asked in clear text"),
    ],
)
def test_nonsense_in_the_environment_is_one_line(env: dict[str, str], name: str, value: str, told: str) -> None:
    with pytest.raises(ServiceError, match=told) as caught:
        github_identity.assertion("a", {**env, name: value}, sleep=lambda _seconds: None)
    assert "\n" not in caught.value.message
    assert not caught.value.transient
