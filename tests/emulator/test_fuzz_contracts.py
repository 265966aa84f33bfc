"""Requests made up from the vendors' documents (schemathesis): never a 5xx, never an answer of a wrong shape.

RECONCILER_FUZZ sets the number of examples for each operation, right and wrong; the ordinary run takes a few.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from starlette.datastructures import Headers

from reconciler.emulator.clock import Clock
from reconciler.emulator.records import State
from reconciler.emulator.server import Embedded
from tests.emulator.conftest import BASE, SUBSCRIPTION, World
from tests.emulator.traffic import CONTRACTS, Contract, Exchange

pytestmark = pytest.mark.skipif(not CONTRACTS.exists(), reason="the vendors' documents are not part of the project")

EXAMPLES = int(os.environ.get("RECONCILER_FUZZ", "5"))
SOMEBODY = {"Authorization": "Bearer loopback"}


@dataclass
class Inhabited:
    """An emulator in which there is something of everything, the same for every example."""

    emulator: Embedded
    state: State
    real: dict[str, str]  # by the documents' names of parameters

    def again(self) -> None:
        self.emulator.store.state = copy.deepcopy(self.state)


@pytest.fixture
def inhabited(
    emulator: Embedded, world: World, azure: Any, platform: Any, rows: Callable[..., bytes]
) -> Callable[[str], Inhabited]:
    """Makes the world of a data plane: finished and running jobs, files, an upload under way, a deployment."""

    def settle(prefix: str) -> Inhabited:
        client = platform if prefix == "/v1" else azure
        files = [client.files.create(file=("a.jsonl", rows(12)), purpose="fine-tune").id for _ in range(2)]
        upload = client.uploads.create(bytes=9, filename="b", mime_type="text/jsonl", purpose="fine-tune").id
        world.advance(10)
        jobs = [client.fine_tuning.jobs.create(model=BASE, training_file=files[0], suffix="x").id]
        world.advance(3600)
        jobs += [client.fine_tuning.jobs.create(model=BASE, training_file=files[0]).id]
        world.advance(100)
        model = client.fine_tuning.jobs.retrieve(jobs[0]).fine_tuned_model
        if prefix != "/v1":
            assert world.deploy("chat", model).status_code == 201
        real = {
            **dict.fromkeys(("file-id", "file_id", "training_file", "validation_file"), files[1]),
            **dict.fromkeys(("fine-tuning-job-id", "fine_tuning_job_id"), jobs[1]),
            **dict.fromkeys(("model-id", "model"), model),
            "upload_id": upload,
            "subscriptionId": SUBSCRIPTION,
            "resourceGroupName": "rg-llm",
            "accountName": "aoai-sweden",
            "deploymentName": "chat",
            "locationName": "swedencentral",
        }
        store = emulator.store
        store.clock = Clock(speed=0, anchor=store.clock.anchor())
        return Inhabited(emulator, store.state, real)

    return settle


def aim(case: schemathesis.Case[Any], real: dict[str, str]) -> None:
    """Let a made-up request speak of what is there, in a version that is there."""
    if isinstance(case.query, dict) and "api-version" in case.query:
        case.query["api-version"] = "2025-09-01" if "/subscriptions/" in case.path else "2024-10-21"
    for values in (case.path_parameters, case.body):
        if isinstance(values, dict):
            values.update({name: real[name] for name in set(values) & set(real)})


def exchanged(answer: schemathesis.Response) -> Exchange:
    asked, url = answer.request, urlsplit(str(answer.request.url))
    return Exchange(
        method=str(asked.method),
        path=url.path,
        query=url.query,
        asked=Headers({name: str(value) for name, value in asked.headers.items()}),
        request=asked.body if isinstance(asked.body, bytes) else str(asked.body or "").encode(),
        status=answer.status_code,
        answered=Headers({name: ",".join(values) for name, values in answer.headers.items()}),
        answer=answer.content,
    )


@pytest.mark.parametrize(
    ("name", "surface", "prefix"),
    [
        ("aoai-authoring-2024-10-21-nullable.json", "/accounts/aoai-sweden", "/accounts/aoai-sweden"),
        ("openai-ft.json", "/v1", "/v1"),
        ("openai-ft.json", "/accounts/aoai-sweden/openai/v1", "/accounts/aoai-sweden/openai/v1"),
        ("arm-cognitive-2025-06-01.json", "", ""),
    ],
)
def test_made_up_requests(inhabited: Callable[[str], Inhabited], name: str, surface: str, prefix: str) -> None:
    contract, there = Contract(name, prefix), inhabited(surface)
    statuses: list[int] = []
    with requests.Session() as session:
        for operation in schemathesis.openapi.from_dict(contract.document).get_all_operations():
            for mode in schemathesis.GenerationMode:
                found: Any = operation
                statuses += _fuzz(found.ok(), mode, contract, there, session, prefix)
    assert sum(status < 300 for status in statuses) > len(statuses) / 20, "they do get past the first checks"


def _fuzz(
    operation: Any,
    mode: schemathesis.GenerationMode,
    contract: Contract,
    there: Inhabited,
    session: requests.Session,
    prefix: str,
) -> list[int]:
    statuses: list[int] = []

    @settings(max_examples=EXAMPLES, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode), aimed=st.integers(0, 3))
    def example(case: schemathesis.Case[Any], aimed: int) -> None:
        there.again()
        if aimed:
            aim(case, there.real)
        try:
            answer = case.call(base_url=there.emulator.url + prefix, session=session, headers=SOMEBODY)
        except UnicodeEncodeError:
            return  # the client cannot put it on the wire
        statuses.append(answer.status_code)
        case.validate_response(answer, checks=[not_a_server_error])
        exchange = exchanged(answer)
        # Another path if a made-up identity was empty; and what breaks the document may come back as it was sent.
        if contract.operation(exchange) and (exchange.status >= 400 or contract.asks_well(exchange)):
            assert list(contract.flaws_of_answer(exchange)) == [], exchange.answer

    example()
    return statuses
