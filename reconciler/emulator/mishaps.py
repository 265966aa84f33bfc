"""Carries out the faults of the wire: what the client sees of its request and of the answer to it."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import Awaitable, Callable

from starlette.responses import JSONResponse
from starlette.types import Message, Receive, Scope, Send

from reconciler.emulator.errors import Refusal, Surface
from reconciler.emulator.faults import Rule

TRANSPORT = "emulator.transport"  # where the server puts the connection, among the scope's extensions
Work = Callable[[Receive, Send], Awaitable[None]]


async def carry_out(rule: Rule, surface: Surface, scope: Scope, receive: Receive, send: Send, work: Work) -> None:
    """Do the work, or not, and spoil the answer as the rule says."""
    await asyncio.sleep(rule.delay)
    after = rule.fault.endswith("_after") or rule.fault == "cut_body"
    answer: list[Message] = []
    if after:
        await work(receive, _collect(answer))
    match rule.fault:
        case "status" | "status_after":
            await _refuse(rule, surface, scope, receive, send)
        case "drop_before" | "drop_after":
            await _hang_up(scope, receive, hard=False)
        case "reset_before" | "reset_after":
            await _hang_up(scope, receive, hard=True)
        case "cut_body":
            await _send_half(answer, send)
            await _hang_up(scope, receive, hard=False)
        case _:
            await work(receive, send)


def _collect(answer: list[Message]) -> Send:
    async def send(message: Message) -> None:
        answer.append(message)

    return send


async def _refuse(rule: Rule, surface: Surface, scope: Scope, receive: Receive, send: Send) -> None:
    headers = {} if rule.retry_after is None else {"Retry-After": f"{rule.retry_after:g}"}
    refusal = Refusal(rule.status, rule.code, rule.message, platform_code=rule.code, headers=headers)
    await JSONResponse(refusal.body(surface), rule.status, headers)(scope, receive, send)


async def _send_half(answer: list[Message], send: Send) -> None:
    body = b"".join(message.get("body", b"") for message in answer)
    if len(body) < 2:
        return
    await send(answer[0])
    await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})


async def _hang_up(scope: Scope, receive: Receive, *, hard: bool) -> None:
    """End the connection under the client; without a socket, as in tests within the process, by an exception."""
    transport = scope.get("extensions", {}).get(TRANSPORT)
    if transport is None:
        raise ConnectionResetError("The emulator dropped the connection.")
    if hard:
        with contextlib.suppress(OSError):
            linger = struct.pack("ii", 1, 0)  # closing then sends RST
            transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        transport.abort()
    else:
        transport.close()
    while (await receive())["type"] != "http.disconnect":
        pass
