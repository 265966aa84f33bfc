"""Operations of Resource Manager: followed to their end, told while they last, and given up after their bound."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest

from reconciler.model import codes
from reconciler.providers.arm import ArmAccount
from reconciler.providers.base import DeploymentWrite
from reconciler.providers.errors import ServiceError, diagnose
from reconciler.providers.reader import Reader
from reconciler.providers.retry import Backoff

ACCOUNT = "/subscriptions/s/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts/a"
OPERATION = "https://arm.test/operations/1"
WRITE = DeploymentWrite({"capacity": 20}, {})


class Nobody:
    def __call__(self) -> Mapping[str, str]:
        return {}

    def renew(self) -> bool:
        return False


def account(
    operation: Callable[[int], httpx2.Response], state: str = "Succeeded", link: str = OPERATION
) -> tuple[ArmAccount, list[float]]:
    """An account whose writes begin an operation; its n-th read (from 1) answers what `operation` says."""
    looks, slept = [0], list[float]()

    def answer(request: httpx2.Request) -> httpx2.Response:
        if request.url.path == "/operations/1":
            looks[0] += 1
            return operation(looks[0])
        properties = {"provisioningState": state, "model": {"name": "m"}}
        return httpx2.Response(200, json={"name": "chat", "sku": {"name": "Standard"}, "properties": properties})

    begun = SimpleNamespace(result=lambda: SimpleNamespace(headers={"Azure-AsyncOperation": link}))
    sdk: Any = SimpleNamespace(deployments=SimpleNamespace(begin_create_or_update=lambda *_, **__: begun))
    client = httpx2.Client(transport=httpx2.MockTransport(answer))
    reader = Reader(
        client, "https://arm.test", Nobody(), service="ARM", params={}, sleep=lambda _: None, backoff=Backoff(1)
    )
    return ArmAccount(reader, ACCOUNT, lambda: sdk, poll=5.0, sleep=slept.append, longest=60.0), slept


def test_an_operation_that_the_gateway_does_not_know_yet_is_awaited() -> None:
    def operation(number: int) -> httpx2.Response:
        known = number > 3
        return httpx2.Response(200 if known else 404, json={"status": "Succeeded"} if known else {})

    arm, slept = account(operation)
    told: list[str] = []
    arm.write("chat", WRITE, None, told.append)
    assert (told, len(slept)) == (["the operation on chat is not known yet, 60 s at most"] * 3, 3)


@pytest.mark.parametrize(
    ("status", "words"), [("InProgress", "the operation on chat is InProgress"), ("Succeeded", "chat is Updating")]
)
def test_an_operation_that_does_not_end_is_given_up_with_its_last_state(status: str, words: str) -> None:
    arm, slept = account(lambda _: httpx2.Response(200, json={"status": status}), state="Updating")
    with pytest.raises(ServiceError, match=f"{words} after 60 s") as raised:
        arm.write("chat", WRITE, None)
    assert sum(slept) == 60
    assert not raised.value.transient, "it is not sent again, which would take as long once more"
    assert diagnose(raised.value, "deployment.chat@a").code is codes.SERVICE_UNSETTLED


@pytest.mark.parametrize(
    ("status", "says"),
    [
        ({"status": "Failed", "error": {"code": "A", "message": "m"}}, "m"),
        ({"status": "failed"}, "the operation ended as Failed"),
        ({"status": "Cancelled"}, "the operation ended as Canceled"),
        ({"status": "Refused", "error": {"message": "m"}}, "m"),
        ({"status": ["Failed"], "error": ["m"]}, "the operation ended as without a status"),
    ],
)
def test_an_operation_that_failed_in_any_words(status: Any, says: str) -> None:
    arm, slept = account(lambda _: httpx2.Response(200, json=status))
    with pytest.raises(ServiceError, match=says):
        arm.write("chat", WRITE, None)
    assert not slept


@pytest.mark.parametrize(
    "link", ["/operations/1", "https://arm.test/operations/1?api-version=1", "//arm.test/operations/1"]
)
def test_a_link_to_an_operation_may_be_relative(link: str) -> None:
    looks: list[int] = []

    def operation(number: int) -> httpx2.Response:
        looks.append(number)
        return httpx2.Response(200, json={"status": "Succeeded", "error": None})

    arm, _ = account(operation, link=link)
    arm.write("chat", WRITE, None)
    assert looks == [1]


@pytest.mark.parametrize(
    ("link", "says"),
    [
        ("https://evil.test/operations/1", "another host: evil.test"),
        ("http://arm.test/operations/1", "another host"),
        ("https://arm.test:port/", "no address"),
        ("https://[/", "another host"),
        ("\x1b[31m", "not known|not a whole answer|no address"),
    ],
)
def test_a_link_to_an_operation_that_leads_nowhere(link: str, says: str) -> None:
    arm, _ = account(lambda _: httpx2.Response(200, json={"status": "Succeeded"}), link=link)
    with pytest.raises(ServiceError, match=says):
        arm.write("chat", WRITE, None)


@pytest.mark.parametrize("content", [b"<html>", b"", b"null", b"[]", b'{"status": "Succeeded", "status": "Failed"}'])
def test_an_operation_that_cannot_be_read_is_in_doubt(content: bytes) -> None:
    arm, _ = account(lambda _: httpx2.Response(200, content=content))
    with pytest.raises(ServiceError, match="not a whole answer") as raised:
        arm.write("chat", WRITE, None)
    assert raised.value.doubtful
