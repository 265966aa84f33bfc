"""Odd answers of services that were not survived, so that they stay survived."""

from __future__ import annotations

import time
from contextlib import suppress
from email.utils import formatdate
from typing import Any

import httpx2
import pytest

from reconciler.providers.errors import ServiceError, from_body
from tests.unit.providers.test_reader import Service, ok

ODD: list[Any] = [[], "x", 7, {"data": 5, "value": 5}, {"data": [{"id": ["x"]}], "value": [1], "nextLink": 5}]


@pytest.mark.parametrize("body", ODD)
@pytest.mark.parametrize("how", ["by_cursor", "by_link"])
def test_json_of_another_shape(body: Any, how: str) -> None:
    """A list of nothing, or a service error; never anything else."""
    found: list[Any] = []
    with suppress(ServiceError):
        found = getattr(Service(ok(body)).reader(attempts=1), how)("/x")
    assert found == []


@pytest.mark.parametrize("link", ["http://account.test/y?api-version=1", "https://account.test:99/y?api-version=1"])
def test_a_link_does_not_step_down_with_the_token(link: str) -> None:
    with pytest.raises(ServiceError):
        Service(ok({"value": [{}], "nextLink": link}), ok({"value": []})).reader().by_link("/x")


def test_a_link_keeps_its_own_query() -> None:
    link = "https://account.test/x?$skiptoken=a"
    service = Service(ok({"value": [{}], "nextLink": link}), ok({"value": [{}]}))
    service.reader(api_version="1").by_link("/x")
    assert dict(service.asked[1].url.params) == {"api-version": "1", "$skiptoken": "a"}


def test_details_that_are_no_list() -> None:
    assert from_body(400, {"error": {"message": "x", "details": 5}}, {}, service="s").message == "x"


def test_retry_after_as_a_date() -> None:
    later = formatdate(time.time() + 20, usegmt=True)
    service = Service(httpx2.Response(429, headers={"Retry-After": later}), ok({}))
    service.reader().get("/x")
    assert service.slept[0] > 10
