"""What Resource Manager says an account may have and do, however odd the answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx2
import pytest

from reconciler.model.allowance import OfferedSku, Usage
from reconciler.providers.allowances import ArmAllowances, read_grant, read_usage
from reconciler.providers.dates import read_date
from reconciler.providers.decoding import Item
from reconciler.providers.offers import Offers, read_offered
from reconciler.providers.reader import Reader

ACCOUNT = "/subscriptions/s/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts/a"


class Nobody:
    def __call__(self) -> Mapping[str, str]:
        return {}

    def renew(self) -> bool:
        return False


def allowances(answers: dict[str, Any]) -> tuple[ArmAllowances, list[str]]:
    asked: list[str] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(f"{request.url.path}?{request.url.params['api-version']}")
        return httpx2.Response(200, json=answers.get(request.url.path.rpartition("/")[2], {"value": []}))

    client = httpx2.Client(transport=httpx2.MockTransport(answer))
    params = {"api-version": "2025-09-01"}
    reader = Reader(client, "https://arm.test", Nobody(), service="ARM", params=params, sleep=lambda _: None)
    return ArmAllowances(reader, ACCOUNT, "swedencentral", Offers(reader, ACCOUNT), by_key=True), asked


def test_where_each_answer_comes_from() -> None:
    policy = {"name": "Strict", "properties": {"type": "UserManaged"}}
    port, asked = allowances({"raiPolicies": {"value": [policy]}})
    assert port.usages() == []
    assert port.offered() == []
    assert port.filters() == ["Strict"]
    assert port.permissions().by_key
    assert asked == [
        "/subscriptions/s/providers/Microsoft.CognitiveServices/locations/swedencentral/usages?2025-09-01",
        f"{ACCOUNT}/models?2025-09-01",
        f"{ACCOUNT}/raiPolicies?2025-09-01",
        f"{ACCOUNT}/providers/Microsoft.Authorization/permissions?2022-04-01",
    ]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ({"name": {"value": "x"}, "currentValue": 3.0, "limit": 240.0}, Usage("x", 3, 240)),
        ({"name": {"value": "x"}, "currentValue": 3}, None),
        ({"name": "x", "currentValue": 3, "limit": 4}, None),
        ({"name": {"value": ""}, "currentValue": 3, "limit": 4}, None),
        ({}, None),
    ],
)
def test_usages(raw: dict[str, Any], expected: Usage | None) -> None:
    assert read_usage(Item(raw, "a usage")) == expected


def test_a_model() -> None:
    sku = {"name": "standard", "usageName": "OpenAI.Standard.gpt-4o", "deprecationDate": "2027-03-01T00:00:00Z"}
    raw = {
        "name": "gpt-4o-2024-08-06.ft-1",
        "version": "1",
        "baseModel": {"format": "OpenAI", "name": "gpt-4o", "version": "2024-08-06"},
        "capabilities": {"fineTune": "True"},
        "deprecation": {"inference": "2027-03-31", "fineTune": "no date"},
        "skus": [sku, {"odd": 1}, None],
    }
    found = read_offered(Item(raw, "a model"))
    assert (found.base, found.trainable) == ("gpt-4o-2024-08-06", True)
    assert found.skus == (OfferedSku("Standard", "OpenAI.Standard.gpt-4o", 1_803_859_200),)
    assert (found.inference_ends, found.fine_tune_ends) == (1_806_451_200, None)


@pytest.mark.parametrize("odd", [{}, {"skus": 3, "capabilities": [], "deprecation": "x", "baseModel": 7}])
def test_an_odd_model(odd: dict[str, Any]) -> None:
    found = read_offered(Item({"name": "m", **odd}, "a model"))
    assert (found.name, found.base, found.skus, found.trainable) == ("m", "", (), False)


def test_grants() -> None:
    found = read_grant(Item({"actions": ["*/read"], "notActions": None, "dataActions": "x"}, "a permission"))
    assert (found.actions, found.not_actions, found.data_actions) == (("*/read",), (), ())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2027-01-14", 1_799_884_800),
        ("2027-01-14T00:00:00Z", 1_799_884_800),
        ("2027-01-14T01:00:00+01:00", 1_799_884_800),
        ("soon", None),
        ("", None),
        (None, None),
        (17, None),
    ],
)
def test_dates(text: Any, expected: int | None) -> None:
    assert read_date(text) == expected
