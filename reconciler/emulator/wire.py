"""What every surface needs: the request as a value, the table of routes, lists in pages."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple, TypeVar
from uuid import uuid4

import orjson
from starlette.responses import JSONResponse, Response

from reconciler.emulator.errors import Json, Refusal, Surface, bad_request
from reconciler.emulator.faults import Rule
from reconciler.emulator.records import Account, Space
from reconciler.emulator.store import Store

Item = TypeVar("Item")

DATA_PLANES = (Surface.DATED, Surface.V1, Surface.OPENAI)


class Part(NamedTuple):
    """A file within a multipart form."""

    filename: str
    content: bytes


@dataclass(frozen=True)
class Call:
    """One request, fully read; `now` is virtual Unix time."""

    store: Store
    surface: Surface
    now: float
    params: dict[str, str]
    query: dict[str, str]
    headers: dict[str, str]
    base_url: str  # scheme and host as the client sees them
    path: str
    body: bytes = b""
    form: dict[str, str] = field(default_factory=dict)
    parts: dict[str, Part] = field(default_factory=dict)
    rule: Rule | None = None  # the fault that struck the request

    def struck_by(self, *faults: str) -> Rule | None:
        return self.rule if self.rule and self.rule.fault in faults else None

    def json(self) -> Json:
        """The body, which must be a JSON object."""
        try:
            value = orjson.loads(self.body)
        except ValueError:
            raise self._unreadable("The request body is not valid JSON.") from None
        if not isinstance(value, dict):
            raise self._unreadable("The request body must be a JSON object.")
        return value

    def _unreadable(self, message: str) -> Refusal:
        return Refusal(400, "InvalidRequestContent", message) if self.surface is Surface.ARM else bad_request(message)

    @property
    def account(self) -> Account:
        account = self.store.state.accounts.get(self.params["account"].lower())
        if account is None:
            raise Refusal(404, "404", "Resource not found")
        return account

    @property
    def space(self) -> Space:
        """The data plane that the request speaks to."""
        if self.surface is Surface.OPENAI:
            return self.store.state.projects.setdefault(self.project, Space(platform=True))
        return self.account.space

    @property
    def project(self) -> str:
        return self.headers.get("openai-project") or "default"

    def link(self, tail: str) -> str:
        """An absolute URL on the data plane of this call."""
        prefix = {
            Surface.OPENAI: "/v1",
            Surface.V1: f"/accounts/{self.params.get('account')}/openai/v1",
            Surface.DATED: f"/accounts/{self.params.get('account')}/openai",
        }[self.surface]
        return f"{self.base_url}{prefix}{tail}"


@dataclass(frozen=True)
class Endpoint:
    """A row of a routing table."""

    method: str
    path: str
    answer: Callable[[Call], Response]
    surfaces: tuple[Surface, ...] = DATA_PLANES


def reply(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse(body, status, headers)


def created(call: Call, body: Json, tail: str) -> Response:
    """The answer to a create: Azure's dated surface says 201 and where, the others 200."""
    if call.surface is Surface.DATED:
        return reply(body, 201, {"Location": call.link(tail)})
    return reply(body)


def new_id(prefix: str) -> str:
    return f"{prefix}{uuid4().hex}"


def iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f0Z")


def text(body: Json, name: str, *, required: bool = False) -> str | None:
    """A string member of a body."""
    value = body.get(name)
    if value is None and not required:
        return None
    if not isinstance(value, str) or not value:
        raise bad_request(f"'{name}' must be a non-empty string.", param=name)
    return value


def whole_number(call: Call, name: str, default: int, lowest: int, highest: int) -> int:
    raw = call.query.get(name)
    if raw is None or raw == "":
        return default
    if not re.fullmatch(r"-?\d{1,9}", raw) or not lowest <= int(raw) <= highest:
        raise bad_request(f"'{name}' must be a whole number from {lowest} to {highest}.", param=name)
    return int(raw)


def page(
    call: Call, items: Sequence[Item], render: Callable[[Item], Json], *, limit: int = 20, ends: bool = False
) -> Response:
    """A cursor page: `after` the item of that id, at most `limit`, `has_more`; `ends` adds first_id and last_id.

    Both are text in the contract, also where there is no item.
    """
    limit = whole_number(call, "limit", limit, 1, 10_000)
    data = [render(item) for item in items]
    after = call.query.get("after")
    if after:
        position = next((i for i, item in enumerate(data) if item["id"] == after), None)
        if position is None:
            raise Refusal(404, "notFound", f"No such object to go on after: {after}", param="after")
        data = data[position + 1 :]
    body: Json = {"object": "list", "data": data[:limit], "has_more": len(data) > limit}
    if ends:
        body["first_id"] = data[0]["id"] if data else ""
        body["last_id"] = data[:limit][-1]["id"] if data else ""
    return reply(body)


def listed(call: Call, created_at: float) -> bool:
    """Whether lists show an object already; single reads never lag."""
    return created_at <= call.now - call.store.state.lag
