"""Odd answers of services that were not survived, so that they stay survived."""

from __future__ import annotations

import time
from email.utils import formatdate

import httpx2

from reconciler.providers.errors import from_body
from tests.unit.providers.test_reader import Service, ok


def test_a_link_keeps_its_own_query() -> None:
    link = "https://account.test/x?$skiptoken=a"
    service = Service(ok({"value": [{}], "nextLink": link}), ok({"value": [{}]}))
    service.reader(api_version="1").by_link("/x", "thing", lambda item: item)
    assert dict(service.asked[1].url.params) == {"api-version": "1", "$skiptoken": "a"}


def test_details_that_are_no_list() -> None:
    assert from_body(400, {"error": {"message": "x", "details": 5}}, {}, service="s").message == "x"


def test_retry_after_as_a_date() -> None:
    later = formatdate(time.time() + 20, usegmt=True)
    service = Service(httpx2.Response(429, headers={"Retry-After": later}), ok({}))
    service.reader().get("/x")
    assert service.slept[0] > 10
