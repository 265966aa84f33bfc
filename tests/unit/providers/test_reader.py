"""Plain JSON reads: paging that ends, links that stay at home, retries that obey, bodies that are cut."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import httpx2
import pytest

from reconciler.providers.errors import ServiceError
from reconciler.providers.reader import Reader
from reconciler.providers.retry import Backoff, Budget

Handler = Callable[[httpx2.Request], httpx2.Response]
BASE = "https://account.test/openai"


class Tokens:
    """A proof that counts: the token of each request, and how often a new one was wanted."""

    def __init__(self, renewable: bool = False) -> None:
        self.asked = 0
        self.renewed = 0
        self.renewable = renewable

    def __call__(self) -> Mapping[str, str]:
        self.asked += 1
        return {"Authorization": f"Bearer {self.asked}"}

    def renew(self) -> bool:
        self.renewed += 1
        return self.renewable


class Service:
    """A service that answers from a script and remembers what it was asked."""

    def __init__(self, *answers: httpx2.Response | Exception | Handler) -> None:
        self.answers = list(answers)
        self.asked: list[httpx2.Request] = []
        self.slept: list[float] = []
        self.proof = Tokens()

    def reader(self, attempts: int = 5, api_version: str = "") -> Reader:
        client = httpx2.Client(transport=httpx2.MockTransport(self._answer))
        return Reader(
            client,
            BASE,
            self.proof,
            service="Service",
            params={"api-version": api_version} if api_version else {},
            sleep=self.slept.append,
            backoff=Backoff(attempts),
        )

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, httpx2.Response) else answer(request)


def ok(body: Any, **headers: str) -> httpx2.Response:
    return httpx2.Response(200, json=body, headers=headers)


def error(status: int, **headers: str) -> httpx2.Response:
    return httpx2.Response(status, json={"error": {"code": "Bad", "message": "no"}}, headers=headers)


def page(*ids: str, more: bool = True) -> httpx2.Response:
    return ok({"data": [{"id": id, "unknown": {"kept": True}} for id in ids], "has_more": more})


def test_a_cursor_is_followed_to_the_end() -> None:
    service = Service(page("a", "b"), page("c", more=False))
    items = service.reader().by_cursor("/files")
    assert [item["id"] for item in items] == ["a", "b", "c"]
    assert [r.url.params.get("after") for r in service.asked] == [None, "b"]
    assert items[0]["unknown"] == {"kept": True}, "fields that this version does not know survive"


def test_paging_ends_where_the_service_ignores_the_cursor() -> None:
    """Azure's file list does: the SDK's pager would ask for ever."""
    service = Service(page("a", "b"))
    assert [item["id"] for item in service.reader().by_cursor("/files")] == ["a", "b"]
    assert len(service.asked) == 2


def test_pages_that_overlap_list_nothing_twice() -> None:
    service = Service(page("a", "b"), page("b", "c"), page("c", more=False))
    assert [item["id"] for item in service.reader().by_cursor("/files")] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ({"data": []}, "an empty list"),
        ({"data": None, "has_more": True}, "null for a list"),
        ({}, "nothing at all"),
        ({"data": [], "has_more": True}, "more of nothing"),
        ({"data": [{"name": "x"}, 7, None], "has_more": True}, "items without an id"),
    ],
)
def test_lists_with_nothing_in_them(body: Any, why: str) -> None:
    service = Service(ok(body))
    assert service.reader().by_cursor("/files") == [], why
    assert len(service.asked) == 1, why


def test_links_are_followed_and_a_circle_of_them_ends() -> None:
    one = ok({"value": [{"n": 1}], "nextLink": f"{BASE}/x?page=2&api-version=1"})
    two = ok({"value": [{"n": 2}], "nextLink": f"{BASE}/x?page=2&api-version=1"})
    service = Service(one, two)
    assert service.reader(api_version="1").by_link("/x") == [{"n": 1}, {"n": 2}]
    assert service.asked[1].url.params.get("page") == "2"


def test_the_api_version_is_asked_for_once() -> None:
    service = Service(ok({}))
    service.reader(api_version="2024").get("/x?api-version=2025")
    assert service.asked[0].url.params.get_list("api-version") == ["2025"]


def test_a_link_to_another_host_is_refused_before_it_is_asked() -> None:
    """A link in an answer would carry the credentials there."""
    service = Service(ok({"value": [1], "nextLink": "https://evil.test/x?api-version=1"}))
    with pytest.raises(ServiceError, match=r"another host: evil\.test"):
        service.reader().by_link("/x")
    assert [r.url.host for r in service.asked] == ["account.test"]


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_what_will_pass_is_tried_again(status: int) -> None:
    service = Service(error(status), error(status), ok({"fine": True}))
    assert service.reader().get("/x") == {"fine": True}
    assert len(service.slept) == 2


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_what_will_not_pass_is_asked_once(status: int) -> None:
    service = Service(error(status))
    with pytest.raises(ServiceError) as caught:
        service.reader().get("/x")
    assert (caught.value.status, len(service.asked), service.slept) == (status, 1, [])


def test_retrying_ends() -> None:
    service = Service(error(503))
    with pytest.raises(ServiceError):
        service.reader(attempts=3).get("/x")
    assert (len(service.asked), len(service.slept)) == (3, 2)


@pytest.mark.parametrize(
    ("headers", "seconds", "why"),
    [
        ({"Retry-After": "7"}, 7.0, "seconds"),
        ({"retry-after-ms": "250", "Retry-After": "9"}, 0.25, "the finer one first"),
        ({"x-ms-retry-after-ms": "1500"}, 1.5, "Azure's own"),
    ],
)
def test_retry_after_is_obeyed(headers: dict[str, str], seconds: float, why: str) -> None:
    service = Service(error(429, **headers), ok({}))
    service.reader().get("/x")
    assert service.slept == [seconds], why


@pytest.mark.parametrize("value", ["soon", "-5", "1e9", "nan", ""])
def test_a_retry_after_that_makes_no_sense_is_not_obeyed(value: str) -> None:
    service = Service(error(429, **{"Retry-After": value}), ok({}))
    service.reader().get("/x")
    assert 0.2 <= service.slept[0] <= 0.5


@pytest.mark.parametrize(
    ("failure", "message"),
    [
        (httpx2.ConnectError("refused"), "refused"),
        (httpx2.ReadTimeout("slow"), "did not answer in time"),
        (httpx2.RemoteProtocolError("peer closed connection"), "peer closed"),
        (httpx2.Response(200, content=b'{"data": [{"id": "a"'), "not a JSON object"),
        (httpx2.Response(200, content=b""), "not a JSON object"),
        (httpx2.Response(200, content=b"<html>Sign in</html>"), "not a JSON object"),
    ],
    ids=["refused", "timeout", "cut connection", "cut body", "empty body", "a proxy's page"],
)
def test_an_answer_that_is_none_is_tried_again_and_then_told(
    failure: httpx2.Response | Exception, message: str
) -> None:
    with pytest.raises(ServiceError, match=message) as caught:
        Service(failure).reader(attempts=2).get("/x")
    assert caught.value.status == 0
    assert Service(failure, ok({"fine": True})).reader().get("/x") == {"fine": True}


def test_an_error_page_that_is_no_json_keeps_its_status() -> None:
    with pytest.raises(ServiceError) as caught:
        Service(httpx2.Response(404, content=b"<html>")).reader().get("/x")
    assert (caught.value.status, caught.value.missing) == (404, True)


def test_tokens_are_asked_for_anew_with_every_attempt() -> None:
    service = Service(error(503), ok({}), ok({}))
    reader = service.reader()
    reader.get("/x")
    reader.get("/x")
    assert [r.headers["Authorization"] for r in service.asked] == ["Bearer 1", "Bearer 2", "Bearer 3"]


@pytest.mark.parametrize(
    ("renewable", "requests", "why"), [(True, 2, "a new token, once"), (False, 1, "a key does not get better")]
)
def test_a_token_that_expired_is_renewed_once(renewable: bool, requests: int, why: str) -> None:
    service = Service(error(401))
    service.proof = Tokens(renewable)
    with pytest.raises(ServiceError):
        service.reader().get("/x")
    assert (len(service.asked), service.proof.renewed) == (requests, 1), why


def test_a_dying_service_is_left_alone() -> None:
    """The budget of retries is one for all reads of a target."""
    service = Service(error(503))
    reader = service.reader(attempts=5)
    reader.budget = Budget(retries=6)
    for _ in range(5):
        with pytest.raises(ServiceError):
            reader.get("/x")
    assert len(service.slept) == 6
