"""What every request passes on its way in: the log, the faults, and the check for credentials."""

import re
from email.utils import formatdate
from urllib.parse import parse_qsl
from uuid import uuid4

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reconciler.emulator import authorization, versions
from reconciler.emulator.errors import Refusal, Surface
from reconciler.emulator.mishaps import carry_out
from reconciler.emulator.requests import LoggedRequest
from reconciler.emulator.store import Store

FAULT = "emulator.fault"  # where a request carries the rule that struck it
_REQUEST_ID = {Surface.ARM: "x-ms-request-id", Surface.OPENAI: "x-request-id"}


def surface_of(path: str) -> Surface:
    """The dialect in which a path is answered, known or not."""
    parts = path.lower().strip("/").split("/")
    if parts[0] == "_emulator":
        return Surface.CONTROL
    if parts[0] == "v1":
        return Surface.OPENAI
    if parts[0] == "accounts":
        return Surface.V1 if parts[2:4] == ["openai", "v1"] else Surface.DATED
    return Surface.ARM


class Gate:
    def __init__(self, app: ASGIApp, store: Store):
        self.app = app
        self.store = store

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        # Endpoints end in a slash and clients join them to paths that start with one.
        scope["path"] = "/" + re.sub("/+", "/", scope["path"]).strip("/")
        surface = surface_of(scope["path"])
        if surface is Surface.CONTROL:
            await self.app(scope, receive, send)
            return
        query = scope["query_string"].decode("latin-1")
        entry = self.store.requests.add(self.store.clock.now(), scope["method"], scope["path"], query)
        answer = _signed(send, entry, surface, self.store.clock.now())

        async def work(receive: Receive, send: Send) -> None:
            refusal = self._refusal(scope, surface)
            refusal = refusal or versions.refusal(surface, scope["path"], dict(parse_qsl(query)))
            refusal = refusal or authorization.refusal(self.store.state, surface, scope["method"], scope["path"])
            if refusal:
                await JSONResponse(refusal.body(surface), refusal.status)(scope, receive, send)
            else:
                await self.app(scope, receive, send)

        rule = self.store.faults.take(scope["method"], scope["path"])
        if rule is None:
            await work(receive, answer)
            return
        entry.fault, scope[FAULT] = rule.fault, rule
        await carry_out(rule, surface, scope, receive, answer, work)

    def _refusal(self, scope: Scope, surface: Surface) -> Refusal | None:
        """Any key and any bearer token that was not ruled out will do, as long as the token is young enough."""
        headers = {name.lower(): value.strip() for name, value in scope["headers"]}
        if self.store.logins.refuse(headers, by_key=surface in (Surface.DATED, Surface.V1)):
            return _unauthorized(surface)
        scheme, _, token = headers.get(b"authorization", b"").partition(b" ")
        if scheme.lower() == b"bearer" and token.strip():
            return _expired(surface) if self.store.faults.expired(token, self.store.clock.now()) else None
        return None if headers.get(b"api-key") else _unauthorized(surface)


def _unauthorized(surface: Surface) -> Refusal:
    if surface is Surface.ARM:
        return Refusal(401, "AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing.")
    if surface is Surface.OPENAI:
        return Refusal(401, "401", "You didn't provide an API key.", platform_code="invalid_api_key")
    return Refusal(
        401,
        "401",
        "Access denied due to missing subscription key or token. Make sure to provide a valid one.",
    )


def _expired(surface: Surface) -> Refusal:
    if surface is Surface.ARM:
        return Refusal(
            401, "ExpiredAuthenticationToken", "The access token expiry UTC time is earlier than current UTC time."
        )
    message = "Unauthorized. Access token is missing, invalid, audience is incorrect, or have expired."
    return Refusal(401, "401", message, platform_code="token_expired")


def _signed(send: Send, entry: LoggedRequest, surface: Surface, now: float) -> Send:
    """Gives each answer a request id and the date, as the services do, and notes its status in the log."""
    name = _REQUEST_ID.get(surface, "apim-request-id").encode()
    date = (b"date", formatdate(now, usegmt=True).encode())

    async def answer(message: Message) -> None:
        if message["type"] == "http.response.start":
            entry.status = message["status"]
            message["headers"] = [*message["headers"], (name, str(uuid4()).encode()), date]
        await send(message)

    return answer
