"""The HTTP client that every request goes through, the SDKs' writes too.

https, or this machine; no redirects, for they take bodies and keys along; proxies and certificates of the environment
(HTTPS_PROXY, NO_PROXY, SSL_CERT_FILE), but no logins of it: `.netrc` is never read.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import httpx2

from reconciler.model import codes
from reconciler.model.errors import DiagnosticsError
from reconciler.providers.errors import misdirected
from reconciler.providers.hosts import is_loopback
from reconciler.providers.proof import Proof

TIMEOUT = httpx2.Timeout(60.0, connect=10.0)
LIMITS = httpx2.Limits(max_connections=None, max_keepalive_connections=64)
"""Threads bound how many there are: a large upload must not keep reads waiting for a connection."""
_SETTINGS = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR")
_OF_THE_SDK = ("Authorization", "OpenAI-Organization", "OpenAI-Project")
"""Headers that an SDK sets by itself, from its own variables of the environment."""


def client(emulator: str | None = None) -> httpx2.Client:
    """`emulator` is the one address that may be asked in clear text, wherever it is."""
    return httpx2.Client(
        timeout=TIMEOUT,
        limits=LIMITS,
        trust_env=not emulator,
        follow_redirects=False,
        event_hooks={"request": [_only_safe(emulator)]},
    )


def made(make: Callable[[], httpx2.Client]) -> httpx2.Client:
    """The client. Raises `DiagnosticsError` where the environment's proxies and certificates allow none."""
    try:
        return make()
    except (ValueError, OSError, ImportError, httpx2.InvalidURL) as error:
        # The names of the variables, not their values: proxies have passwords in them.
        names = ", ".join(n for n in _SETTINGS if os.environ.get(n) or os.environ.get(n.lower()))
        code = codes.HTTP_SETTINGS
        detail = f"no connection can be made with {names} as the environment sets it. {code.way_out}"
        raise DiagnosticsError([code.at(detail=detail)]) from error


def _only_safe(emulator: str | None) -> Callable[[httpx2.Request], None]:
    origin = _origin(httpx2.URL(emulator)) if emulator else None

    def check(request: httpx2.Request) -> None:
        url = request.url
        if url.host and url.scheme != "https" and not is_loopback(url.host) and _origin(url) != origin:
            raise misdirected(f"{url.host} would be asked in clear text; https is needed")

    return check


def _origin(url: httpx2.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


class Proven(httpx2.BaseTransport):
    """For an SDK: its requests go through our client, and prove who asks as our own reads do."""

    def __init__(self, http: httpx2.Client, proof: Proof) -> None:
        self._http = http
        self._proof = proof

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        for name in _OF_THE_SDK:
            request.headers.pop(name, None)
        request.headers.update(self._proof())
        return self._http.send(request, stream=True)


def openai_client(base_url: str, http: httpx2.Client, proof: Proof, params: dict[str, str]) -> Any:
    """The SDK of the data plane, without its own retries, redirects, logins and connections."""
    import openai

    return openai.OpenAI(
        base_url=base_url,
        api_key="set by the transport",
        default_query=params,
        max_retries=0,
        timeout=TIMEOUT,
        http_client=httpx2.Client(transport=Proven(http, proof), trust_env=False, follow_redirects=False),
    )
