from __future__ import annotations

import httpx2
import pytest

from reconciler.github.client import Client
from reconciler.providers.errors import ServiceError
from tests.support.hub import Fault, Repository


def test_lists_are_read_to_their_end(hub: Repository, client: Client) -> None:
    for number in range(205):
        hub.add_comment(1, f"comment {number}")
    bodies = [c["body"] for c in client.pages("/issues/1/comments")]
    assert bodies == [f"comment {number}" for number in range(205)]
    assert len(hub.requests) == 3


@pytest.mark.parametrize("status", [500, 502, 503, 429])
def test_reads_and_edits_are_tried_again(hub: Repository, client: Client, status: int) -> None:
    hub.add_comment(1, "before")
    hub.faults += [Fault("GET", "/comments", status, times=2), Fault("PATCH", "/comments", status, times=2)]
    (comment,) = client.pages("/issues/1/comments")
    client.patch(f"/issues/comments/{comment['id']}", {"body": "after"})
    assert hub.bodies(1) == ["after"]


def test_creates_are_sent_once(hub: Repository, client: Client) -> None:
    hub.faults.append(Fault("POST", "/comments", 502))
    with pytest.raises(ServiceError) as caught:
        client.post("/issues/1/comments", {"body": "hello"})
    assert caught.value.doubtful
    assert len(hub.writes()) == 1


def test_a_refusal_is_not_tried_again(hub: Repository, client: Client) -> None:
    hub.faults.append(Fault("GET", "/comments", 403, times=9))
    with pytest.raises(ServiceError, match="fault 403"):
        client.get("/issues/1/comments")
    assert len(hub.requests) == 1


def test_too_many_requests_are_waited_for_unless_it_takes_long(hub: Repository, client: Client) -> None:
    """GitHub answers 403 with Retry-After, too."""
    hub.faults.append(Fault("GET", "/comments", 403, headers={"retry-after": "7"}))
    assert client.get("/issues/1/comments") == []
    hub.faults.append(Fault("GET", "/comments", 429, times=9, headers={"retry-after": "3000"}))
    with pytest.raises(ServiceError, match="rate limit for 3000 s"):
        client.get("/issues/1/comments")


def test_nobody_there_is_an_error_that_says_so() -> None:
    with httpx2.Client(trust_env=False) as http:
        client = Client(http, "http://127.0.0.1:9", "acme/models", "", sleep=lambda _seconds: None)
        with pytest.raises(ServiceError, match="ConnectError"):
            client.get("/issues")
