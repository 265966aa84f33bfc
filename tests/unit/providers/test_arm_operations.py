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

ACCOUNT = "/subscriptions/s/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts/a"
OPERATION = "https://arm.test/operations/1"
WRITE = DeploymentWrite({"capacity": 20}, {})


class Nobody:
    def __call__(self) -> Mapping[str, str]:
        return {}

    def renew(self) -> bool:
        return False


def account(operation: Callable[[int], httpx2.Response], state: str = "Succeeded") -> tuple[ArmAccount, list[float]]:
    """An account whose writes begin an operation; its n-th read (from 1) answers what `operation` says."""
    looks, slept = [0], list[float]()

    def answer(request: httpx2.Request) -> httpx2.Response:
        if request.url.path == "/operations/1":
            looks[0] += 1
            return operation(looks[0])
        properties = {"provisioningState": state, "model": {"name": "m"}}
        return httpx2.Response(200, json={"name": "chat", "properties": properties})

    begun = SimpleNamespace(result=lambda: SimpleNamespace(headers={"Azure-AsyncOperation": OPERATION}))
    sdk: Any = SimpleNamespace(deployments=SimpleNamespace(begin_create_or_update=lambda *_, **__: begun))
    client = httpx2.Client(transport=httpx2.MockTransport(answer))
    reader = Reader(client, "https://arm.test", Nobody(), service="ARM", params={}, sleep=lambda _: None)
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
