"""Our client and the SDKs' ways through it: no clear text, no redirects, no login but the one that was given."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx2
import pytest

from reconciler.providers import azure, http
from reconciler.providers.arm import ArmAccount
from reconciler.providers.dataplane import DataPlane
from reconciler.providers.errors import MISDIRECTED, ServiceError, diagnose
from reconciler.providers.once import Once
from reconciler.providers.openai import PlatformKey
from reconciler.providers.proof import Bearer, Key
from reconciler.providers.reader import Reader


class Heard:
    """Two servers: one that redirects everything to the other, and the other."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.foreign: list[str] = []
        self.status = 307
        self.servers = [ThreadingHTTPServer(("127.0.0.1", 0), self._handler(first)) for first in (True, False)]
        self.url = f"http://127.0.0.1:{self.servers[0].server_port}"
        for server in self.servers:
            threading.Thread(target=server.serve_forever, daemon=True).start()

    def _handler(self, first: bool) -> type[BaseHTTPRequestHandler]:
        heard = self

        class Handler(BaseHTTPRequestHandler):
            def _answer(self) -> None:
                self.rfile.read(int(self.headers.get("content-length") or 0))
                if not first:
                    heard.foreign.append(self.command)
                heard.requests.append((self.command, {k.lower(): v for k, v in self.headers.items()}))
                self.send_response(heard.status if first else 200)
                if first:
                    port = heard.servers[1].server_port
                    self.send_header("Location", f"http://localhost:{port}/secret-path?sig=secret")
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer

            def log_message(self, format: str, *args: object) -> None:
                pass

        return Handler


@pytest.fixture
def heard() -> Iterator[Heard]:
    made = Heard()
    yield made
    for server in made.servers:
        server.shutdown()
        server.server_close()


def plane(client: httpx2.Client, url: str, proof: Any) -> DataPlane:
    return DataPlane(
        connect=lambda: Reader(client, url, proof, service="S", params={}, sleep=lambda _: None),
        client=lambda: http.openai_client(url, client, proof, {}),
        body=lambda request: {},
    )


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_write_and_no_read_is_sent_on(heard: Heard, status: int) -> None:
    heard.status = status
    with http.client() as client:
        target = plane(client, heard.url, Key("api-key", "k"))
        attempts: list[Callable[[], object]] = [
            lambda: target.upload("rows.jsonl", [b"{}\n"], lambda *_: None),
            lambda: target.import_file("rows.jsonl", "https://blob"),
            lambda: target.delete_file("f"),
            target.files,
        ]
        for attempt in attempts:
            with pytest.raises(ServiceError) as caught:
                attempt()
            assert (caught.value.status, caught.value.transient, caught.value.doubtful) == (status, False, True)
            assert "localhost" in caught.value.message
            assert "secret" not in caught.value.message
            assert diagnose(caught.value, "a").code.id == "service-redirect"
        target.close()
    assert heard.foreign == []
    assert len(heard.requests) == len(attempts)


@pytest.mark.parametrize("status", [301, 307, 308])
def test_resource_managers_sdk_follows_nothing_and_reads_no_netrc(
    heard: Heard, status: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard.status = status
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    login = Bearer(azure.EmulatorToken, "scope")
    with http.client() as client:
        reader = Reader(client, heard.url, login, service="S", params={}, sleep=lambda _: None)
        id = "/subscriptions/s/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts/a"
        account = ArmAccount(
            reader, id, partial(azure._management_client, "s", heard.url, login), poll=0.0, sleep=lambda _: None
        )
        with pytest.raises(ServiceError, match="redirects to localhost; nothing") as caught:
            account.delete("d")
        account.close()
    assert caught.value.status == status
    (method, headers), *more = heard.requests
    assert method == "DELETE"
    assert headers["authorization"].startswith("Bearer emulator-")
    assert not more


@pytest.mark.parametrize(
    ("url", "emulator", "asked"),
    [
        ("https://service.test/x", None, True),
        ("http://127.0.0.1:1/x", None, True),
        ("http://service.test/x", None, False),
        ("http://emulator.test:8080/x", "http://emulator.test:8080", True),
        ("http://emulator.test:8081/x", "http://emulator.test:8080", False),
        ("http://127.0.0.1.evil.test/x", None, False),
    ],
)
def test_clear_text_is_for_this_machine_and_the_emulator(url: str, emulator: str | None, asked: bool) -> None:
    with http.client(emulator) as client:
        assert not client.follow_redirects
        request = client.build_request("GET", url)
        (check,) = client.event_hooks["request"]
        if asked:
            check(request)
        else:
            with pytest.raises(ServiceError) as caught:
                client.send(request)
            assert (caught.value.status, caught.value.transient) == (MISDIRECTED, False)


def test_a_refusal_of_our_own_comes_through_the_sdk_as_it_is() -> None:
    with http.client() as client, pytest.raises(ServiceError) as caught:
        plane(client, "http://service.test", Key("api-key", "k")).delete_file("f")
    assert caught.value.code == "endpoint-refused"
    assert diagnose(caught.value, "a").code.id == "endpoint-refused"


@pytest.mark.parametrize("key", ["k\n", "schlüssel", "a b", "k\x00", "\u2028", "k\r\nHost: evil"])
def test_a_key_that_no_header_can_hold_is_one_clear_line(key: str) -> None:
    with http.client() as client:
        target = plane(client, "https://service.test", Key("api-key", key, "AZURE_OPENAI_API_KEY"))
        for attempt in (target.files, lambda: target.delete_file("f")):
            with pytest.raises(ServiceError, match="AZURE_OPENAI_API_KEY has a character that no key has") as caught:
                attempt()
            assert "evil" not in caught.value.message
            assert not caught.value.transient


def test_one_value_for_many_threads_and_closed_once() -> None:
    class Made:
        count = closed = 0

        def __init__(self) -> None:
            barrier.wait(0.2)
            Made.count += 1

        def close(self) -> None:
            Made.closed += 1

    class Barrier:
        def wait(self, seconds: float) -> None:
            threading.Event().wait(seconds / 10)

    barrier = Barrier()
    once = Once(Made)
    with ThreadPoolExecutor(4) as pool:
        values = set(pool.map(lambda _: once(), range(4)))
    once.close()
    once.close()
    assert (len(values), Made.count, Made.closed) == (1, 1, 1)


@pytest.mark.parametrize(
    ("proof", "expected"),
    [
        (Key("api-key", "k-1"), {"api-key": "k-1"}),
        (PlatformKey("sk-1", {"OpenAI-Project": None}, "OpenAI"), {"authorization": "Bearer sk-1"}),
        (
            PlatformKey("sk-1", {"OpenAI-Project": "proj_1", "OpenAI-Organization": "org-1"}, "OpenAI"),
            {"authorization": "Bearer sk-1", "openai-project": "proj_1", "openai-organization": "org-1"},
        ),
    ],
    ids=["azure", "openai", "openai, scoped"],
)
def test_what_the_sdk_finds_in_the_environment_goes_nowhere(
    proof: Any, expected: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OPENAI_ADMIN_KEY", "AZURE_OPENAI_API_KEY"):
        monkeypatch.setenv(name, "foreign")
    sent: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        sent.append(request)
        return httpx2.Response(200, json={"id": "f"})

    with httpx2.Client(transport=httpx2.MockTransport(answer)) as client:
        plane(client, "https://service.test", proof).delete_file("f")
    about_us = {
        k: v for k, v in sent[0].headers.items() if k in ("api-key", "authorization") or k.startswith("openai-")
    }
    assert about_us == expected
    assert not [v for v in sent[0].headers.values() if "foreign" in v]
