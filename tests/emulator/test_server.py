"""The server as a program: its life, its state file, its controls, and what it makes of junk."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx2
import pytest
from openai import AzureOpenAI

from reconciler.emulator.app import create_app
from reconciler.emulator.clock import Anchor, Clock
from reconciler.emulator.server import Embedded, run
from reconciler.emulator.store import Store
from tests.emulator.conftest import dated

AUTH = {"Authorization": "Bearer any"}
BASE = "gpt-4.1-mini-2025-04-14"


def test_without_credentials_every_surface_says_401_in_its_own_words(world: Any) -> None:
    world.account()
    for path, code in (
        (world.account_path(), "AuthenticationFailed"),
        ("/accounts/aoai-sweden/openai/files", "401"),
        ("/v1/files", "invalid_api_key"),
    ):
        answer = httpx2.get(world.url + path)
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, code)
    assert (
        httpx2.get(
            f"{world.url}/accounts/aoai-sweden/openai/files?api-version=2024-10-21", headers={"api-key": "k"}
        ).status_code
        == 200
    )
    assert httpx2.get(f"{world.url}/_emulator").status_code == 200


def test_the_log_shows_what_clients_asked_but_not_the_controls(world: Any) -> None:
    world.account()
    world.raw.get("/accounts/aoai-sweden/openai/files?api-version=2024-10-21")
    world.raw.get("/nowhere")
    log = world.control("GET", "requests")["requests"]
    assert [(entry["seq"], entry["method"], entry["status"]) for entry in log] == [
        (1, "PUT", 201),
        (2, "GET", 200),
        (3, "GET", 404),
    ]
    assert log[1]["query"] == "api-version=2024-10-21"
    assert len(world.control("GET", "requests?method=put&path=ACCOUNTS")["requests"]) == 1
    world.control("DELETE", "requests")
    assert world.control("GET", "requests")["requests"] == []


def test_reset_forgets_everything_but_the_clock(world: Any) -> None:
    world.account()
    world.advance(1000)
    before = world.control("GET", "")["now"]
    world.control("POST", "reset")
    about = world.control("GET", "")
    assert about["accounts"] == []
    assert about["now"] >= before


@pytest.mark.parametrize("body", [{}, {"seconds": "1"}, {"seconds": -1}, {"seconds": 1e300}, [], None])
def test_bad_controls_are_400(world: Any, body: Any) -> None:
    assert world.raw.post("/_emulator/advance", json=body).status_code == 400


@pytest.mark.parametrize("junk", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000, b'{"a": 1e999}'])
def test_junk_bodies_never_break_it(world: Any, junk: bytes) -> None:
    world.account()
    for method, path in (
        ("PUT", world.account_path("fresh")),
        ("PUT", f"{world.account_path()}/deployments/chat"),
        ("PATCH", world.account_path()),
        ("POST", "/accounts/aoai-sweden/openai/fine_tuning/jobs"),
        ("POST", "/accounts/aoai-sweden/openai/v1/fine_tuning/jobs"),
        ("POST", "/v1/fine_tuning/jobs"),
        ("POST", "/v1/files"),
        ("POST", "/_emulator/clock"),
        ("PUT", "/_emulator/accounts/x"),
    ):
        answer = world.raw.request(method, path, content=junk)
        assert 400 <= answer.status_code < 500 or (method == "PATCH" and junk == b'{"a": 1e999}'), (method, path)


@pytest.mark.parametrize("query", ["limit=x", "limit=-1", "limit=0", "limit=99999999999999999999", "after=nope"])
def test_bad_queries_are_4xx(world: Any, query: str) -> None:
    world.account()
    for path in ("/accounts/aoai-sweden/openai/fine_tuning/jobs", "/v1/files", "/v1/fine_tuning/jobs"):
        assert 400 <= world.raw.get(f"{path}?{query}").status_code < 500


def test_unknown_paths_and_methods_get_the_familys_shape(world: Any) -> None:
    world.account()
    assert world.raw.get("/nope").json() == {"error": {"code": "404", "message": "Resource not found"}}
    assert world.raw.get("/v1/nope").json()["error"]["type"] == "invalid_request_error"
    assert world.raw.get("/accounts/aoai-sweden/openai/v1/nope").json()["error"]["type"] == "error"
    assert world.raw.put("/accounts/aoai-sweden/openai/files").status_code == 405
    assert world.raw.delete("/v1/fine_tuning/jobs/ftjob-1").status_code == 405, "jobs cannot be deleted there"


def test_state_survives_a_restart_and_a_running_job_goes_on(tmp_path: Path, rows: Any) -> None:
    state = tmp_path / "deep" / "state.json"
    with (
        Embedded(state, speed=0) as first,
        httpx2.Client(base_url=first.url, headers=AUTH, event_hooks={"request": [dated]}) as raw,
    ):
        endpoint = raw.put(account_path(), json={"location": "swedencentral"}).json()["properties"]["endpoint"]
        with AzureOpenAI(azure_endpoint=endpoint, api_key="k", api_version="2024-10-21", max_retries=0) as client:
            file = client.files.create(file=("a.jsonl", rows()), purpose="fine-tune").id
            raw.post("/_emulator/advance", json={"seconds": 10})
            job = client.fine_tuning.jobs.create(model=BASE, training_file=file, seed=3).id
            raw.post("/_emulator/advance", json={"seconds": 120})
            before = client.fine_tuning.jobs.list_events(job, limit=100).data
        now = raw.get("/_emulator").json()["now"]
    with (
        Embedded(state, speed=0) as second,
        httpx2.Client(base_url=second.url, headers=AUTH, event_hooks={"request": [dated]}) as raw,
    ):
        assert 0 <= raw.get("/_emulator").json()["now"] - now < 30, "the clock goes on where it was"
        endpoint = raw.get(account_path()).json()["properties"]["endpoint"]
        with AzureOpenAI(azure_endpoint=endpoint, api_key="k", api_version="2024-10-21", max_retries=0) as client:
            after = client.fine_tuning.jobs.list_events(job, limit=100).data
            assert [e.message for e in after][-len(before) :] == [e.message for e in before], "the same curve"
            raw.post("/_emulator/advance", json={"seconds": 3600})
            assert client.fine_tuning.jobs.retrieve(job).status == "succeeded"
    assert {file.name for file in state.parent.iterdir()} == {"state.json", ".state.json.lock"}, "nothing half-written"


VERSION = "?api-version=2025-09-01"


def account_path() -> str:
    subscription = "11111111-1111-1111-1111-111111111111"
    return (
        f"/subscriptions/{subscription}/resourceGroups/rg/providers/Microsoft.CognitiveServices/accounts/aoai{VERSION}"
    )


NOT_OURS = {
    "a JSON object": b'{"accounts": {}}',
    "an empty object": b"{}",
    "another format": b'{"format": "reconciler-emulator-0", "state": {}}',
    "no state": b'{"format": "reconciler-emulator-1"}',
    "half of it": b'{"format":"reconciler-emulator-1","state":{"clock":{"vir',
    "a list": b"[]",
    "nothing": b"",
    "no text": b"\xff\x00",
    "a deep one": b"[" * 100_000,
    "wrong types": b'{"format":"reconciler-emulator-1","state":{"projects":{"p":{"files":{"f":3}}}}}',
}


@pytest.mark.parametrize("kind", NOT_OURS)
def test_a_file_that_is_no_state_file_is_refused_and_stays_as_it_is(kind: str, tmp_path: Path) -> None:
    file = tmp_path / "package.json"
    file.write_bytes(NOT_OURS[kind])
    with pytest.raises(ValueError, match="not a state file"):
        Embedded(file)
    assert file.read_bytes() == NOT_OURS[kind]
    assert list(tmp_path.iterdir()) == [file], "nothing is left beside it"


def test_what_the_disk_does_not_take_is_not_confirmed(tmp_path: Path) -> None:
    state = tmp_path / "folder/state.json"
    with Embedded(state) as emulator:
        (tmp_path / "folder").rename(tmp_path / "away")
        answer = httpx2.put(f"{emulator.url}{account_path()}", json={"location": "x"}, headers=AUTH)
        (tmp_path / "away").rename(tmp_path / "folder")
    assert answer.status_code == 507
    assert "state.json: No such file or directory" in answer.json()["error"]["message"]


@pytest.mark.parametrize("name", [".state.json.lock", ".state.json.new", "state.json"])
def test_links_of_a_checkout_are_not_followed_by_what_writes(name: str, tmp_path: Path) -> None:
    other = tmp_path / "other.txt"
    other.write_text("precious")
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / name).symlink_to(other)
    with suppress(OSError, ValueError), Embedded(tmp_path / "run/state.json") as emulator:
        httpx2.put(f"{emulator.url}{account_path()}", json={"location": "x"}, headers=AUTH)
    assert other.read_text() == "precious"


def test_two_emulators_cannot_share_a_state_file(tmp_path: Path) -> None:
    with Embedded(tmp_path / "state.json"), pytest.raises(OSError, match="in use by another emulator"):
        Embedded(tmp_path / "state.json")
    with Embedded(tmp_path / "state.json"):
        pass


def test_many_clients_at_once(world: Any, rows: Any) -> None:
    """Writes from many threads: each is answered, none is lost."""
    world.account()

    def upload(number: int) -> int:
        name = f"{number}.jsonl"
        url = f"{world.url}/accounts/aoai-sweden/openai/files?api-version=2024-10-21"
        return httpx2.post(url, headers=AUTH, data={"purpose": "batch"}, files={"file": (name, rows())}).status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(upload, range(40))) == {201}
    assert len(world.raw.get("/accounts/aoai-sweden/openai/files").json()["data"]) == 40


def test_it_runs_within_a_process_too() -> None:
    async def ask() -> httpx2.Response:
        transport = httpx2.ASGITransport(app=create_app(Store(None, 1.0)))
        async with httpx2.AsyncClient(transport=transport, base_url="http://emulator", headers=AUTH) as client:
            return await client.put(account_path(), json={"location": "x"})

    assert asyncio.run(ask()).json()["properties"]["endpoint"] == "http://emulator/accounts/aoai/"


def test_a_port_in_use_is_an_oserror() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(OSError, match=r"[Aa]ddress"):
            run(taken.getsockname()[1], None, 1.0)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_server_cleanly_with_its_state_saved(tmp_path: Path, number: signal.Signals) -> None:
    state = tmp_path / "state.json"
    program = (
        "import sys; from pathlib import Path; from reconciler.emulator.server import run; "
        "run(0, Path(sys.argv[1]), 1.0, announce=lambda url: print(url, flush=True))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(state)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout
        url = server.stdout.readline().strip()
        assert httpx2.put(f"{url}{account_path()}", json={"location": "x"}, headers=AUTH).status_code == 201
        os.kill(server.pid, number)
        _, errors = server.communicate(timeout=10)
    assert (server.returncode, errors) == (0, "")
    with Embedded(state) as again:
        assert httpx2.get(f"{again.url}{account_path()}", headers=AUTH).status_code == 200


def test_writes_are_kept_before_they_are_answered(tmp_path: Path) -> None:
    """A killed emulator must not forget what it has confirmed."""
    state = tmp_path / "state.json"
    with Embedded(state) as emulator:
        httpx2.put(f"{emulator.url}{account_path()}", json={"location": "x"}, headers=AUTH)
        kept = state.read_text()
    assert "aoai" in kept


def test_the_clock_runs_at_its_speed_and_never_backwards() -> None:
    real = [100.0]
    clock = Clock(speed=10, real=lambda: real[0])
    start = clock.now()
    real[0] += 3
    assert clock.now() - start == 30
    clock.advance(100)
    clock.set_speed(0)
    real[0] -= 50
    assert clock.now() - start == 130


def test_while_it_is_put_away_the_clock_runs_at_the_pace_of_real_time() -> None:
    clock = Clock(speed=1000, anchor=Anchor(virtual=5000.0, real=100.0), real=lambda: 160.0)
    assert clock.now() == 5060.0


def test_it_answers_quickly(world: Any) -> None:
    world.account()
    started = time.perf_counter()
    for _ in range(50):
        world.raw.get("/accounts/aoai-sweden/openai/models")
    assert time.perf_counter() - started < 2
