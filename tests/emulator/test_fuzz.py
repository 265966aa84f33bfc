"""Whatever is sent, the answer is never a 5xx, and refusals keep their family's shape."""

import json
from typing import Any
from urllib.parse import quote

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.emulator.server import Embedded
from tests.emulator.conftest import dated

ACCOUNT = "/subscriptions/s/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts/aoai"
PATHS = (
    "/accounts/aoai/openai/files",
    "/accounts/aoai/openai/files/import",
    "/accounts/aoai/openai/fine_tuning/jobs",
    "/accounts/aoai/openai/v1/fine_tuning/jobs",
    "/accounts/aoai/openai/uploads",
    "/accounts/aoai/openai/deployments/chat/chat/completions",
    "/v1/fine_tuning/jobs",
    "/v1/uploads",
    "/v1/chat/completions",
    ACCOUNT,
    f"{ACCOUNT}/deployments/chat",
    "/_emulator/faults",
    "/_emulator/quota",
)
NAMES = [
    *("model", "name", "version", "format", "source", "sku", "capacity", "properties", "tags", "location"),
    *("training_file", "validation_file", "suffix", "seed", "method", "type", "supervised", "dpo", "reinforcement"),
    *("hyperparameters", "n_epochs", "grader", "metadata", "purpose", "filename", "bytes", "mime_type", "messages"),
    *("content_url", "expires_after", "fault", "path", "count", "trainingType"),
]
GOOD: tuple[tuple[str, str, Any], ...] = (
    (
        "PUT",
        f"{ACCOUNT}/deployments/chat",
        {
            "sku": {"name": "Standard", "capacity": 1},
            "tags": {"a": "b"},
            "properties": {
                "model": {"format": "OpenAI", "name": "gpt-4.1-mini", "version": "2025-04-14", "source": "x"}
            },
        },
    ),
    (
        "PUT",
        ACCOUNT,
        {"location": "x", "kind": "OpenAI", "sku": {"name": "S0"}, "properties": {"a": 1}, "tags": {"a": "b"}},
    ),
    (
        "POST",
        "/v1/fine_tuning/jobs",
        {
            "model": "gpt-4.1-mini-2025-04-14",
            "training_file": "FILE",
            "validation_file": "FILE",
            "suffix": "x",
            "seed": 1,
            "method": {"type": "dpo", "dpo": {"hyperparameters": {"n_epochs": 1, "beta": 0.1}}},
            "metadata": {"a": "b"},
            "integrations": [{"type": "wandb"}],
        },
    ),
    ("POST", "/v1/uploads", {"bytes": 1, "filename": "a", "purpose": "batch", "mime_type": "x", "expires_after": {}}),
    ("POST", "/v1/chat/completions", {"model": "gpt-4.1", "messages": [{"role": "user", "content": "x"}]}),
    ("POST", "/_emulator/faults", {"rules": [{"fault": "status", "count": 1, "path": "x"}], "token_seconds": None}),
    ("PUT", "/_emulator/limits", {"files": 100}),
    ("PUT", "/_emulator/quota", {"subscription": "s", "location": "x", "name": "n", "limit": 100}),
)

leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.sampled_from(
    ["gpt-4.1-mini", "gpt-4.1-mini-2025-04-14", "OpenAI", "Standard", "fine-tune", "auto", "supervised", "status"]
)  # fmt: skip
values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=6)
)


@pytest.fixture(scope="module")
def raw() -> Any:
    with (
        Embedded() as emulator,
        httpx2.Client(base_url=emulator.url, headers={"api-key": "k"}, event_hooks={"request": [dated]}) as client,
    ):
        client.put(ACCOUNT, json={"location": "x"})
        yield client


def send(raw: Any, method: str, path: str, body: Any) -> httpx2.Response:
    answer: httpx2.Response = raw.request(method, path, content=json.dumps(body).encode())
    raw.delete("/_emulator/faults")
    raw.put("/_emulator/limits", json={"files": 1000, "jobs_total": 1000, "jobs_queued": 1000})
    return answer


def altered(value: Any, draw: Any) -> Any:
    """The same with one thing in it replaced."""
    if isinstance(value, dict) and value and draw(st.integers(0, 9)):
        key = draw(st.sampled_from(sorted(value)))
        return value | {key: altered(value[key], draw)}
    if isinstance(value, list) and value and draw(st.integers(0, 9)):
        return [altered(value[0], draw), *value[1:]]
    return draw(values)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.sampled_from(GOOD), data=st.data())
def test_good_bodies_with_one_thing_wrong(raw: Any, order: Any, data: Any) -> None:
    method, path, good = order
    if "training_file" in good:
        file = raw.post("/v1/files", data={"purpose": "fine-tune"}, files={"file": ("a.jsonl", b"x")}).json()["id"]
        good = good | {"training_file": file, "validation_file": file}
    answer = send(raw, method, path, altered(good, data.draw))
    assert answer.status_code < 500, answer.text
    raw.post("/_emulator/advance", json={"seconds": 120})
    if path.startswith("/sub"):
        assert raw.get(path).status_code < 500


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    method=st.sampled_from(["POST", "PUT", "PATCH", "GET", "DELETE"]),
    path=st.sampled_from(PATHS),
    body=st.dictionaries(st.sampled_from(NAMES), values, max_size=8) | values,
)
def test_bodies(raw: Any, method: str, path: str, body: Any) -> None:
    answer = send(raw, method, path, body)
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        assert answer.json()["error"]["message"]


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    tail=st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1, max_size=30),
    path=st.sampled_from(PATHS),
    query=st.dictionaries(
        st.sampled_from(["limit", "after", "order", "purpose", "$skiptoken", "metadata[a]"]), st.text()
    ),
)
def test_paths_and_queries(raw: Any, tail: str, path: str, query: Any) -> None:
    answer = raw.get(f"{path}/{quote(tail, safe='')}", params=query)
    assert answer.status_code < 500, answer.text
    assert raw.get(path, params=query).status_code < 500
