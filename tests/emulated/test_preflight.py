"""Preflight against a service: what cannot succeed is said before anything is sent, and the rest goes on."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from tests.emulated.conftest import Bench
from tests.emulated.test_rules import TRIAGE, forbid, limits, triage, words

__all__ = ["triage"]
ACCOUNT = "aoai-secondlap-sweden"
NANO = "gpt-4.1-nano-2025-04-14"
MODELS = "Services/accounts/[^/]+/models$"


def reads(bench: Bench) -> list[str]:
    """What was asked beside the lists of every look."""
    beside = ("usages", "models", "raiPolicies", "permissions")
    asked = [r["path"] for r in bench.requests("GET", "/providers/")]
    return sorted(path.rpartition("/")[2] for path in asked if path.endswith(beside))


def forget(bench: Bench) -> None:
    bench.http.delete("/_emulator/requests").raise_for_status()


def writes(bench: Bench) -> list[str]:
    return [r["path"] for r in bench.requests() if r["method"] != "GET" and "/deployments" in r["path"]]


def test_an_unchanged_estate_costs_no_more_reads(triage: Bench) -> None:
    assert triage.apply().status == 0
    forget(triage)
    assert triage.run("plan").status == 0
    assert reads(triage) == []
    triage.edit(TRIAGE, "capacity: 30", "capacity: 40")
    assert triage.run("plan").status == 0
    assert reads(triage) == ["models", "permissions", "usages"]


def test_quota_that_is_short(triage: Bench) -> None:
    limits(triage, quota=20)
    forget(triage)
    planned = triage.run("plan")
    assert planned.status == 1
    assert "[quota-short]" in planned.err
    assert "specs/triage.yaml:26:15" in planned.err
    assert "needs 30 more (thousand tokens a minute)" in words(planned.err)
    assert "20 are free: 0 of 20 are in use" in words(planned.err)
    assert triage.apply().status == 1
    assert writes(triage) == [], "nothing that the service would refuse was sent"
    assert triage.actions() == {"deployment.triage@sweden": "blocked"}, "the model is trained meanwhile"
    limits(triage, quota=30)
    assert triage.apply().status == 0


def test_quota_of_one_region_by_name(triage: Bench) -> None:
    subscription = "11111111-1111-1111-1111-111111111111"
    name = "OpenAI.Standard.gpt-4.1-nano-finetune"
    order = {"subscription": subscription, "location": "swedencentral", "name": name, "limit": 35}
    triage.http.put("/_emulator/quota", json=order).raise_for_status()
    result = triage.apply()
    assert result.status == 0, result.err
    assert "quota in swedencentral: 35 of 35 free" in result.out
    triage.edit(TRIAGE, "capacity: 30", "capacity: 36")
    assert "5 free in swedencentral" in triage.run("plan").err
    triage.edit(TRIAGE, "capacity: 36", "capacity: 35")
    assert triage.apply().status == 0


def test_a_filter_that_is_missing_and_then_made(triage: Bench) -> None:
    triage.edit(TRIAGE, "    sku: Standard", "    sku: Standard\n    content_filter: Strict")
    assert "[filter-missing]" in triage.run("plan").err
    path = f"/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-secondlap-llm-eu/providers\
/Microsoft.CognitiveServices/accounts/{ACCOUNT}/raiPolicies/strict"
    body = {"properties": {"basePolicyName": "Microsoft.DefaultV2", "mode": "Blocking"}}
    triage.http.put(path, params={"api-version": "2025-09-01"}, json=body).raise_for_status()
    result = triage.apply()
    assert result.status == 0, result.err
    assert triage.actions() == {}


def region(bench: Bench, **lacks: Any) -> None:
    bench.http.put("/_emulator/regions/swedencentral", json=lacks).raise_for_status()


def test_a_region_that_does_not_train_the_model(triage: Bench) -> None:
    region(triage, untrainable=[NANO])
    result = triage.apply()
    assert result.status == 1
    assert "[model-region]" in result.err
    assert "gpt-4.1-2025-04-14, gpt-4.1-mini-2025-04-14" in words(result.err)
    assert triage.requests("POST", "/files") == []
    region(triage)
    assert triage.apply().status == 0


def test_the_emulated_region_refuses_as_well(triage: Bench) -> None:
    """What the plan foresees is what would happen."""
    region(triage, untrainable=[NANO])
    forbid(triage, MODELS)
    result = triage.apply()
    assert result.status == 1
    assert "does not support fine-tuning" in words(result.err)


def test_a_retired_model_is_trained_by_existing_customers_only(triage: Bench) -> None:
    region(triage, retired=[NANO])
    planned = triage.run("plan")
    assert planned.status == 1
    assert "[base-retired]" in planned.err
    region(triage)
    assert triage.apply().status == 0
    region(triage, retired=[NANO])
    triage.edit(TRIAGE, "n_epochs: 4", "n_epochs: 3")
    result = triage.apply()
    assert result.status == 0, result.err
    assert "[existing-customer]" in result.err


def test_the_services_410_is_explained_with_what_it_trains(triage: Bench) -> None:
    """A target that says that it has trained on it, and has not."""
    triage.edit("specs/estate.yaml", "region: swedencentral", f"region: swedencentral\n    existing_customer: [{NANO}]")
    region(triage, retired=[NANO])
    result = triage.apply()
    assert result.status == 1
    assert "[base-retired]" in result.err
    assert "410 ServiceModelDeprecated" in result.err
    assert "Trainable there by supervised: gpt-4.1-2025-04-14" in words(result.err)
    assert len(triage.creates()) == 1


def test_a_region_that_does_not_serve_the_model_so(triage: Bench) -> None:
    assert triage.apply().status == 0
    region(triage, unserved={NANO: ["Standard", "DataZoneStandard"]})
    assert triage.actions() == {}, "what serves goes on"
    triage.edit(TRIAGE, "sku: Standard", "sku: DataZoneStandard")
    planned = triage.run("plan")
    assert planned.status == 1
    assert "[model-not-served]" in planned.err
    assert f"swedencentral serves {NANO} as: DeveloperTier, GlobalStandard, ProvisionedManaged" in words(planned.err)


def test_a_reader_plans_and_does_not_apply(triage: Bench) -> None:
    triage.plan()
    triage.http.put(f"/_emulator/accounts/{ACCOUNT}", json={"readers_only": True}).raise_for_status()
    planned = triage.run("plan")
    assert planned.status == 0
    assert "[plan-only]" in planned.err
    forget(triage)
    result = triage.apply()
    assert result.status == 1
    assert "[permission-missing]" in result.err
    assert not [r for r in triage.requests() if r["method"] != "GET"]


def test_who_may_not_see_their_permissions_learns_from_the_service(triage: Bench) -> None:
    triage.plan()
    triage.http.put(f"/_emulator/accounts/{ACCOUNT}", json={"readers_only": True}).raise_for_status()
    forbid(triage, "/permissions$")
    result = triage.apply()
    assert result.status == 1
    assert "[target-auth]" in result.err
    assert "lacks the required data action" in words(result.err)


@pytest.mark.parametrize("path", ["/usages$", MODELS, "/permissions$"])
@pytest.mark.parametrize("status", [403, 404])
def test_a_read_that_is_refused_stops_nothing(triage: Bench, path: str, status: int) -> None:
    forbid(triage, path, status)
    planned = triage.plan()
    assert planned["complete"]
    assert not planned["errored"]
    told = [d["code"] for d in planned["diagnostics"]]
    assert told == ([] if "permissions" in path else ["preflight-unknown"])


@pytest.fixture
def in_2029(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tool's clock stands at 2029-09-25; the emulator's models end training on 2029-10-14, serving a year later."""
    monkeypatch.setattr("reconciler.engine.observe.time", SimpleNamespace(time=lambda: 1_885_000_000))


@pytest.mark.usefixtures("in_2029")
def test_training_that_ends_soon(triage: Bench) -> None:
    planned = triage.run("plan")
    assert planned.status == 0
    assert "[retires-soon]" in planned.err
    assert f"{NANO} can be trained until 2029-10-14 (19 days) on sweden" in words(planned.err)


def test_training_that_has_ended(triage: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    assert triage.apply().status == 0
    monkeypatch.setattr("reconciler.engine.observe.time", SimpleNamespace(time=lambda: 1_888_000_000))
    assert triage.actions() == {}, "what is trained needs no training"
    triage.edit(TRIAGE, "n_epochs: 4", "n_epochs: 5")
    planned = triage.run("plan")
    assert planned.status == 1
    assert "[model-untrainable]" in planned.err


def test_a_misspelt_sku_is_told_before_the_first_training(triage: Bench) -> None:
    triage.edit(TRIAGE, "sku: Standard", "sku: Standrad")
    planned = triage.run("plan")
    assert planned.status == 1
    assert "[model-not-served]" in planned.err
    assert 'did you mean "Standard"?' in planned.err
    validated = triage.run("validate")
    assert validated.status == 0
    assert "[sku-unknown]" in validated.out + validated.err


def test_a_fine_tuned_base_of_another_account_is_told_before_it_is_paid(triage: Bench) -> None:
    triage.edit(TRIAGE, f"base_model: {NANO}", f"base_model: {NANO}.ft-{'0' * 32}-tone")
    planned = triage.run("plan")
    assert planned.status == 1
    assert "[base-missing]" in planned.err
    assert triage.apply().status == 1
    assert [r["path"] for r in triage.requests() if r["method"] == "POST"] == []
