"""Plain JSON reads over httpx2, for the data plane and for Resource Manager alike.

Unknown fields survive, a list is read whole or not at all, retries are ours.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sized
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar
from urllib.parse import quote

import httpx2

from reconciler.providers.decoding import Item, NotWhole, kind_of, list_of, parsed, parsed_or_none
from reconciler.providers.errors import ServiceError, from_body, misdirected
from reconciler.providers.proof import Proof
from reconciler.providers.retry import Backoff, Budget, Now, Quiet, Sleep, retrying

T = TypeVar("T")
PAGE = 100
MOST_PAGES = 500
"""Pages of one list; a service that goes on for longer is not read."""
MOST_ITEMS = 200_000
"""Of one list, whatever the size of its pages."""


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
        now: Now = time.monotonic,
        way_out: str = "",
    ) -> None:
        """`way_out`: what to do where the credentials are not accepted."""
        self.client = client
        self.base_url = base_url.rstrip("/")
        self.proof = proof
        self.service = service
        self.params = dict(params)
        self.sleep = sleep
        self.budget = budget or Budget()
        self.backoff = backoff or Backoff()
        self._quiet = Quiet(now)
        self._way_out = way_out
        self.service_time: int | None = None
        """The service's own clock at its last answer, in Unix seconds; None until one says."""
        self.skew: float | None = None
        """Seconds by which the service's clock is ahead of ours, by its last answer."""

    def get(self, path: str, params: Mapping[str, str] | None = None) -> Any:
        """The answer's JSON. `path` may be a whole URL below the same host, as in links."""
        url, query = self.base_url + path, {**self.params, **(params or {})}
        if not path.startswith("/") or path.startswith("//") or "?" in path:
            url, brought = self._link(path)
            query |= brought  # a link brings a query of its own; what it says wins
        self._quiet.check(url)
        try:
            return retrying(lambda: self.proven(lambda: self._once(url, query)), self.backoff, self.sleep, self.budget)
        except ServiceError as error:
            self._quiet.note(url, error)
            raise

    def proven(self, call: Callable[[], T]) -> T:
        """One request; once more with a new token where the old one had expired, for then nothing was done."""
        try:
            return self._called(call)
        except ServiceError as error:
            if error.status != 401 or not self.proof.renew():
                raise
            return self._called(call)

    def _called(self, call: Callable[[], T]) -> T:
        """Errors get the service's name, and the way to log in there."""
        try:
            return call()
        except ServiceError as error:
            error.service = error.service or self.service
            error.way_out = error.way_out or self._way_out
            raise

    def _once(self, url: str, query: Mapping[str, str]) -> Any:
        try:
            answer = self.client.get(url, params=query or None, headers=dict(self.proof()))
            said = _date(answer.headers)
            self.service_time = said or self.service_time
            self.skew = said - time.time() if said else self.skew
        except httpx2.HTTPError as error:
            raise ServiceError(_network(error), service=self.service) from error
        except httpx2.InvalidURL as error:
            raise misdirected(f"this is no address: {error}", self.service) from error
        return self._body(answer)

    def _body(self, answer: httpx2.Response) -> dict[str, Any]:
        status, headers, fallback = answer.status_code, answer.headers, answer.reason_phrase
        if status >= 300:
            raise from_body(status, parsed_or_none(answer.content), headers, service=self.service, fallback=fallback)
        try:
            body = parsed(answer.content)
        except NotWhole as error:
            raise self.not_whole(f"{error} ({_kind(answer)})") from error
        if not isinstance(body, dict):
            raise self.not_whole(f"it is {kind_of(body)}, not an object ({_kind(answer)})")
        return body

    def not_whole(self, why: object) -> ServiceError:
        """An answer that does not hold what was asked for; nothing may be concluded from it."""
        return ServiceError(f"not a whole answer: {why}", service=self.service, status=200, not_whole=True)

    def decode(self, read: Callable[[Item], T], raw: Any, what: str) -> T:
        """One object of an answer as a value. Raises `ServiceError` where it is not whole."""
        try:
            return read(Item(raw, what))
        except NotWhole as error:
            raise self.not_whole(error) from error

    def listed(self, page: Mapping[str, Any], key: str, what: str) -> list[Mapping[str, Any]]:
        """The elements of one page. Raises `ServiceError` where the page has no such list."""
        try:
            return list_of(page, key, what)
        except NotWhole as error:
            raise self.not_whole(error) from error

    def by_cursor(
        self, path: str, what: str, read: Callable[[Item], T], asked: Mapping[str, str] | None = None
    ) -> list[T]:
        """All items of a list that pages with `after` (the data plane's). `what` names one in messages.

        `asked`: the query of each page, where it is more than a limit of 100.

        Pages may shift while they are read, so an id may come twice; a page of nothing but known ids is no page.
        """
        items: dict[str, T] = {}
        params = {"limit": str(PAGE), **(asked or {})}
        for _ in range(MOST_PAGES):
            page = self.get(path, params)
            more = page.get("has_more")
            if not isinstance(more, bool | None):
                raise self.not_whole(f"`has_more` of the list of {what}s is neither true nor false")
            fresh = {}
            for raw in self.listed(page, "data", f"{what}s"):
                id = self.decode(lambda item: item.text("id"), raw, f"a {what}")
                if id not in items:
                    fresh[id] = self.decode(read, raw, f"{what} {id}")
            items |= fresh
            if not more:
                return list(items.values())
            self._bounded(items, what)
            if not fresh:
                raise self.not_whole(f"the list of {what}s says that there is more, and shows nothing new")
            params["after"] = list(fresh)[-1]
        raise self.not_whole(f"the list of {what}s has no end after {MOST_PAGES:,} pages")

    def by_link(self, path: str, what: str, read: Callable[[Item], T]) -> list[T]:
        """All items of a list that pages with `nextLink` (Resource Manager's). `what` names one in messages."""
        items: list[T] = []
        seen: set[str] = set()
        link: Any = path
        while link:
            if link in seen or len(seen) == MOST_PAGES:
                raise self.not_whole(f"the list of {what}s links to a page that was read already, or has no end")
            seen.add(link)
            page = self.get(link)
            items += [self.decode(read, raw, f"a {what}") for raw in self.listed(page, "value", f"{what}s")]
            self._bounded(items, what)
            link = page.get("nextLink")
            if not isinstance(link, str | None):
                raise self.not_whole(f"`nextLink` of the list of {what}s is {kind_of(link)}, not a link")
        return items

    def _bounded(self, items: Sized, what: str) -> None:
        if len(items) > MOST_ITEMS:
            raise self.not_whole(f"the list of {what}s has no end after {MOST_ITEMS:,} items")

    def _link(self, link: str) -> tuple[str, dict[str, str]]:
        """The URL of a link and its query. It must not carry the credentials elsewhere, nor over a less safe road."""
        here = httpx2.URL(self.base_url)
        try:
            there = here.join(link)
        except (httpx2.InvalidURL, ValueError, TypeError) as error:
            raise self.not_whole("the answer has a link that is no address") from error
        if (there.scheme, there.host, there.port, there.userinfo) != (here.scheme, here.host, here.port, b""):
            raise ServiceError(f"the answer links to another host: {there.host}", service=self.service)
        return str(there.copy_with(query=None)), dict(there.params)


def part(name: str) -> str:
    """One part of a path: an id or a name that a service gave cannot lead elsewhere."""
    return quote(name, safe=":@") if name.strip(".") else quote(name.replace(".", "%2E"), safe="%")


def _date(headers: Mapping[str, str]) -> int | None:
    try:
        return int(parsedate_to_datetime(headers["date"]).timestamp())
    except (KeyError, TypeError, ValueError, OverflowError):
        return None


def _kind(answer: httpx2.Response) -> str:
    """What the answer calls itself, as far as that is a plain word."""
    said = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    return said if said.replace("/", "").replace("-", "").replace("+", "").isalnum() and len(said) < 50 else "no type"


def _network(error: httpx2.HTTPError) -> str:
    request = error.request if getattr(error, "_request", None) is not None else None
    host = request.url.host if request else "the service"
    if isinstance(error, httpx2.TimeoutException):
        return f"{host} did not answer in time"
    return f"{host}: {error or type(error).__name__}"
