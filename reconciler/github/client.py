"""GitHub's REST API, as much of it as we need: reads and edits are retried, creates are sent once.

https://docs.github.com/rest
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

import httpx2
import orjson

from reconciler.providers.errors import ServiceError, from_body, misdirected
from reconciler.providers.retry import Backoff, Budget, Sleep, retrying

T = TypeVar("T")
SERVICE = "GitHub"
PAGE = 100
MOST_PAGES = 50
LONGEST_WAIT = 60.0
"""Seconds; a rate limit that lasts longer is told, for a job costs money while it sleeps."""


class Client:
    """One repository, seen with one token. `token` may be empty: public repositories can be read without."""

    def __init__(
        self, http: httpx2.Client, api_url: str, repository: str, token: str, *, sleep: Sleep = time.sleep
    ) -> None:
        self._http = http
        self._base = f"{api_url.rstrip('/')}/repos/{repository}"
        self._token = token
        self._sleep = sleep
        self._budget = Budget(retries=20.0)

    def get(self, path: str, params: Mapping[str, str] | None = None) -> Any:
        """The answer's JSON. Raises `ServiceError`."""
        return self._retried(lambda: self._send("GET", path, params=params))

    def pages(self, path: str, params: Mapping[str, str] | None = None) -> Iterator[dict[str, Any]]:
        """Every item of a list, page by page. Raises `ServiceError`."""
        yield from self._paged(path, params, lambda answer: answer)

    def items(self, path: str, key: str, params: Mapping[str, str] | None = None) -> Iterator[dict[str, Any]]:
        """Every item of the list that stands under `key` in each answer, page by page. Raises `ServiceError`."""
        yield from self._paged(path, params, lambda answer: answer.get(key) if isinstance(answer, dict) else None)

    def _paged(
        self, path: str, params: Mapping[str, str] | None, read: Callable[[Any], Any]
    ) -> Iterator[dict[str, Any]]:
        for number in range(1, MOST_PAGES + 1):
            page = read(self.get(path, {**(params or {}), "per_page": str(PAGE), "page": str(number)}))
            if not isinstance(page, list) or not all(isinstance(item, dict) for item in page):
                raise ServiceError(f"the answer to {path} holds no list of objects", service=SERVICE)
            yield from page
            if len(page) < PAGE:
                return

    def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Create something: sent once. Look before sending again after an error that is `doubtful`."""
        return self._send_object("POST", path, body)

    def patch(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Edit something in place; twice does no harm."""
        return self._retried(lambda: self._send_object("PATCH", path, body))

    def download(self, path: str) -> bytes:
        """A file. GitHub sends us on to its storage, where the token does not follow."""
        return self._retried(lambda: self._answer("GET", path, follow=True).content)

    def _retried(self, call: Callable[[], T]) -> T:
        return retrying(call, Backoff(), self._sleep, self._budget)

    def _send_object(self, method: str, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        answer = self._send(method, path, body=body)
        if not isinstance(answer, dict):
            raise ServiceError("the answer is not a JSON object", service=SERVICE)
        return answer

    def _send(
        self, method: str, path: str, *, params: Mapping[str, str] | None = None, body: Mapping[str, Any] | None = None
    ) -> Any:
        return _decode(self._answer(method, path, params=params, body=body).content)

    def _answer(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        follow: bool = False,
    ) -> httpx2.Response:
        if not (self._token.isascii() and self._token.isprintable()):  # the error of the HTTP library would show it
            raise misdirected("the token holds characters that no request can carry", SERVICE)
        headers = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        content = None if body is None else orjson.dumps(body)
        try:
            answer = self._http.request(
                method, self._base + path, params=params, content=content, headers=headers, follow_redirects=follow
            )
        except (httpx2.InvalidURL, UnicodeError) as error:
            raise misdirected(f"{type(error).__name__}: {error}", SERVICE) from error
        except httpx2.HTTPError as error:
            raise ServiceError(f"{type(error).__name__}: {error}", service=SERVICE) from error
        if answer.status_code >= 300:
            raise _refusal(answer, _decode(answer.content))
        return answer


def _refusal(answer: httpx2.Response, body: Any) -> ServiceError:
    error = from_body(answer.status_code, body, answer.headers, service=SERVICE, fallback=answer.reason_phrase)
    wait = error.retry_after
    if answer.status_code == 403 and wait is not None and wait <= LONGEST_WAIT:
        error.status = 429  # GitHub says 403 to too many requests, too
    elif wait is not None and wait > LONGEST_WAIT:
        return ServiceError(f"{error.message} (rate limit for {wait:.0f} s)", service=SERVICE, status=403)
    return error


def _decode(content: bytes) -> Any:
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        return None
