"""An emulator on a socket, and the vendors' own clients talking to it. Its clock stands still unless told to move."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
from azure.core.credentials import AccessToken
from azure.core.pipeline.policies import SansIOHTTPPolicy
from azure.mgmt.cognitiveservices import CognitiveServicesManagementClient
from openai import AzureOpenAI, OpenAI

from reconciler.emulator.clock import Clock
from reconciler.emulator.server import Embedded

SUBSCRIPTION = "11111111-1111-1111-1111-111111111111"
BASE = "gpt-4.1-mini-2025-04-14"
PROVIDER = "/providers/Microsoft.CognitiveServices"


AUTHORIZED = {"Authorization": "Bearer loopback"}


def dated(request: httpx2.Request) -> None:
    """Gives raw requests that say no api-version one that their service has."""
    path = request.url.path.lower()
    version = {"/subscriptions": "2025-09-01", "/accounts": "2024-10-21"}.get("/" + path.strip("/").partition("/")[0])
    v1 = "/openai/v1" in path
    if version and not v1 and "api-version" not in request.url.params:
        request.url = request.url.copy_merge_params({"api-version": version})


class NoCredential:
    def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        return AccessToken("none", 2**31)


class LoopbackToken(SansIOHTTPPolicy[Any, Any]):
    """The stock policy refuses to send a token over plain http."""

    def on_request(self, request: Any) -> None:
        request.http_request.headers["Authorization"] = "Bearer loopback"


@dataclass
class World:
    """What a test needs: raw requests, the SDKs, and a hand on the clock."""

    url: str
    raw: httpx2.Client
    arm: CognitiveServicesManagementClient

    def advance(self, seconds: float) -> None:
        self.control("POST", "advance", {"seconds": seconds})

    def control(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.raw.request(method, f"/_emulator/{path}", json=body)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    def account_path(self, name: str = "aoai-sweden", subscription: str = SUBSCRIPTION) -> str:
        return f"/subscriptions/{subscription}/resourceGroups/rg-llm{PROVIDER}/accounts/{name}"

    def account(
        self, name: str = "aoai-sweden", location: str = "swedencentral", subscription: str = SUBSCRIPTION
    ) -> str:
        """Creates an account and returns its endpoint."""
        body = {"location": location, "kind": "OpenAI", "sku": {"name": "S0"}, "properties": {}}
        answer = self.raw.put(self.account_path(name, subscription), json=body)
        assert answer.status_code in (200, 201), answer.text
        return str(answer.json()["properties"]["endpoint"])

    def deploy(
        self, name: str, model: str, account: str = "aoai-sweden", wait: bool = True, **more: Any
    ) -> httpx2.Response:
        """Puts a deployment; `more` are properties, or `sku`, `tags` and `version`."""
        sku, tags = more.pop("sku", {"name": "Standard", "capacity": 10}), more.pop("tags", {})
        described = {"format": "OpenAI", "name": model, "version": more.pop("version", "1")}
        body = {"sku": sku, "tags": tags, "properties": {"model": described} | more}
        answer = self.raw.put(f"{self.account_path(account)}/deployments/{name}", json=body)
        if wait:
            self.advance(11)
        return answer


@pytest.fixture(scope="session")
def emulator() -> Iterator[Embedded]:
    with Embedded() as running:
        yield running


@pytest.fixture
def world(emulator: Embedded) -> Iterator[World]:
    """The one emulator of the session, emptied, its clock stopped."""
    emulator.store.clock = Clock(speed=0)
    emulator.store.reset()
    with contextlib.ExitStack() as closing:
        arm = CognitiveServicesManagementClient(
            NoCredential(),
            SUBSCRIPTION,
            base_url=emulator.url,
            authentication_policy=LoopbackToken(),
            polling_interval=0.02,
            retry_total=0,
        )
        raw = httpx2.Client(base_url=emulator.url, headers=AUTHORIZED, event_hooks={"request": [dated]})
        closing.enter_context(raw)
        closing.enter_context(arm)
        yield World(emulator.url, raw, arm)


@pytest.fixture
def azure(world: World) -> Iterator[AzureOpenAI]:
    """The dated surface of the account aoai-sweden."""
    with AzureOpenAI(azure_endpoint=world.account(), api_key="any", api_version="2024-10-21", max_retries=0) as client:
        yield client


@pytest.fixture
def v1(world: World) -> Iterator[OpenAI]:
    """The v1 surface of the account aoai-sweden."""
    with OpenAI(base_url=f"{world.account()}openai/v1/", api_key="any", max_retries=0) as client:
        yield client


@pytest.fixture
def platform(world: World) -> Iterator[OpenAI]:
    with OpenAI(base_url=f"{world.url}/v1", api_key="any", project="proj_a", max_retries=0) as client:
        yield client


def chat_rows(count: int = 24, noise: str = "") -> bytes:
    """A small training file about parcels, different in every row."""
    rows = [
        {
            "messages": [
                {"role": "user", "content": f"Where is parcel {number}?"},
                {"role": "assistant", "content": f"Parcel {number} leaves {noise}depot {number % 5} tomorrow morning."},
            ]
        }
        for number in range(count)
    ]
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


@pytest.fixture
def rows() -> Callable[..., bytes]:
    return chat_rows


@pytest.fixture
def upload(world: World) -> Callable[..., str]:
    """Uploads a training file through any client, waits until it is processed, and returns its id."""

    def put(client: OpenAI, content: bytes | None = None, name: str = "train.jsonl") -> str:
        file = client.files.create(file=(name, content or chat_rows()), purpose="fine-tune")
        world.advance(10)
        return file.id

    return put


@pytest.fixture
def trained(world: World, upload: Callable[..., str]) -> Callable[..., str]:
    """Trains a model through any client and returns its name."""

    def train(client: OpenAI, model: str = BASE, **options: Any) -> str:
        file = upload(client)
        job = client.fine_tuning.jobs.create(model=model, training_file=file, **options)
        world.advance(3600)
        name = client.fine_tuning.jobs.retrieve(job.id).fine_tuned_model
        assert name is not None
        return name

    return train
