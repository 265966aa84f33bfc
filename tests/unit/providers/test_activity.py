"""The activity log as Azure writes it: several entries an operation, localized words, seven digits of a second."""

from __future__ import annotations

from typing import Any

import httpx2

from reconciler.providers import activity
from reconciler.providers.reader import Reader
from tests.support.arm import _Nobody

ID = "/subscriptions/s/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts/a/deployments/chat"


def event(operation: str, status: str, at: str, **more: Any) -> dict[str, Any]:
    word = f"Microsoft.CognitiveServices/accounts/deployments/{operation}"
    return {
        "caller": "ana@contoso.example",
        "eventTimestamp": at,
        "operationName": {"value": word, "localizedValue": "x"},
        "status": {"value": status, "localizedValue": "x"},
        "resourceId": ID,
        **more,
    }


def read(*events: Any) -> list[tuple[bool, str, int]]:
    asked: list[httpx2.URL] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request.url)
        return httpx2.Response(200, json={"value": list(events)})

    client = httpx2.Client(transport=httpx2.MockTransport(answer))
    reader = Reader(
        client, "https://arm.test", _Nobody(), service="ARM", params={"api-version": "9"}, sleep=lambda _: None
    )
    found = [(w.deleted, w.by, w.time) for w in activity.read(reader, ID)]
    (url,) = asked
    assert url.path == "/subscriptions/s/providers/Microsoft.Insights/eventtypes/management/values"
    assert url.params["api-version"] == "2015-04-01", "the log has a version of its own"
    assert url.params["$filter"].endswith(f"and resourceUri eq '{ID}'")
    return found


def test_what_was_done_comes_oldest_first() -> None:
    told = [
        event("delete", "Succeeded", "2026-11-20T17:44:00.1234567Z"),
        event("delete", "Started", "2026-11-20T17:43:00.1234567Z"),
        event("write", "Succeeded", "2026-11-01T00:00:00Z", resourceId=ID.upper()),
    ]
    assert read(*told) == [(False, "ana@contoso.example", 1793491200), (True, "ana@contoso.example", 1795196640)]


def test_what_failed_what_is_another_and_what_makes_no_sense_is_left_out() -> None:
    at = "2026-11-01T00:00:00Z"
    odd = [
        event("write", "Failed", at),
        event("action", "Succeeded", at),
        event("write", "Succeeded", at, resourceId=f"{ID}-2"),
        event("write", "Succeeded", "a while ago"),
        event("write", "Succeeded", at, operationName=None),
        event("write", "Succeeded", at) | {"status": "Succeeded"},
        {},
    ]
    assert read(*odd) == []


def test_a_write_without_a_name_is_a_write() -> None:
    assert read(event("write", "Accepted", "2026-11-01T00:00:00Z", caller=None)) == [(False, "", 1793491200)]
