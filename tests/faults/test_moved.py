"""A deployment that somebody else changes between the plan and the write is compared again, not overwritten blindly."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from reconciler.api.estate import Estate
from reconciler.emulator.records import Deployment
from reconciler.model import codes
from tests.faults.audit import audit
from tests.faults.network import Answer
from tests.faults.stage import Stage

NAME = "triage"


def drifted(loaded: Estate) -> tuple[Stage, Deployment]:
    """Everything is applied; then somebody has raised a capacity."""
    stage = Stage(loaded)
    assert stage.apply().converged
    live = stage.store.state.accounts["acme-sweden"].deployments[NAME]
    live.sku["capacity"] = 20
    return stage, live


def recorded(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The bodies of the writes to deployments that are sent from now on."""
    bodies: list[dict[str, Any]] = []
    serve = stage.network.serve

    def listening(method: str, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        if method in ("PUT", "PATCH", "DELETE") and "/deployments/" in url:
            bodies.append(json.loads(body or b"{}"))
        return serve(method, url, headers, body)

    monkeypatch.setattr(stage.network, "serve", listening)
    return bodies


def test_what_moved_is_put_right_by_the_same_apply(loaded: Estate) -> None:
    """The plan knows of the capacity; the model is changed only after it."""
    stage, live = drifted(loaded)
    wanted = live.properties["model"]["name"]

    def somebody_serves_the_base() -> None:
        live.properties["model"] = {"format": "OpenAI", "name": "gpt-4.1-nano", "version": "2025-04-14"}

    told = stage.apply(meanwhile=somebody_serves_the_base)
    assert told.plan
    assert [f.field for c in told.plan.changes for f in c.fields] == ["capacity"]
    assert told.converged, told.words
    now = stage.store.state.accounts["acme-sweden"].deployments[NAME]
    assert (now.properties["model"]["name"], now.sku["capacity"]) == (wanted, 10)
    assert not audit(stage)


def test_what_somebody_has_put_right_meanwhile_is_not_written_again(
    loaded: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage, live = drifted(loaded)
    bodies = recorded(stage, monkeypatch)

    def somebody_lowers_it() -> None:
        live.sku["capacity"] = 10

    told = stage.apply(meanwhile=somebody_lowers_it)
    assert told.converged, told.words
    assert [sorted(body) for body in bodies] == [["tags"]], "only the record of what was applied"
    assert not audit(stage)


def test_what_somebody_else_owns_by_now_is_left_alone(loaded: Estate, monkeypatch: pytest.MonkeyPatch) -> None:
    stage, live = drifted(loaded)
    bodies = recorded(stage, monkeypatch)

    def another_estate_takes_it() -> None:
        live.tags |= {name: "another" for name, value in live.tags.items() if value == "acme"}

    told = stage.apply(meanwhile=another_estate_takes_it)
    assert codes.NAME_CLASH.id in [d.code.id for o in told.outcomes for d in o.diagnostics]
    assert not bodies
    assert live.sku["capacity"] == 20
