"""Bodies of Azure's job creates in both dialects, clouds, and keys."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import pytest

from reconciler.providers.azure import CLOUDS, api_key, job_body
from reconciler.providers.base import RunRequest
from reconciler.providers.proof import Bearer

REQUEST = RunRequest(
    base_model="gpt-4.1-mini-2025-04-14",
    training_file="file-1",
    validation_file=None,
    suffix="r10123456789abcd-x",
    method="supervised",
    hyperparameters={},
    seed=None,
    training_type=None,
)
LEAST = {"model": "gpt-4.1-mini-2025-04-14", "training_file": "file-1", "suffix": "r10123456789abcd-x"}

BODIES: list[tuple[dict[str, Any], bool, dict[str, Any], str]] = [
    ({}, True, {}, "what is absent is left to the service"),
    ({}, False, {"method": {"type": "supervised", "supervised": {}}}, "v1 names the method"),
    ({"validation_file": "file-2"}, True, {"validation_file": "file-2"}, "validation data"),
    ({"seed": 0}, True, {"seed": 0}, "a seed of zero is a seed"),
    ({"hyperparameters": {"n_epochs": 2}}, True, {"hyperparameters": {"n_epochs": 2}}, "dated: at the top"),
    (
        {"hyperparameters": {"n_epochs": 2}},
        False,
        {"method": {"type": "supervised", "supervised": {"hyperparameters": {"n_epochs": 2}}}},
        "v1: inside the method",
    ),
    ({"training_type": "standard"}, True, {"extra_body": {"trainingType": "Standard"}}, "words of the wire"),
    ({"training_type": "global"}, True, {"extra_body": {"trainingType": "GlobalStandard"}}, "another"),
    ({"training_type": "data_zone"}, True, {"extra_body": {"trainingType": "DataZoneStandard"}}, "a third"),
    ({"training_type": "developer"}, True, {"extra_body": {"trainingType": "developerTier"}}, "in its own case"),
]


@pytest.mark.parametrize(("change", "dated", "more", "why"), BODIES)
def test_bodies(change: dict[str, Any], dated: bool, more: dict[str, Any], why: str) -> None:
    assert job_body(replace(REQUEST, **change), dated=dated) == {**LEAST, **more}, why


def test_metadata_goes_where_the_api_keeps_it() -> None:
    request = replace(REQUEST, metadata={"estate": "acme"})
    assert job_body(request, dated=False)["metadata"] == {"estate": "acme"}
    assert "metadata" not in job_body(request, dated=True)


def test_every_cloud_has_addresses_of_its_own() -> None:
    assert set(CLOUDS) == {"public", "usgov", "china"}
    for field in ("resource_manager", "resource_manager_scope", "data_scope", "authority"):
        assert len({getattr(cloud, field) for cloud in CLOUDS.values()}) == 3, field


class Token:
    def __init__(self, token: str, lives: float) -> None:
        self.token, self.expires_on = token, time.time() + lives


@pytest.mark.parametrize(("lives", "fetched", "why"), [(3600, 1, "a fresh one is kept"), (200, 3, "an old one is not")])
def test_tokens_are_fetched_anew_before_they_expire(lives: float, fetched: int, why: str) -> None:
    scopes: list[str] = []

    class Credential:
        def get_token(self, scope: str) -> Token:
            scopes.append(scope)
            return Token("t", lives)

    bearer = Bearer(Credential, "scope")
    assert [bearer()["Authorization"] for _ in range(3)] == ["Bearer t"] * 3
    assert scopes == ["scope"] * fetched, why


def test_a_target_may_have_a_key_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AZURE_OPENAI_API_KEY", raising=False)
    assert api_key("north-1.a") is None
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", "usual")
    assert api_key("north-1.a") == "usual"
    monkeypatch.setenv("AZURE_OPENAI_API_KEY_NORTH_1_A", "own")
    assert api_key("north-1.a") == "own"
