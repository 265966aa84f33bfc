"""Runs the emulator: as a server of its own, or embedded in a program."""

import asyncio
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, cast

import uvicorn
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from reconciler.emulator.app import create_app
from reconciler.emulator.mishaps import TRANSPORT
from reconciler.emulator.store import Store


def run(
    port: int,
    state: Path | None,
    speed: float,
    host: str = "127.0.0.1",
    announce: Callable[[str], None] | None = None,
) -> None:
    """Serve until SIGINT or SIGTERM, then save and return. Port 0 picks a free one.

    Raises OSError when the port or the state file is in use, ValueError when the file is not one.
    """
    listener = _listen(host, port)
    with listener:
        store = Store(state, speed)
        server = _server(store)
        with _signals_end(server):
            if announce:
                announce(_url(listener))
            try:
                asyncio.run(server.serve([listener]))
            finally:
                store.close()


@contextmanager
def _signals_end(server: uvicorn.Server) -> Iterator[None]:
    """SIGINT and SIGTERM end the server; uvicorn alone would let them end the process, unsaved."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(number: int, frame: FrameType | None) -> None:
        server.should_exit = True

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Embedded:
    """An emulator in a background thread, on a free loopback port.

    >>> with Embedded() as emulator:
    ...     emulator.url
    'http://127.0.0.1:...'
    """

    def __init__(self, state: Path | None = None, speed: float = 1.0):
        self.store = Store(state, speed)
        self._listener = _listen("127.0.0.1", 0)
        self.url = _url(self._listener)
        self._server = _server(self.store)
        self._thread = threading.Thread(target=self._serve, name="emulator", daemon=True)

    def _serve(self) -> None:
        asyncio.run(self._server.serve([self._listener]))

    def __enter__(self) -> "Embedded":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._listener.close()
        self.store.close()


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket: clients may connect at once, and are served as soon as the server runs."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named, asyncio turns Nagle's algorithm off; otherwise each answer takes 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(2048)
    except OSError:
        listener.close()
        raise
    return listener


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class _Connection(H11Protocol):
    """Shows each request its own connection, so that faults can end it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        app = self.app

        async def connected(scope: Scope, receive: Receive, send: Send) -> None:
            scope.setdefault("extensions", {})[TRANSPORT] = transport
            await app(scope, receive, send)

        self.app = cast(Any, connected)


def _server(store: Store) -> uvicorn.Server:
    config = uvicorn.Config(
        create_app(store),
        log_config=None,
        log_level="error",
        access_log=False,
        lifespan="off",
        server_header=False,
        date_header=False,  # the gate writes it, by our own clock
        timeout_graceful_shutdown=3,
        http=_Connection,
        ws="none",
    )
    return uvicorn.Server(config)
