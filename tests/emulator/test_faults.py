"""Each fault, as a client meets it."""

import time
from collections.abc import Callable
from typing import Any

import httpx2
import openai
import pytest
from azure.core.exceptions import HttpResponseError

BASE = "gpt-4.1-mini-2025-04-14"
FILES = "/accounts/aoai-sweden/openai/files"
Order = Callable[..., None]


@pytest.fixture
def order(world: Any) -> Order:
    """Orders one fault."""

    def put(fault: str, **rule: Any) -> None:
        world.control("POST", "faults", [{"fault": fault} | rule])

    return put


@pytest.fixture
def post(world: Any, azure: Any) -> Callable[[], httpx2.Response]:
    """A write whose effect can be counted: a file upload."""
    return lambda: world.raw.post(FILES, data={"purpose": "fine-tune"}, files={"file": ("a.jsonl", b"x" * 5000)})


def files(world: Any) -> int:
    return len(world.raw.get(FILES).json()["data"])


@pytest.mark.parametrize("fault", ["drop_before", "reset_before"])
def test_dropped_before_the_work(world: Any, order: Order, post: Any, fault: str) -> None:
    order(fault, method="POST", path="/files$")
    with pytest.raises(httpx2.TransportError):
        post()
    assert files(world) == 0
    assert post().status_code == 201, "one fault, by default"


@pytest.mark.parametrize("fault", ["drop_after", "reset_after", "cut_body"])
def test_dropped_after_the_work(world: Any, order: Order, post: Any, fault: str) -> None:
    order(fault, method="POST", path="/FILES$")
    with pytest.raises(httpx2.TransportError):
        post()
    assert files(world) == 1
    [entry] = world.control("GET", "requests?method=POST")["requests"]
    assert entry["fault"] == fault


def test_a_cut_body_starts_like_a_good_answer(world: Any, order: Order, post: Any) -> None:
    order("cut_body", method="POST")
    with world.raw.stream("POST", FILES, data={"purpose": "batch"}, files={"file": ("a", b"x")}) as answer:
        assert answer.status_code == 201
        with pytest.raises(httpx2.RemoteProtocolError):
            answer.read()


def test_a_status_with_retry_after_skip_and_count(world: Any, order: Order, post: Any) -> None:
    order("status", path="/files", method="POST", status=429, code="tooManyRequests", retry_after=7, skip=1, count=2)
    answers = [post() for _ in range(4)]
    assert [answer.status_code for answer in answers] == [201, 429, 429, 201]
    assert answers[1].headers["retry-after"] == "7"
    assert answers[1].json()["error"]["code"] == "tooManyRequests"
    assert files(world) == 2


def test_a_status_after_the_work(world: Any, order: Order, post: Any) -> None:
    order("status_after", method="POST")
    assert post().status_code == 500
    assert files(world) == 1


def test_a_delay_is_real_time(order: Order, post: Any) -> None:
    order("delay", method="POST", delay=0.2)
    started = time.perf_counter()
    assert post().status_code == 201
    assert time.perf_counter() - started >= 0.2


def test_faults_know_resource_managers_words(world: Any, order: Order) -> None:
    world.account()
    order("status", method="GET", status=503, code="ServiceUnavailable", count=None)
    for _ in range(3):
        with pytest.raises(HttpResponseError) as refused:
            world.arm.deployments.get("rg-llm", "aoai-sweden", "chat")
        assert refused.value.error
        assert refused.value.error.code == "ServiceUnavailable"
    world.control("DELETE", "faults")
    assert world.raw.get(world.account_path()).status_code == 200


def test_bearer_tokens_can_grow_old(world: Any) -> None:
    world.account()
    world.control("POST", "faults", {"token_seconds": 60})
    old, new = {"Authorization": "Bearer old"}, {"Authorization": "Bearer new"}
    assert httpx2.get(f"{world.url}{FILES}?api-version=2024-10-21", headers=old).status_code == 200
    world.advance(61)
    refused = httpx2.get(f"{world.url}{FILES}?api-version=2024-10-21", headers=old)
    assert refused.status_code == 401
    assert (
        httpx2.get(f"{world.url}{world.account_path()}?api-version=2025-09-01", headers=old).json()["error"]["code"]
        == "ExpiredAuthenticationToken"
    )
    assert httpx2.get(f"{world.url}{FILES}?api-version=2024-10-21", headers=new).status_code == 200
    assert httpx2.get(f"{world.url}{FILES}?api-version=2024-10-21", headers={"api-key": "k"}).status_code == 200, (
        "keys do not expire"
    )


def test_a_forgotten_suffix(azure: Any, upload: Any, order: Order) -> None:
    file = upload(azure)
    order("forget_suffix", method="POST", path="/fine_tuning/jobs$")
    job = azure.fine_tuning.jobs.create(model=BASE, training_file=file, suffix="mark")
    assert "suffix" not in job.to_dict()


def test_a_put_that_changes_nothing(world: Any, order: Order) -> None:
    world.account()
    world.deploy("chat", "gpt-4.1-mini", version="2025-04-14")
    order("no_effect", method="PUT", path="/deployments/")
    answer = world.deploy("chat", "gpt-4.1-mini", version="2025-04-14", sku={"name": "Standard", "capacity": 99})
    assert answer.status_code == 200
    assert world.raw.get(f"{world.account_path()}/deployments/chat").json()["sku"]["capacity"] == 10


def test_failed_provisioning_shows_its_cause(world: Any, order: Order) -> None:
    world.account()
    order("fail_provisioning", method="PUT", code="InternalServerError", message="No capacity in the zone.")
    answer = world.deploy("chat", "gpt-4.1-mini", version="2025-04-14")
    operation = world.raw.get(answer.headers["azure-asyncoperation"]).json()
    assert (operation["status"], operation["error"]["code"]) == ("Failed", "InternalServerError")
    found = world.raw.get(f"{world.account_path()}/deployments/chat").json()
    assert found["properties"]["provisioningState"] == "Failed"
    assert world.deploy("chat", "gpt-4.1-mini", version="2025-04-14").status_code == 200, "it can be put right"


@pytest.mark.parametrize(
    ("fault", "ends"), [("fail_run", "failed"), ("pause_run", "paused"), ("preempt_run", "succeeded")]
)
def test_runs_meet_their_fate_halfway(world: Any, azure: Any, upload: Any, order: Order, fault: str, ends: str) -> None:
    file = upload(azure)
    order(fault, method="POST", path="/fine_tuning/jobs$", code="internalFailure", message="A machine was lost.")
    job = azure.fine_tuning.jobs.create(model=BASE, training_file=file)
    world.advance(120)
    assert azure.fine_tuning.jobs.retrieve(job.id).status == "running"
    world.advance(3600)
    found = azure.fine_tuning.jobs.retrieve(job.id)
    assert found.status == ends
    if ends == "failed":
        assert (found.error.code, found.error.message) == ("internalFailure", "A machine was lost.")
    if ends == "paused":
        assert len(azure.fine_tuning.jobs.checkpoints.list(job.id).data) >= 1


@pytest.mark.parametrize(
    "rules",
    [3, "x", [3], [{}], [{"fault": "nope"}], [{"fault": "status", "status": 200}], [{"fault": "delay", "path": "("}],
     [{"fault": "delay", "delay": "1"}], [{"fault": "delay", "nonsense": 1}], {"rules": 3}, {"token_seconds": "x"}],
)  # fmt: skip
def test_a_bad_order_is_a_400(world: Any, rules: Any) -> None:
    assert world.raw.post("/_emulator/faults", json=rules).status_code == 400


def test_the_stock_client_pays_three_times_for_one_create(world: Any, azure: Any, upload: Any, order: Order) -> None:
    """What makes care necessary: the vendor's SDK resends a create whose answer was lost."""
    file = upload(azure)
    order("status_after", method="POST", path="/fine_tuning/jobs$", count=2)
    careless = azure.with_options(max_retries=2)
    careless.fine_tuning.jobs.create(model=BASE, training_file=file)
    assert len(azure.fine_tuning.jobs.list().data) == 3
    order("drop_after", method="POST", path="/fine_tuning/jobs$")
    with pytest.raises(openai.APIConnectionError):
        azure.fine_tuning.jobs.create(model=BASE, training_file=file)
