"""What client and emulator say to each other, held against the vendors' published OpenAPI documents (openapi-core)."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any

import pytest
from starlette.datastructures import Headers

from reconciler.emulator.app import create_app
from reconciler.emulator.server import Embedded
from tests.emulated import conftest as emulated
from tests.emulated.conftest import Bench
from tests.emulated.test_openai import TWIN
from tests.emulator.conftest import BASE, World
from tests.emulator.traffic import CONTRACTS, Contract, Exchange, Recorder

pytestmark = pytest.mark.skipif(not CONTRACTS.exists(), reason="the vendors' documents are not part of the project")

bench = emulated.bench
before_the_closing = emulated.before_the_closing
PREFIXES = {
    "aoai-authoring-2024-10-21-nullable.json": r"/accounts/[^/]+(?=/openai/(?!v1(/|$)))",
    "openai-ft.json": r"(/accounts/[^/]+/openai)?/v1",
    "arm-cognitive-2025-06-01.json": r"(?=/subscriptions/)",
    "arm-cognitive-2026-03-01.json": r"(?=/subscriptions/)",
}
OPAQUE = re.compile(
    r"/operationStatuses/|/chat/completions$"
    r"|/Microsoft\.(Authorization/permissions|Insights/eventtypes/management/values)$"
)
"""Where a long-running operation is followed, a URL from an answer's header; and another provider's interface."""


@pytest.fixture(scope="module")
def recording() -> Iterator[list[Exchange]]:
    """While this lasts, every emulator that starts is recorded."""
    kept: list[Exchange] = []
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("reconciler.emulator.server.create_app", lambda store: Recorder(create_app(store), kept))
        yield kept


@pytest.fixture
def traffic(recording: list[Exchange]) -> list[Exchange]:
    recording.clear()
    return recording


@pytest.fixture(scope="module")
def emulator(recording: list[Exchange]) -> Iterator[Embedded]:
    """In place of the session's: this one is recorded."""
    with Embedded() as running:
        yield running


@pytest.fixture(scope="module")
def contracts() -> dict[str, Contract]:
    return {name: Contract(name, prefix) for name, prefix in PREFIXES.items()}


def held(traffic: Iterable[Exchange], contracts: Collection[Contract]) -> set[str]:
    """Asserts that every exchange fits each document that knows it, and at least one does; returns the operations."""
    flaws: list[str] = []
    covered: set[str] = set()
    for exchange in traffic:
        fitting = [contract for contract in contracts if contract.operation(exchange)]
        if not fitting and not OPAQUE.search(exchange.path):
            flaws.append(f"{exchange}: in no document")
        flaws += [flaw for contract in fitting for flaw in contract.flaws(exchange)]
        covered |= {str(contract.operation(exchange)) for contract in fitting}
    assert not flaws, "\n".join(flaws)
    return {re.sub(r"/subscriptions/.*/accounts", "accounts", operation) for operation in covered}


def converge(bench: Bench) -> None:
    for arguments in (["plan"], ["apply", "--auto-approve", "--wait"], ["status"]):
        result = bench.run(*arguments)
        assert result.status == 0, result.err


def test_the_whole_demo(traffic: list[Exchange], bench: Bench, contracts: dict[str, Contract]) -> None:
    """The example estate planned, applied, changed, applied again, and one of its deployments left to --prune."""
    converge(bench)
    bench.edit("specs/support.yaml", "n_epochs: 2", "n_epochs: 1")
    bench.edit("specs/support.yaml", "capacity: 50", "capacity: 60")
    bench.edit("specs/triage.yaml", "team: helpdesk", "team: desk")
    bench.edit("specs/triage.yaml", "      chicago: {capacity: 10}", "")
    converge(bench)
    assert bench.apply("--prune").status == 0
    covered = held(traffic, [contracts["aoai-authoring-2024-10-21-nullable.json"], *_arm(contracts)])
    assert covered >= {
        *("GET /openai/files", "POST /openai/files"),
        *("GET /openai/fine_tuning/jobs", "POST /openai/fine_tuning/jobs"),
        *("GET /openai/fine_tuning/jobs/{fine-tuning-job-id}/events", "GET /openai/models"),
        *("GET accounts/{accountName}", "GET accounts/{accountName}/deployments", "PUT accounts/{accountName}"),
        "PUT accounts/{accountName}/deployments/{deploymentName}",
        "GET accounts/{accountName}/deployments/{deploymentName}",
        "PATCH accounts/{accountName}/deployments/{deploymentName}",
        "DELETE accounts/{accountName}/deployments/{deploymentName}",
    }


@pytest.mark.usefixtures("before_the_closing")
def test_the_demos_twin(traffic: list[Exchange], bench: Bench, contracts: dict[str, Contract]) -> None:
    for file in (bench.folder / "specs").iterdir():
        file.unlink()
    (bench.folder / "specs/all.yaml").write_text(TWIN)
    converge(bench)
    bench.edit("specs/all.yaml", "training: tickets}", "training: tickets, generation: 2}")
    converge(bench)
    covered = held(traffic, [contracts["openai-ft.json"]])
    assert covered >= {
        *("GET /files", "POST /files", "GET /fine_tuning/jobs", "POST /fine_tuning/jobs", "GET /models"),
    }


def _arm(contracts: dict[str, Contract]) -> list[Contract]:
    return [contract for name, contract in contracts.items() if name.startswith("arm-")]


def live(world: World, prefix: str, rows: bytes) -> None:
    """One life on a data plane: files, a job in all its states, what it leaves, refusals."""

    def call(method: str, path: str, **request: Any) -> Any:
        answer = world.raw.request(method, prefix + path, **request)
        return answer.json() if answer.content else None

    file = call("POST", "/files", data={"purpose": "fine-tune"}, files={"file": ("a.jsonl", rows)})["id"]
    world.advance(10)
    for path in ("/files", f"/files/{file}", f"/files/{file}/content"):
        world.raw.get(prefix + path)
    call("POST", "/fine_tuning/jobs", json={"model": "nope", "training_file": file})
    method = {"type": "supervised", "supervised": {"hyperparameters": {"n_epochs": 2}}}
    order = {"model": BASE, "training_file": file, "validation_file": file, "suffix": "x", "method": method}
    job = call("POST", "/fine_tuning/jobs", json=order)["id"]
    for seconds in (0, 25, 100, 300, 3000):
        world.advance(seconds)
        for path in ("", f"/{job}", f"/{job}/events", f"/{job}/checkpoints"):
            call("GET", f"/fine_tuning/jobs{path}")
    model = call("GET", f"/fine_tuning/jobs/{job}")["fine_tuned_model"]
    for path in ("/models", f"/models/{model}", "/models/nope"):
        call("GET", path)
    other = call("POST", "/fine_tuning/jobs", json={"model": model, "training_file": file})["id"]
    world.advance(200)
    if "v1" in prefix:
        call("POST", f"/fine_tuning/jobs/{other}/pause")
        call("POST", f"/fine_tuning/jobs/{other}/resume")
        call("DELETE", f"/models/{model}")
    call("POST", f"/fine_tuning/jobs/{other}/cancel")
    call("GET", f"/fine_tuning/jobs/{other}")
    if not prefix.endswith("openai/v1"):
        upload = {"bytes": 3, "filename": "a", "mime_type": "text/jsonl", "purpose": "fine-tune"}
        call("POST", "/uploads", json=upload)
    if prefix.endswith("openai"):
        call("DELETE", f"/fine_tuning/jobs/{job}")
        url = {"purpose": "fine-tune", "filename": "b.jsonl", "content_url": "https://example.org/b.jsonl"}
        call("POST", "/files/import", json=url)
    call("DELETE", f"/files/{file}")


@pytest.mark.parametrize(
    ("name", "prefix", "at_least"),
    [
        ("aoai-authoring-2024-10-21-nullable.json", "/accounts/aoai-sweden/openai", 16),
        ("openai-ft.json", "/accounts/aoai-sweden/openai/v1", 15),
        ("openai-ft.json", "/v1", 16),
    ],
)
def test_a_life_on_every_data_plane(
    traffic: list[Exchange], world: World, rows: Any, contracts: dict[str, Contract], name: str, prefix: str,
    at_least: int,
) -> None:  # fmt: skip
    world.account()
    traffic.clear()
    live(world, prefix, rows())
    assert len(held(traffic, [contracts[name]])) >= at_least


def test_a_life_in_resource_manager(traffic: list[Exchange], world: World, contracts: dict[str, Contract]) -> None:
    account = world.account_path()
    one = f"{account}/deployments/chat"
    home = account.split("/resourceGroups")[0] + "/providers/Microsoft.CognitiveServices"

    def call(method: str, path: str, **request: Any) -> None:
        world.raw.request(method, path, params={"api-version": "2025-09-01"}, **request)

    call("PUT", account, json={"location": "swedencentral", "kind": "OpenAI", "sku": {"name": "S0"}, "properties": {}})
    model = {"format": "OpenAI", "name": "gpt-4.1-mini", "version": "2025-04-14"}
    body = {"sku": {"name": "Standard", "capacity": 1}, "properties": {"model": model}}
    call("PUT", one, json=body)
    call("PUT", one, json=body)  # refused: one write at a time
    call("GET", one)
    world.advance(11)
    call("PATCH", one, json={"tags": {"a": "b"}})
    world.advance(11)
    for path in ("", "/deployments", "/deployments/chat/skus", "/deployments/nope", "/models", "/usages"):
        call("GET", account + path)
    for path in ("/locations/swedencentral/models", "/locations/swedencentral/usages", "/accounts"):
        call("GET", home + path)
    call("POST", f"{account}/listKeys")
    call("DELETE", one)
    world.advance(11)
    call("DELETE", account)
    for contract in _arm(contracts):
        assert len(held(traffic, [contract])) >= 15


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


def test_the_check_bites(traffic: list[Exchange], world: World, contracts: dict[str, Contract], rows: Any) -> None:
    """Each exchange with one thing wrong in it is found wrong."""
    live(world, "/v1", rows())
    contract = contracts["openai-ft.json"]
    listed = next(e for e in traffic if e.path == "/v1/files" and e.method == "GET")
    ordered = next(e for e in traffic if e.path.endswith("/jobs") and e.method == "POST" and e.status == 200)
    refused = next(e for e in traffic if e.path.endswith("/jobs") and e.method == "POST" and e.status == 400)

    def altered(exchange: Exchange, **changes: Any) -> list[str]:
        assert list(contract.flaws(exchange)) == []
        return list(contract.flaws(dataclasses.replace(exchange, **changes)))

    assert altered(listed, answer=listed.answer.replace(b'"bytes":', b'"size":'))
    assert altered(listed, answer=listed.answer.replace(b'"processed"', b'"ready"'))
    assert altered(listed, query="limit=many")
    assert altered(listed, answered=Headers({"content-type": "text/html"}))
    assert altered(ordered, answer=ordered.answer.replace(b'"seed":', b'"seed":"seven","s":'))
    assert altered(ordered, request=b'{"model": "gpt-4.1-mini-2025-04-14"}')
    assert altered(ordered, status=202)
    assert altered(refused, answer=b'{"message": "no"}')
    assert altered(refused, answer=b"no")
