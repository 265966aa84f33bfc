"""Plain JSON reads over httpx2, for the data plane and for Resource Manager alike.

Unknown fields survive, paging stops on a repeated id (Azure's file list ignores `after`), retries are ours.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

import httpx2
import orjson

from reconciler.providers.errors import ServiceError, from_body
from reconciler.providers.proof import Proof
from reconciler.providers.retry import Backoff, Budget, Sleep, retrying

PAGE = 100


class Reader:
    """GETs below one base URL."""

    def __init__(
        self,
        client: httpx2.Client,
        base_url: str,
        proof: Proof,
        *,
        service: str,
        params: Mapping[str, str],
        sleep: Sleep,
        budget: Budget | None = None,
        backoff: Backoff | None = None,
    ) -> None:
        self.client = client
        self.base_url = base_url.rstrip("/")
        self.proof = proof
        self.service = service
        self.params = dict(params)
        self.sleep = sleep
        self.budget = budget or Budget()
        self.backoff = backoff or Backoff()
        self.service_time: int | None = None
        """The service's own clock at its last answer, in Unix seconds; None until one says."""
        self.skew: float | None = None
        """Seconds by which the service's clock is ahead of ours, by its last answer."""

    def get(self, path: str, params: Mapping[str, str] | None = None) -> Any:
        """The answer's JSON. `path` may be a whole URL below the same host, as in links."""
        url, query = self.base_url + path, {**self.params, **(params or {})}
        if not path.startswith("/") or "?" in path:
            url, brought = self._link(path)
            query |= brought  # a link brings a query of its own; what it says wins
        return retrying(lambda: self._proven(url, query), self.backoff, self.sleep, self.budget)

    def _proven(self, url: str, query: Mapping[str, str]) -> Any:
        """One GET; once more with a new token when the service says that the old one has expired."""
        try:
            return self._once(url, query)
        except ServiceError as error:
            if error.status != 401 or not self.proof.renew():
                raise
            return self._once(url, query)

    def _once(self, url: str, query: Mapping[str, str]) -> Any:
        try:
            answer = self.client.get(url, params=query or None, headers=dict(self.proof()))
            body = _decode(answer.content)
            said = _date(answer.headers)
            self.service_time = said or self.service_time
            self.skew = said - time.time() if said else self.skew
        except httpx2.HTTPError as error:
            raise ServiceError(_network(error), service=self.service) from error
        if answer.status_code >= 300:
            fallback = answer.reason_phrase
            raise from_body(answer.status_code, body, answer.headers, service=self.service, fallback=fallback)
        if not isinstance(body, dict):
            raise ServiceError("the answer was not a JSON object", service=self.service)
        return body

    def by_cursor(self, path: str) -> list[Any]:
        """All items of a list that pages with `after` (the data plane's)."""
        items: dict[str, Any] = {}
        params = {"limit": str(PAGE)}
        while True:
            page = self.get(path, params)
            data = [item for item in self._items(page, "data") if isinstance(item.get("id"), str)]
            fresh = [item for item in data if item["id"] not in items]
            items.update({item["id"]: item for item in fresh})
            if not fresh or not page.get("has_more"):
                return list(items.values())
            params["after"] = fresh[-1]["id"]

    def by_link(self, path: str) -> list[Any]:
        """All items of a list that pages with `nextLink` (Resource Manager's)."""
        items: list[Any] = []
        seen: set[str] = set()
        while path and path not in seen:
            seen.add(path)
            page = self.get(path)
            items += self._items(page, "value")
            path = page.get("nextLink") or ""
            if not isinstance(path, str):
                raise ServiceError("the answer's nextLink is not a link", service=self.service)
        return items

    def _items(self, page: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
        found = page.get(key) or []
        if not isinstance(found, list):
            raise ServiceError(f"the answer's {key} is not a list", service=self.service)
        return [item for item in found if isinstance(item, dict)]

    def _link(self, link: str) -> tuple[str, dict[str, str]]:
        """The URL of a link and its query. It must not carry the credentials elsewhere, nor over a less safe road."""
        there, here = httpx2.URL(link if link.startswith("http") else self.base_url + link), httpx2.URL(self.base_url)
        if (there.scheme, there.host, there.port) != (here.scheme, here.host, here.port):
            raise ServiceError(f"the answer links to another host: {there.host}", service=self.service)
        return str(there.copy_with(query=None)), dict(there.params)


def _date(headers: Mapping[str, str]) -> int | None:
    try:
        return int(parsedate_to_datetime(headers["date"]).timestamp())
    except (KeyError, TypeError, ValueError):
        return None


def _decode(content: bytes) -> Any:
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        return None


def _network(error: httpx2.HTTPError) -> str:
    request = error.request if getattr(error, "_request", None) is not None else None
    host = request.url.host if request else "the service"
    if isinstance(error, httpx2.TimeoutException):
        return f"{host} did not answer in time"
    return f"{host}: {error or type(error).__name__}"
