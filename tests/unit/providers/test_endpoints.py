"""The endpoint that Resource Manager names: on the vendor's hosts, or what the operator allows, and nowhere else."""

from __future__ import annotations

from types import SimpleNamespace

import httpx2
import pytest

from reconciler.model import codes
from reconciler.providers import azure
from reconciler.providers.base import Pace, Target
from reconciler.providers.errors import ServiceError, diagnose
from reconciler.specs.target import AzureTarget

SPEC = AzureTarget(
    provider="azure",
    subscription="11111111-1111-1111-1111-111111111111",
    resource_group="rg",
    account="aoai",
    region="swedencentral",
)


class Clouded:
    """Resource Manager names `endpoints` one after the other; the data plane answers everywhere."""

    def __init__(self, *endpoints: str) -> None:
        self.endpoints = list(endpoints)
        self.asked: list[str] = []

    def target(self, emulator: str | None = None) -> Target:
        client = httpx2.Client(transport=httpx2.MockTransport(self._answer))
        return azure.connect("a", SPEC, client, pace=Pace(), sleep=lambda _: None, emulator=emulator)

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.path.startswith("/subscriptions/"):
            endpoint = self.endpoints.pop(0) if len(self.endpoints) > 1 else self.endpoints[0]
            body = {"id": SPEC.account_id, "location": "swedencentral", "properties": {"endpoint": endpoint}}
            return httpx2.Response(200, json=body)
        self.asked.append(request.url.host)
        return httpx2.Response(200, json={"id": "file-1", "object": "list", "data": [], "has_more": False})


@pytest.fixture(autouse=True)
def login(monkeypatch: pytest.MonkeyPatch) -> None:
    token = SimpleNamespace(token="t", expires_on=2**31)
    credential = SimpleNamespace(get_token=lambda *_scopes: token)
    monkeypatch.setattr(azure, "default_credential", lambda *_: credential)
    monkeypatch.delenv("AZURE_OPENAI_API_KEY", raising=False)
    monkeypatch.delenv("RECONCILER_ALLOW_HOSTS", raising=False)


def test_the_vendors_endpoint_is_used() -> None:
    cloud = Clouded("https://aoai.openai.azure.com/")
    target = cloud.target()
    target.training.files()
    target.training.delete_file("f")
    assert cloud.asked == ["aoai.openai.azure.com"] * 2


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://evil.example/",
        "http://aoai.openai.azure.com/",
        "https://aoai.openai.azure.com@evil.example/",
        "https://aoai.openai.azure.com.evil.example/",
        "https://aoai.openai.azure.com:8443/",
        "not an address",
    ],
)
def test_any_other_is_refused_before_anything_is_sent(endpoint: str) -> None:
    cloud = Clouded(endpoint)
    target = cloud.target()
    for attempt in (target.training.files, lambda: target.training.delete_file("f")):
        with pytest.raises(ServiceError) as caught:
            attempt()
        told = diagnose(caught.value, "target a")
        assert told.code is codes.ENDPOINT_REFUSED
        assert "RECONCILER_ALLOW_HOSTS" in told.detail
    assert cloud.asked == []


def test_the_operator_may_allow_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECONCILER_ALLOW_HOSTS", "gateway.example")
    cloud = Clouded("https://gateway.example/")
    cloud.target().training.files()
    assert cloud.asked == ["gateway.example"]


def test_one_that_changes_in_the_middle_of_an_apply_gets_nothing() -> None:
    cloud = Clouded("https://aoai.openai.azure.com/", "https://evil.example/")
    target = cloud.target()
    target.account()
    target.training.files()
    target.account()
    target.training.delete_file("f")
    assert set(cloud.asked) == {"aoai.openai.azure.com"}


def test_one_that_changes_before_the_first_request_gets_nothing_either() -> None:
    cloud = Clouded("https://aoai.openai.azure.com/", "https://evil.example/")
    target = cloud.target()
    target.account()
    target.account()
    with pytest.raises(ServiceError):
        target.training.files()
    assert cloud.asked == []


@pytest.mark.parametrize(
    ("endpoint", "fine"),
    [
        ("http://emulator.test:8080/accounts/aoai", True),
        ("http://emulator.test:9090/accounts/aoai", True),
        ("https://aoai.openai.azure.com/", False),
        ("http://127.0.0.2:8080/accounts/aoai", False),
        ("http://localhost:8080/accounts/aoai", False),
    ],
)
def test_an_emulator_names_itself_and_no_other(endpoint: str, fine: bool) -> None:
    cloud = Clouded(endpoint)
    target = cloud.target("http://emulator.test:8080")
    if fine:
        target.training.files()
    else:
        with pytest.raises(ServiceError):
            target.training.files()
    assert bool(cloud.asked) is fine
