"""The answers of a whole life, held against the vendors' published OpenAPI documents, where those are at hand."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

CONTRACTS = Path(__file__).parents[3] / "shared" / "contracts"
BASE = "gpt-4.1-mini-2025-04-14"

pytestmark = pytest.mark.skipif(not CONTRACTS.exists(), reason="the contracts are not part of the project")


class Contract:
    """A small checker of JSON against an OpenAPI document: types, required members, enums, references, compositions."""

    def __init__(self, name: str):
        self.document = json.loads((CONTRACTS / name).read_text())
        self.paths = {
            re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path) + "$", re.I): path for path in self.document["paths"]
        }

    def check(self, method: str, path: str, status: int, body: Any) -> bool:
        """Whether the document knows the operation; asserts that the answer fits."""
        template = next((path_ for pattern, path_ in self.paths.items() if pattern.match(path)), None)
        operation = self.document["paths"].get(template, {}).get(method.lower())
        if operation is None:
            return False
        response = operation["responses"].get(str(status)) or operation["responses"].get("default")
        if response is None and status >= 400:
            return False  # the platform documents what goes well only
        assert response is not None, f"{method} {path}: status {status} is not in the contract"
        content = self._resolve(response).get("content", {}).get("application/json")
        if content and body is not None:
            flaws = list(self.flaws(content.get("schema", {}), body, f"{method} {template}"))
            assert not flaws, flaws
        return True

    def _resolve(self, schema: Any) -> Any:
        while isinstance(schema, dict) and "$ref" in schema:
            found: Any = self.document
            for step in schema["$ref"].removeprefix("#/").split("/"):
                found = found[step]
            schema = found
        return schema

    def flaws(self, schema: Any, value: Any, at: str) -> Any:
        schema = self._resolve(schema)
        if value is None and (schema.get("nullable") or "null" in _types(schema)):
            return
        for part in schema.get("allOf", []):
            yield from self.flaws(part, value, at)
        for key in ("oneOf", "anyOf"):
            options = schema.get(key, [])
            if options and all(list(self.flaws(option, value, at)) for option in options):
                yield f"{at}: {value!r} fits none of {key}"
        kinds = _types(schema)
        if kinds and not any(_is(value, kind) for kind in kinds):
            yield f"{at}: {value!r} is not {kinds}"
        # Azure marks its enumerations as open; the transcription lost that. "Updating" is in its guides only.
        if "enum" in schema and value not in [*schema["enum"], "Updating"]:
            yield f"{at}: {value!r} is not one of {schema['enum']}"
        if isinstance(value, dict):
            yield from (f"{at}: {name} is missing" for name in schema.get("required", []) if name not in value)
            for name, inner in schema.get("properties", {}).items():
                if name in value:
                    yield from self.flaws(inner, value[name], f"{at}.{name}")
        if isinstance(value, list) and "items" in schema:
            for index, item in enumerate(value):
                yield from self.flaws(schema["items"], item, f"{at}[{index}]")


def _types(schema: Any) -> list[str]:
    kinds = schema.get("type", [])
    return [kinds] if isinstance(kinds, str) else kinds


def _is(value: Any, kind: str) -> bool:
    if kind in ("integer", "number"):
        wanted = int if kind == "integer" else (int, float)
        return isinstance(value, wanted) and not isinstance(value, bool)
    return isinstance(value, {"string": str, "boolean": bool, "object": dict, "array": list, "null": type(None)}[kind])


class Recorder:
    """Sends requests and holds each answer against a contract."""

    def __init__(self, world: Any, contract: Contract, strip: str, prefix: str):
        self.world, self.contract, self.strip, self.prefix = world, contract, strip, prefix
        self.covered: set[str] = set()

    def __call__(self, method: str, path: str, **request: Any) -> Any:
        answer = self.world.raw.request(method, self.prefix + path, **request)
        is_json = "json" in answer.headers.get("content-type", "")
        body = answer.json() if is_json else None
        if self.contract.check(method, (self.prefix + path).removeprefix(self.strip), answer.status_code, body):
            self.covered.add(f"{method} {path}")
        return body


def live(world: Any, call: Recorder, rows: bytes) -> None:
    """One life on a data plane: files, a job in all its states, what it leaves, refusals."""
    file = call("POST", "/files", data={"purpose": "fine-tune"}, files={"file": ("a.jsonl", rows)})["id"]
    world.advance(10)
    call("GET", "/files")
    call("GET", f"/files/{file}")
    call("POST", "/fine_tuning/jobs", json={"model": "nope", "training_file": file})
    method = {"type": "supervised", "supervised": {"hyperparameters": {"n_epochs": 2}}}
    order = {"model": BASE, "training_file": file, "validation_file": file, "suffix": "x", "method": method}
    job = call("POST", "/fine_tuning/jobs", json=order)["id"]
    for seconds in (0, 25, 100, 300, 3000):
        world.advance(seconds)
        call("GET", f"/fine_tuning/jobs/{job}")
        call("GET", f"/fine_tuning/jobs/{job}/events")
        call("GET", f"/fine_tuning/jobs/{job}/checkpoints")
        call("GET", "/fine_tuning/jobs")
    model = call("GET", f"/fine_tuning/jobs/{job}")["fine_tuned_model"]
    call("GET", "/models")
    call("GET", f"/models/{model}")
    call("GET", "/models/nope")
    other = call("POST", "/fine_tuning/jobs", json={"model": model, "training_file": file})["id"]
    call("POST", f"/fine_tuning/jobs/{other}/cancel")
    call("POST", "/uploads", json={"bytes": 3, "filename": "a", "mime_type": "text/jsonl", "purpose": "fine-tune"})
    call("DELETE", f"/models/{model}")
    call("DELETE", f"/files/{file}")


def test_azures_dated_surface_keeps_its_contract(world: Any, rows: Any) -> None:
    world.account()
    contract = Contract("aoai-authoring-2024-10-21-nullable.json")
    call = Recorder(world, contract, "/accounts/aoai-sweden", "/accounts/aoai-sweden/openai")
    live(world, call, rows())
    assert len(call.covered) >= 14


def test_the_platform_keeps_its_contract(world: Any, rows: Any) -> None:
    contract = Contract("openai-ft.json")
    prefix = "" if any(path.startswith("/v1") for path in contract.document["paths"]) else "/v1"
    call = Recorder(world, contract, prefix, "/v1")
    live(world, call, rows())
    assert len(call.covered) >= 14


@pytest.mark.parametrize("name", ["arm-cognitive-2025-06-01.json", "arm-cognitive-2026-03-01.json"])
def test_resource_manager_keeps_its_contract(world: Any, name: str) -> None:
    contract = Contract(name)
    call = Recorder(world, contract, "", "")
    account = world.account_path()
    call("PUT", account, json={"location": "swedencentral", "kind": "OpenAI", "sku": {"name": "S0"}, "properties": {}})
    call("GET", account)
    model = {"format": "OpenAI", "name": "gpt-4.1-mini", "version": "2025-04-14"}
    body = {"sku": {"name": "Standard", "capacity": 1}, "properties": {"model": model}}
    one = f"{account}/deployments/chat"
    call("PUT", one, json=body)
    call("PUT", one, json=body)
    call("GET", one)
    world.advance(11)
    call("PATCH", one, json={"tags": {"a": "b"}})
    world.advance(11)
    call("GET", f"{account}/deployments")
    call("GET", f"{account}/models")
    call("GET", f"{account}/usages")
    home = account.split("/resourceGroups")[0] + "/providers/Microsoft.CognitiveServices"
    call("GET", f"{home}/locations/swedencentral/models")
    call("GET", f"{home}/locations/swedencentral/usages")
    call("GET", f"{home}/accounts")
    call("GET", f"{account}/deployments/nope")
    call("DELETE", one)
    world.advance(11)
    call("DELETE", account)
    assert len(call.covered) >= 8


def test_a_job_looks_like_the_recorded_ones(world: Any, azure: Any, upload: Any) -> None:
    recorded = json.loads((CONTRACTS / "azure-examples" / "recorded-live-job-sarcasm-developerTier.json").read_text())
    recorded.pop("_source")
    file = upload(azure)
    job = azure.fine_tuning.jobs.create(
        model=recorded["model"],
        training_file=file,
        validation_file=file,
        suffix=recorded["suffix"],
        seed=recorded["seed"],
        hyperparameters={"learning_rate_multiplier": 0.1},
        extra_body={"trainingType": "developerTier"},
    ).to_dict()
    assert {name: type(value) for name, value in recorded.items()}.items() <= {
        n: type(v) for n, v in job.items()
    }.items()
    for name in ("hyperparameters", "model", "object", "seed", "status", "suffix", "trainingType"):
        assert job[name] == recorded[name]
