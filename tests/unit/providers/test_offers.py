"""How a deployment names its model: as the account's own list does, and by the table where that shows nothing."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.model import codes
from reconciler.providers.base import DeploymentWrite
from reconciler.providers.errors import ServiceError, code_for
from tests.support.arm import ArmMemory

ID = "/subscriptions/s/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts/a"
TUNED = f"gpt-oss-20b.ft-{'0' * 32}"
OSS = {"format": "OpenAI-OSS", "name": "gpt-oss-20b", "version": "11"}
BASE = {"format": "OpenAI-OSS", "name": "gpt-oss-20b", "version": "11"}


def sent(models: Any, fields: dict[str, Any], base: str = "") -> tuple[dict[str, Any], list[str]]:
    """The model of one PUT to an account that lists these models, and what was told meanwhile."""
    memory, told = ArmMemory(ID, "swedencentral"), list[str]()
    memory.models = models
    memory.serving().write("chat", DeploymentWrite({"sku": "Standard", **fields}, {}, base), None, told.append)
    ((_, _, body),) = memory.writes
    return body["properties"]["model"], told


@pytest.mark.parametrize(
    ("models", "fields", "base", "wire"),
    [
        ([OSS], {"model": "gpt-oss-20b@11"}, "", OSS),
        ([OSS | {"publisher": "OpenAI"}], {"model": "gpt-oss-20b@11"}, "", OSS | {"publisher": "OpenAI"}),
        ([OSS | {"format": "Anew"}], {"model": TUNED}, "", {"format": "Anew", "name": TUNED, "version": "1"}),
        (
            [OSS, {"name": TUNED, "version": "1", "baseModel": BASE | {"format": "Its own"}}],
            {"model": TUNED},
            "",
            {"format": "Its own", "name": TUNED, "version": "1"},
        ),
        ([OSS], {"model": "ftchkpt-1"}, "gpt-oss-20b", {"format": "OpenAI-OSS", "name": "ftchkpt-1", "version": "1"}),
        (
            [OSS],
            {"model": TUNED, "source": "/accounts/other"},
            "gpt-4.1-mini-2025-04-14",
            {"format": "OpenAI-OSS", "name": TUNED, "version": "1", "source": "/accounts/other"},
        ),
    ],
    ids=["a base model", "its publisher", "its base's", "a listed fine-tuned one", "a checkpoint", "another account's"],
)
def test_the_list_decides(models: Any, fields: dict[str, Any], base: str, wire: dict[str, str]) -> None:
    assert sent(models, fields, base) == (wire, [])


def test_a_list_without_the_model_leaves_it_to_the_table_and_says_so() -> None:
    wire, told = sent([], {"model": TUNED})
    assert wire["format"] == "OpenAI-OSS"
    assert told == [
        "the account's list of models does not show gpt-oss-20b; format OpenAI-OSS by the table of 2026-11-30"
    ]


def test_a_model_of_which_nobody_says_the_format_is_not_sent() -> None:
    memory = ArmMemory(ID, "swedencentral")
    with pytest.raises(ServiceError, match="no table has its format") as raised:
        memory.serving().write("chat", DeploymentWrite({"model": "Muse-Glimmer-30B@1", "sku": "Standard"}, {}), None)
    assert (code_for(raised.value), memory.writes) == (codes.MODEL_FORMAT, [])


def test_a_list_that_cannot_be_read_stops_only_what_no_table_knows() -> None:
    assert "cannot be read (not a whole answer: a model has no `name`)" in " ".join(sent([{}], {"model": TUNED})[1])
    with pytest.raises(ServiceError, match="has no `name`"):
        sent([{}], {"model": "Muse-Glimmer-30B@1"})


def test_the_list_is_read_once_for_many_writes() -> None:
    memory = ArmMemory(ID, "swedencentral")
    serving = memory.serving()
    serving.offers.read()
    memory.models = []
    serving.write("chat", DeploymentWrite({"model": "gpt-4.1@2025-04-14", "sku": "Standard"}, {}), None)
    assert memory.writes[0][2]["properties"]["model"]["format"] == "OpenAI"
