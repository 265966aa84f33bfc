"""A network in memory: the vendors' real SDKs and our reader at one end, the real emulator at the other.

Only the lowest layer is replaced (httpx2's transport and requests' adapter); each operator has a host name of its own.
Every request can meet one fault. A request may travel for a while, be given up by its client, and yet be heard.
"""

from __future__ import annotations

import io
import random
import re
import threading
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
import requests
import requests.adapters
import urllib3

from reconciler.emulator import app as emulator_app
from reconciler.emulator import runs as emulator_runs
from reconciler.emulator.store import Store
from reconciler.engine import executor, operations
from tests.faults.timekeeper import AHEAD, TimeKeeper, kept_pool, kept_wait
from tests.faults.trainer import Remembering


class Kind(StrEnum):
    DROP_BEFORE = "drop before"
    DROP_AFTER = "drop after"
    CUT_BODY = "cut body"
    TOO_MANY = "429"
    ERROR_BEFORE = "500 before"
    ERROR_AFTER = "500 after"
    LATE = "delay past the timeout"
    KILL_BEFORE = "SIGKILL before"
    KILL_AFTER = "SIGKILL after"

    @property
    def kills(self) -> bool:
        return self in (Kind.KILL_BEFORE, Kind.KILL_AFTER)


QUEUE = 300.0
"""Seconds that a run waits for its machine. Real ones wait minutes to hours; the emulator, by itself, half a minute."""
LATENESS = 10.0
"""Seconds after its client gave up at which a late request is heard."""


class Killed(BaseException):
    """The operator's process is no more."""


class Dropped(Exception):
    """The connection ended without an answer."""


class TimedOut(Exception):
    """The client gave up."""


@dataclass
class Answer:
    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes
    cut: bool = False


@dataclass
class Operator:
    """One process at work: what it has sent, and the faults that await its requests by number (from 0)."""

    name: str
    faults: Mapping[int, Kind] = field(default_factory=dict)
    sent: list[tuple[str, str]] = field(default_factory=list)
    struck: list[tuple[int, Kind]] = field(default_factory=list)
    dead: bool = False

    def take(self, method: str, path: str) -> Kind | None:
        number = len(self.sent)
        self.sent.append((method, path))
        kind = self.faults.get(number)
        if kind:
            self.struck.append((number, kind))
        return kind


TwistedRequest = Callable[[str], Answer]
"""The emulator's answer to a request, whose URL may be changed."""


class Network:
    """`travel`: how many seconds a request is on its way, each way, drawn anew for every one."""

    def __init__(self, keeper: TimeKeeper, travel: Callable[[], float] = lambda: 0.0) -> None:
        self.keeper = keeper
        self.store = Store(None, clock=keeper.clock)
        self.store.trainer = Remembering()
        self.app = emulator_app.create_app(self.store)
        self.travel = travel
        self.twist: Callable[[str, str, TwistedRequest], Answer] = lambda method, url, serve: serve(url)
        self.operators: dict[str, Operator] = {}
        self._lock = threading.Lock()
        self._silent: list[tuple[str, float, float]] = []

    def silence(self, path: str, begins: float, seconds: float) -> None:
        """From then on, and for so long, requests with such paths get no answer and are not heard."""
        begins += self.keeper.now()
        self._silent.append((path, begins, begins + seconds))

    def _is_silent(self, path: str) -> bool:
        return any(re.search(p, path) and begins <= self.keeper.now() < ends for p, begins, ends in self._silent)

    def operator(self, name: str, faults: Mapping[int, Kind] | None = None) -> Operator:
        self.operators[f"{name}.test"] = Operator(name, dict(faults or {}))
        return self.operators[f"{name}.test"]

    def exchange(self, method: str, url: str, headers: Mapping[str, str], body: bytes, timeout: float) -> Answer:
        """One request of an operator and what comes of it."""
        parts = urlsplit(url)
        operator = self.operators[str(parts.hostname)]
        self._alive(operator)
        with self._lock:
            kind = operator.take(method, parts.path)

        def work() -> Answer:
            return self.twist(method, url, lambda asked: self.serve(method, asked, headers, body))

        self._pass(operator)
        if self._is_silent(parts.path):
            self.keeper.sleep(timeout, lambda: operator.dead)
            raise TimedOut
        try:
            return self._meet(kind, operator, work, timeout)
        finally:
            self._pass(operator)

    def _pass(self, operator: Operator) -> None:
        seconds = self.travel()
        if seconds:
            self.keeper.sleep(seconds, lambda: operator.dead)
        self._alive(operator)

    def _meet(self, kind: Kind | None, operator: Operator, work: Callable[[], Answer], timeout: float) -> Answer:
        match kind:
            case None:
                return work()
            case Kind.DROP_BEFORE:
                raise Dropped
            case Kind.DROP_AFTER:
                work()
                raise Dropped
            case Kind.CUT_BODY:
                answer = work()
                return Answer(answer.status, answer.headers, answer.body[: len(answer.body) // 2], cut=True)
            case Kind.TOO_MANY:
                return _refusal(429, [(b"retry-after", b"7")])
            case Kind.ERROR_BEFORE:
                return _refusal(500)
            case Kind.ERROR_AFTER:
                work()
                return _refusal(500)
            case Kind.LATE:
                self.keeper.later(timeout + LATENESS, lambda: _ignored(work))
                self.keeper.sleep(timeout, lambda: operator.dead)
                raise TimedOut
            case Kind.KILL_BEFORE | Kind.KILL_AFTER:
                if kind is Kind.KILL_AFTER:
                    work()
                operator.dead = True
                raise Killed

    @staticmethod
    def _alive(operator: Operator) -> None:
        if operator.dead:
            raise Killed

    def serve(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Hand one request to the emulator. Raises ConnectionError where it hangs up."""
        parts = urlsplit(url)
        raw = [(k.lower().encode("latin-1"), v.encode("latin-1")) for k, v in headers.items()]
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": parts.scheme,
            "path": parts.path,
            "raw_path": parts.path.encode(),
            "query_string": parts.query.encode(),
            "root_path": "",
            "headers": [(b"host", parts.netloc.encode()), *(h for h in raw if h[0] != b"host")],
            "server": (parts.hostname, parts.port or 80),
            "client": ("127.0.0.1", 1),
        }
        answer = Answer(0, [], b"")

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                answer.status, answer.headers = message["status"], list(message["headers"])
            else:
                answer.body += message.get("body", b"")

        _drive(self.app(scope, receive, send))
        return answer


def _ignored(work: Callable[[], Answer]) -> None:
    work()


def _drive(work: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine that waits for nothing outside, here and now."""
    try:
        while True:
            work.send(None)
    except StopIteration:
        return


def _refusal(status: int, headers: list[tuple[bytes, bytes]] | None = None) -> Answer:
    body = b'{"error": {"code": "InternalServerError", "message": "By order of the suite."}}'
    return Answer(status, [(b"content-type", b"application/json"), *(headers or [])], body)


NETWORKS: dict[str, Network] = {}
"""By host name. A schedule's names are its own, so that many may run in one process."""


@contextmanager
def reachable(network: Network, operator: Operator) -> Iterator[None]:
    """Let an operator send."""
    NETWORKS[f"{operator.name}.test"] = network
    try:
        yield
    finally:
        del NETWORKS[f"{operator.name}.test"]


@contextmanager
def transports() -> Iterator[pytest.MonkeyPatch]:
    """Put the network in memory under both SDKs."""
    httpx_transport, requests_transport = httpx2.HTTPTransport.handle_request, requests.adapters.HTTPAdapter.send

    def from_httpx(self: httpx2.HTTPTransport, request: httpx2.Request) -> httpx2.Response:
        network = NETWORKS.get(request.url.host)
        return _httpx_request(network, request) if network else httpx_transport(self, request)

    def from_requests(
        self: requests.adapters.HTTPAdapter, request: requests.PreparedRequest, **options: Any
    ) -> requests.Response:
        network = NETWORKS.get(str(urlsplit(str(request.url)).hostname))
        if network is None:
            return requests_transport(self, request, **options)
        return self.build_response(request, _requests_answer(network, request, options["timeout"][1]))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(httpx2.HTTPTransport, "handle_request", from_httpx)
        patch.setattr(requests.adapters.HTTPAdapter, "send", from_requests)
        patch.setattr(emulator_app, "run_in_threadpool", _at_once)
        patch.setattr(emulator_runs, "QUEUE_SECONDS", QUEUE)
        yield patch


@contextmanager
def installed() -> Iterator[None]:
    """The same, with the time keeper under the pools of those who use it."""
    with transports() as patch:
        patch.setattr(operations, "make_pool", kept_pool)
        patch.setattr(executor, "wait", kept_wait)
        real = time.time
        patch.setattr(time, "time", lambda: real() + AHEAD.get())
        yield


async def _at_once(work: Callable[[], Any]) -> Any:
    return work()


def _httpx_request(network: Network, request: httpx2.Request) -> httpx2.Response:
    assert isinstance(request.stream, httpx2.SyncByteStream)
    timeout = request.extensions["timeout"]["read"]
    body = b"".join(request.stream)
    try:
        answer = network.exchange(request.method, str(request.url), request.headers, body, timeout)
    except TimedOut:
        raise httpx2.ReadTimeout("timed out", request=request) from None
    except (Dropped, ConnectionError) as error:
        raise httpx2.ReadError("connection dropped", request=request) from error
    return httpx2.Response(answer.status, headers=answer.headers, stream=_Stream(answer))


class _Stream(httpx2.SyncByteStream):
    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        yield self._answer.body
        if self._answer.cut:
            raise httpx2.RemoteProtocolError("peer closed the connection in the middle of the body")


def _requests_answer(network: Network, request: requests.PreparedRequest, timeout: float) -> urllib3.HTTPResponse:
    headers = {name: str(value) for name, value in request.headers.items()}
    sent: Any = request.body
    body = sent.read() if hasattr(sent, "read") else sent or b""
    try:
        answer = network.exchange(str(request.method), str(request.url), headers, body, timeout)
    except TimedOut:
        raise requests.exceptions.ReadTimeout("timed out") from None
    except (Dropped, ConnectionError) as error:
        raise requests.exceptions.ConnectionError(urllib3.exceptions.ProtocolError("connection dropped")) from error
    return urllib3.HTTPResponse(
        io.BytesIO(answer.body),
        headers={k.decode(): v.decode() for k, v in answer.headers},
        status=answer.status,
        preload_content=False,
        enforce_content_length=True,
        request_method=request.method,
    )


def travelling(dice: random.Random, longest: float) -> Callable[[], float]:
    return lambda: dice.uniform(0.01, longest)
