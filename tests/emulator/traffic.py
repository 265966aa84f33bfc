"""Records what passes between a client and the emulator, and holds it against the vendors' OpenAPI documents."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from openapi_core import OpenAPI
from openapi_core.testing import MockRequest, MockResponse
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTRACTS = Path(__file__).parents[3] / "shared" / "contracts"

_V1_OF_AZURE = r"/openai/v1/.* answer: \[.*"
DEVIATIONS = {
    r"/content -> 200: answer: MediaTypeNotFound\(mimetype='application/octet-stream'": "OpenAI's document says JSON "
    "for the content of a file, which comes as it was sent",
    r"/files(/file-\w+)? -> 200: answer: \['purpose'\]: 'evals' is not": "OpenAI's document takes the purpose evals in "
    "a request, and has forgotten it in the answer",
    r"/(pause|resume|ftjob-\w+) -> 200: answer: \['status'\]: 'paused' is not one of": "OpenAI's document has pause "
    "and no word for what it leads to",
    _V1_OF_AZURE + r"'status'\]: '(pending|running|paused|resuming)' is not one of": "Azure keeps its own words for "
    "the states of files and jobs on v1 (recorded live: pending), whose document copies OpenAI's",
    _V1_OF_AZURE + r"'hyperparameters', '\w+'\]: -1 is not valid": "recorded live: auto is -1",
    _V1_OF_AZURE + r"'organization_id'\]: None is not": "recorded live: an account has no organization",
}
"""Where the live services are known not to keep to their documents either: a pattern of the flaw, and the reason."""


@dataclass
class Exchange:
    """A request and its answer, as they were on the wire."""

    method: str
    path: str
    query: str = ""
    asked: Headers = field(default_factory=Headers)
    request: bytes = b""
    status: int = 0
    answered: Headers = field(default_factory=Headers)
    answer: bytes = b""

    def __str__(self) -> str:
        return f"{self.method} {self.path} -> {self.status}"


class Recorder:
    """ASGI middleware that keeps every exchange."""

    def __init__(self, app: ASGIApp, kept: list[Exchange]) -> None:
        self.app = app
        self.kept = kept

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith("/_emulator"):
            await self.app(scope, receive, send)
            return
        query = scope["query_string"].decode("latin-1")
        exchange = Exchange(scope["method"], scope["path"], query, Headers(scope=scope))
        self.kept.append(exchange)

        async def hear() -> Message:
            message = await receive()
            exchange.request += message.get("body", b"")
            return message

        async def say(message: Message) -> None:
            if message["type"] == "http.response.start":
                exchange.status = message["status"]
                exchange.answered = Headers(raw=list(message["headers"]))
            exchange.answer += message.get("body", b"")
            await send(message)

        await self.app(scope, hear, say)


class Contract:
    """One of the documents, and where on the emulator its paths live."""

    def __init__(self, name: str, prefix: str) -> None:
        """`prefix` is a pattern: what stands before the document's own paths."""
        self.document = json.loads((CONTRACTS / name).read_text())
        self._prefix = re.compile(prefix)
        self._server = urlsplit(self.document["servers"][0]["url"])
        self._openapi = OpenAPI.from_dict(_readable(self.document))
        self._drops_null = self.document["openapi"].startswith("3.0")
        operations = (op for path in self.document["paths"].values() for op in path.values() if isinstance(op, dict))
        # OpenAI's document has what goes well only.
        self._has_refusals = any("default" in operation.get("responses", {}) for operation in operations)
        self._paths = {
            re.compile(re.sub(r"\\\{[^}]+\}", "[^/]+", re.escape(path))): path for path in self.document["paths"]
        }

    def operation(self, exchange: Exchange) -> str | None:
        """Method and path template, if the document knows them."""
        found = self._prefix.match(exchange.path)
        own = exchange.path[found.end() :] if found else ""
        template = next((path for pattern, path in self._paths.items() if pattern.fullmatch(own)), "")
        known = exchange.method.lower() in self.document["paths"].get(template, {})
        return f"{exchange.method} {template}" if known else None

    def flaws(self, exchange: Exchange) -> Iterator[str]:
        """What in the request or in the answer is not as the document has it, known deviations left out."""
        asked = self._asked(exchange)
        if exchange.status < 400:  # what is refused may well be wrong
            for error in self._openapi.iter_apicall_request_errors(asked):
                yield from _told(f"{exchange}: request", error)
        yield from self.flaws_of_answer(exchange, asked)

    def asks_well(self, exchange: Exchange) -> bool:
        return not any(self._openapi.iter_apicall_request_errors(self._asked(exchange)))

    def flaws_of_answer(self, exchange: Exchange, asked: MockRequest | None = None) -> Iterator[str]:
        if exchange.status >= 400 and not self._has_refusals:
            yield from _flaws_of_refusal(exchange)
            return
        kind = exchange.answered.get("content-type", "")
        data = self._without_null(exchange.answer, kind)
        answer = MockResponse(data, exchange.status, dict(exchange.answered), kind)
        for error in self._openapi.iter_apicall_response_errors(asked or self._asked(exchange), answer):
            for flaw in _told(f"{exchange}: answer", error):
                if not any(re.search(known, flaw) for known in DEVIATIONS):
                    yield flaw

    def _asked(self, exchange: Exchange) -> MockRequest:
        kind = exchange.asked.get("content-type", "")
        return MockRequest(
            f"{self._server.scheme}://{self._server.netloc}",
            exchange.method,
            self._server.path + self._prefix.sub("", exchange.path, count=1),
            args=dict(parse_qsl(exchange.query, keep_blank_values=True)),
            headers=dict(exchange.asked),
            data=self._without_null(exchange.request, kind),
            content_type=kind,
        )

    def _without_null(self, content: bytes, kind: str) -> bytes:
        """Azure's documents are silent on null, which its service sends: absent and null are the same there."""
        if not self._drops_null or "json" not in kind or not content:
            return content
        try:
            return json.dumps(_without_null(json.loads(content))).encode()
        except ValueError:
            return content


def _readable(value: Any) -> Any:
    """The document without what openapi-core mishandles: it takes an absent optional deepObject for a wrong one, and
    the bytes of a file in a form for no string."""
    if isinstance(value, list):
        return [_readable(inner) for inner in value if not _is_deep_object(inner)]
    if not isinstance(value, dict):
        return value
    if (value.get("type"), value.get("format")) == ("string", "binary"):
        return {}
    return {name: _readable(inner) for name, inner in value.items()}


def _is_deep_object(value: Any) -> bool:
    return isinstance(value, dict) and value.get("in") == "query" and value.get("style") == "deepObject"


def _without_null(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_null(inner) for name, inner in value.items() if inner is not None}
    return [_without_null(inner) for inner in value] if isinstance(value, list) else value


def _told(where: str, error: BaseException) -> Iterator[str]:
    """What an error of openapi-core stands on: it wraps what is really wrong, often twice."""
    while error.__cause__ is not None:
        error = error.__cause__
    inner = getattr(error, "schema_errors", ())
    if not inner:
        yield f"{where}: {error!r}"
    yield from (f"{where}: {list(flaw.absolute_path)}: {flaw.message}" for flaw in inner)


def _flaws_of_refusal(exchange: Exchange) -> Iterator[str]:
    """The errors of OpenAI's family, in no document: {"error": {message, type, param, code}}."""
    try:
        error = json.loads(exchange.answer)["error"]
        shape = {name: type(value).__name__ for name, value in error.items() if name in ("message", "type")}
    except (ValueError, KeyError, TypeError, AttributeError):
        yield f"{exchange}: answer: not an error's body: {exchange.answer[:200]!r}"
        return
    if shape != {"message": "str", "type": "str"} or not {"param", "code"} <= set(error):
        yield f"{exchange}: answer: not an error of this family: {error}"
