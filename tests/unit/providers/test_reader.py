"""Plain JSON reads: paging that ends, links that stay at home, retries that obey, bodies that are cut."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import httpx2
import pytest

from reconciler.providers.errors import ServiceError
from reconciler.providers.reader import Reader, part
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


def ids(service: Service) -> list[str]:
    return service.reader(attempts=1).by_cursor("/files", "file", lambda item: item.text("id"))


def numbers(service: Service) -> list[int]:
    return service.reader(attempts=1, api_version="1").by_link("/x", "thing", lambda item: item.whole("n"))


def test_a_cursor_is_followed_to_the_end() -> None:
    service = Service(page("a", "b"), page("c", more=False))
    items = service.reader().by_cursor("/files", "file", lambda item: item.raw)
    assert [item["id"] for item in items] == ["a", "b", "c"]
    assert [r.url.params.get("after") for r in service.asked] == [None, "b"]
    assert items[0]["unknown"] == {"kept": True}, "fields that this version does not know survive"


def test_a_list_without_pages_is_whole() -> None:
    """Azure's file list has no `has_more` and ignores `after`: the SDK's pager would ask for ever."""
    service = Service(ok({"object": "list", "data": [{"id": "a"}, {"id": "b"}]}))
    assert ids(service) == ["a", "b"]
    assert len(service.asked) == 1


def test_pages_that_overlap_list_nothing_twice() -> None:
    assert ids(Service(page("a", "b"), page("b", "c"), page("c", more=False))) == ["a", "b", "c"]


@pytest.mark.parametrize("body", [{"data": []}, {"data": [], "has_more": False}])
def test_an_empty_list(body: Any) -> None:
    assert ids(Service(ok(body))) == []


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({}, "the list of files has no `data`"),
        ({"statusCode": 200, "message": "ok"}, "has no `data`"),
        ({"data": None}, "`data` of the list of files is null, not a list"),
        ({"object": "list", "data": None, "has_more": False}, "`data` of the list of files is null, not a list"),
        ({"data": {"id": "a"}}, "is an object, not a list"),
        ({"data": "a"}, "is a text, not a list"),
        ({"data": [], "has_more": True}, "says that there is more, and shows nothing new"),
        ({"data": [{"id": "a"}], "has_more": "no"}, "neither true nor false"),
        ({"data": [{"id": "a"}, {"name": "x"}]}, "a file has no `id`"),
        ({"data": [{"id": 7}]}, "`id` of a file is the number 7, not a text"),
        ({"data": [{"id": "a"}, None]}, "an element of the list of files is null, not an object"),
        ([{"id": "a"}], "it is a list, not an object"),
    ],
)
def test_a_list_that_is_none(body: Any, says: str) -> None:
    with pytest.raises(ServiceError, match=re.escape(says)) as caught:
        ids(Service(ok(body)))
    assert (caught.value.not_whole, caught.value.missing) == (True, False)


def test_a_cursor_that_does_not_move() -> None:
    service = Service(page("a", "b"))
    with pytest.raises(ServiceError, match="shows nothing new"):
        ids(service)
    assert len(service.asked) == 2


def test_a_list_without_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reconciler.providers.reader.MOST_PAGES", 5)
    service = Service(*(page(f"f{n}") for n in range(9)))
    with pytest.raises(ServiceError, match="has no end"):
        ids(service)
    assert len(service.asked) == 5
    links = Service(*(ok({"value": [], "nextLink": f"{BASE}/x?page={n}"}) for n in range(9)))
    with pytest.raises(ServiceError, match="has no end"):
        numbers(links)


def test_a_list_of_too_many_items(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reconciler.providers.reader.MOST_ITEMS", 3)
    with pytest.raises(ServiceError, match="has no end after 3 items"):
        ids(Service(page("a", "b"), page("c", "d"), page("e", more=False)))
    with pytest.raises(ServiceError, match="has no end after 3 items"):
        numbers(Service(ok({"value": [{"n": 1}] * 4})))


BODIES = {
    "a byte order mark": (b'\xef\xbb\xbf{"data": [{"id": "a"}]}', ""),
    "keys in other spellings of JSON": (b'{"data" : [{"id"\n: "a", "x": "\\u0022: \\":"}], "y": {}}', ""),
    "a key that stands twice": (b'{"data": [{"id": "a"}], "data": []}', "a key stands twice"),
    "a key that stands twice, below": (b'{"data": [{"id": "a", "\\u0069d": "b"}]}', "a key stands twice"),
    "NaN": (b'{"data": [{"id": "a", "n": NaN}]}', "it is no JSON"),
    "a number without an end": (b'{"data": [{"id": "a", "n": ' + b"9" * 5_000 + b"}]}", "it is no JSON"),
    "half a surrogate": (b'{"data": [{"id": "\\ud800"}]}', "it is no JSON"),
    "no UTF-8": (b'{"data": [{"id": "\xff"}]}', "it is no JSON"),
    "UTF-16": ('{"data": []}'.encode("utf-16"), "it is no JSON"),
    "a deep nesting": (b'{"data": ' + b"[" * 500 + b"]" * 500 + b"}", "nested too deeply"),
    "a bottomless nesting": (b'{"data": ' + b"[" * 100_000, "it is no JSON"),
}


@pytest.mark.parametrize("name", BODIES)
def test_json_that_readers_do_not_agree_on(name: str) -> None:
    content, says = BODIES[name]
    service = Service(httpx2.Response(200, content=content, headers={"content-type": "text/x\x1b[31m; a=b"}))
    if not says:
        assert ids(service) == ["a"]
        return
    with pytest.raises(ServiceError, match=says) as caught:
        ids(service)
    assert caught.value.not_whole
    assert "\x1b" not in caught.value.message


@pytest.mark.parametrize("id", ["../../secrets", "..", ".", "a/b", "a?limit=0", "a#b", "a\x00b\n", "é", "%2e%2e"])
def test_an_id_leads_nowhere_else(id: str) -> None:
    service = Service(ok({}))
    service.reader().get(f"/files/{part(id)}")
    path = service.asked[0].url.raw_path.decode()
    assert path.startswith("/openai/files/")
    assert path.count("/") == 3
    assert not path.endswith(("/..", "/."))


def test_a_path_that_is_no_address_is_not_sent() -> None:
    service = Service(ok({}))
    with pytest.raises(ServiceError, match="no address") as caught:
        service.reader().get("/files/" + "x" * 70_000)
    assert (service.asked, caught.value.not_sent) == ([], True)


@pytest.mark.parametrize("link", [f"{BASE}/x?page=2&api-version=1", "/openai/x?page=2", "x?page=2", "?page=2"])
def test_links_are_followed_wherever_they_are_relative_to(link: str) -> None:
    service = Service(ok({"value": [{"n": 1}], "nextLink": link}), ok({"value": [{"n": 2}], "nextLink": None}))
    assert numbers(service) == [1, 2]
    assert service.asked[1].url.params.get("page") == "2"
    assert service.asked[1].url.host == "account.test"


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"value": [{"n": 1}], "nextLink": f"{BASE}/x"}, "links to a page that was read already"),
        ({"value": [{"n": 1}], "nextLink": 7}, "`nextLink` of the list of things is the number 7, not a link"),
        ({"value": [{"n": 1}], "nextLink": {}}, "is an object, not a link"),
        ({"value": [{"n": 1}], "nextLink": False}, "is true or false, not a link"),
        ({"value": [{"n": 1}], "nextLink": "/" + "x" * 70_000}, "no address"),
        ({"value": [{"n": 1}], "nextLink": "https://account.test:port/x"}, "no address"),
        ({"value": [{"n": 1}], "nextLink": "https://evil.test/x"}, "another host: evil.test"),
        ({"value": [{"n": 1}], "nextLink": "http://account.test/x"}, "another host"),
        ({"value": [{"n": 1}], "nextLink": "https://account.test:8443/x"}, "another host"),
        ({"value": [{"n": 1}], "nextLink": "https://me@account.test/x"}, "another host"),
        ({"value": [{"n": 1}], "nextLink": "file:///etc/passwd"}, "another host"),
        ({"value": [{"n": "one"}]}, "`n` of a thing is a text, not a whole number"),
        ({"data": []}, "the list of things has no `value`"),
    ],
)
def test_links_that_lead_nowhere(body: Any, says: str) -> None:
    """A link in an answer would carry the credentials with it."""
    service = Service(ok(body))
    with pytest.raises(ServiceError, match=re.escape(says)):
        numbers(service)
    assert {r.url.host for r in service.asked} == {"account.test"}


def test_the_api_version_is_asked_for_once() -> None:
    service = Service(ok({}))
    service.reader(api_version="2024").get("/x?api-version=2025")
    assert service.asked[0].url.params.get_list("api-version") == ["2025"]


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


def test_what_asks_for_an_hour_is_told_at_once_and_left_alone_for_an_hour() -> None:
    service = Service(error(429, **{"Retry-After": "3600"}))
    reader = service.reader()
    for _ in range(3):
        with pytest.raises(ServiceError) as caught:
            reader.get("/x")
        assert 3500 < (caught.value.retry_after or 0) <= 3600
    assert (len(service.asked), service.slept) == (1, [])
    with pytest.raises(ServiceError):
        reader.get("/y")
    assert len(service.asked) == 2, "another address is another thing"


@pytest.mark.parametrize(
    ("failure", "message"),
    [
        (httpx2.ConnectError("refused"), "refused"),
        (httpx2.ReadTimeout("slow"), "did not answer in time"),
        (httpx2.RemoteProtocolError("peer closed connection"), "peer closed"),
        (httpx2.Response(200, content=b'{"data": [{"id": "a"'), "it is no JSON"),
        (httpx2.Response(200, content=b""), "it is no JSON"),
        (httpx2.Response(200, content=b"<html>Sign in</html>"), "it is no JSON"),
    ],
    ids=["refused", "timeout", "cut connection", "cut body", "empty body", "a proxy's page"],
)
def test_an_answer_that_is_none_is_tried_again_and_then_told(
    failure: httpx2.Response | Exception, message: str
) -> None:
    with pytest.raises(ServiceError, match=message) as caught:
        Service(failure).reader(attempts=2).get("/x")
    assert caught.value.status in (0, 200)
    assert caught.value.doubtful
    assert Service(failure, ok({"fine": True})).reader().get("/x") == {"fine": True}


def test_an_error_page_that_is_no_json_keeps_its_status() -> None:
    with pytest.raises(ServiceError) as caught:
        Service(httpx2.Response(404, content=b"<html>")).reader().get("/x")
    assert caught.value.status == 404
    assert not caught.value.missing, "a gateway's page says nothing of what the service has"


@pytest.mark.parametrize(
    ("body", "missing"),
    [
        ({"error": {"code": "DeploymentNotFound", "message": "no"}}, True),
        ({"error": {"message": "No such model"}}, True),
        ({"error": {"code": "ParentResourceNotFound", "message": "no account"}}, False),
        ({"error": {"code": "ResourceGroupNotFound", "message": "no group"}}, False),
        ({}, False),
        ({"detail": "Not Found"}, False),
        ({"error": {}}, False),
    ],
)
def test_only_the_services_own_words_make_something_missing(body: Any, missing: bool) -> None:
    with pytest.raises(ServiceError) as caught:
        Service(httpx2.Response(404, json=body)).reader().get("/x")
    assert caught.value.missing == missing


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
