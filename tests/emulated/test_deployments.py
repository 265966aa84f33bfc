"""Deployments: checkpoints, base models, and how a new model gets under a serving name."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.emulated.conftest import Bench
from tests.emulated.test_drift import VERSION, url

TRIAGE = "specs/triage.yaml"


def refuse_model_changes(bench: Bench) -> None:
    for account in ("sweden", "virginia", "chicago"):
        url = f"/_emulator/accounts/aoai-secondlap-{account}"
        bench.http.put(url, json={"refuse_model_change": True}).raise_for_status()


def deployments_of(bench: Bench, target: str = "sweden") -> list[dict[str, Any]]:
    """As Resource Manager shows them."""
    listed = bench.http.get(url(target, "").rstrip("/"), params=VERSION).json()
    return list(listed["value"])


def served(bench: Bench) -> Any:
    return json.loads(bench.run("output", "--format", "json").out)


@pytest.fixture
def triage(bench: Bench) -> Bench:
    """The classifier alone, trained and served."""
    (bench.folder / "specs/support.yaml").unlink()
    result = bench.apply()
    assert result.status == 0, result.err
    return bench


def checkpoints(bench: Bench) -> list[int]:
    job = bench.jobs()[0]["id"]
    answer = bench.http.get(
        f"{bench.data_plane()}/fine_tuning/jobs/{job}/checkpoints", params={"api-version": "2025-04-01-preview"}
    )
    return sorted(item["step_number"] for item in answer.json()["data"])


def test_a_checkpoint_is_served_and_trained_on(triage: Bench) -> None:
    step = checkpoints(triage)[0]
    triage.edit(TRIAGE, "model: {job: triage}", f"model: {{job: triage, checkpoint: {step}}}")
    more = f"  again: {{target: sweden, base_model: {{job: triage, checkpoint: {step}}}, training: triage-train}}\n"
    triage.edit(TRIAGE, "jobs:\n", f"jobs:\n{more}")
    assert triage.actions() == {
        "job.again": "train",
        "deployment.triage@sweden": "change",
        "deployment.triage@chicago": "change",
    }
    result = triage.apply()
    assert result.status == 0, result.err
    assert served(triage)["triage"]["sweden"]["model"].startswith("ftchkpt-")
    base = next(j["model"] for j in triage.jobs() if j["suffix"].endswith("again"))
    assert base.endswith(f":ckpt-step-{step}")
    assert triage.actions() == {}


def test_a_checkpoint_that_is_not_there_blocks_and_says_which_are(triage: Bench) -> None:
    triage.edit(TRIAGE, "model: {job: triage}", "model: {job: triage, checkpoint: 1}")
    result = triage.run("plan")
    assert result.status == 1
    assert "checkpoint-missing" in result.err
    assert all(str(step) in result.err for step in checkpoints(triage))
    assert "What serves now keeps serving" in " ".join(result.err.split())


def test_a_base_model_is_served_by_name_and_version(triage: Bench) -> None:
    triage.edit(TRIAGE, "model: {job: triage}", 'model: {name: gpt-4.1-mini, version: "2025-04-14"}')
    assert set(triage.actions().values()) == {"change"}
    result = triage.apply()
    assert result.status == 0, result.err
    assert served(triage)["triage"]["chicago"]["model"] == "gpt-4.1-mini"
    assert triage.actions() == {}, triage.run("plan").out


def test_a_refused_model_change_leaves_the_old_one_serving(triage: Bench) -> None:
    refuse_model_changes(triage)
    before = served(triage)
    triage.edit(TRIAGE, "n_epochs: 4", "n_epochs: 1")
    result = triage.apply()
    assert result.status == 1
    assert "service-model-change" in result.err
    assert "strategy: versioned" in " ".join(result.err.split())
    assert served(triage) == before


def test_versioned_puts_the_new_one_beside_the_old(triage: Bench) -> None:
    refuse_model_changes(triage)
    triage.edit(TRIAGE, "n_epochs: 4", "n_epochs: 1")
    triage.edit(TRIAGE, "    model: {job: triage}", "    strategy: versioned\n    model: {job: triage}")
    result = triage.apply()
    assert result.status == 0, result.err
    now = served(triage)["triage"]["sweden"]["deployment"]
    assert now.startswith("triage-r2")
    kept = triage.run("plan", "--detailed-exitcode")
    assert kept.status == 0
    assert "--prune destroys it" in kept.out
    result = triage.apply("--prune")
    assert result.status == 0, result.err
    assert "2 destroyed" in result.out
    assert "--prune" not in triage.run("plan").out


def test_recreate_is_an_outage_that_the_plan_states(triage: Bench) -> None:
    refuse_model_changes(triage)
    triage.edit(TRIAGE, "n_epochs: 4", "n_epochs: 1")
    triage.edit(TRIAGE, "    model: {job: triage}", "    strategy: recreate\n    model: {job: triage}")
    assert "outage" in triage.run("plan").out
    result = triage.apply()
    assert result.status == 0, result.err
    assert "2 replaced" in result.out
    assert triage.actions() == {}


def test_what_is_protected_is_never_recreated_or_pruned(bench: Bench) -> None:
    assert bench.apply().status == 0
    refuse_model_changes(bench)
    bench.edit("specs/support.yaml", "protect: true", "strategy: recreate")
    bench.edit("specs/support.yaml", "seed: 7", "seed: 8")
    assert "recreate` would delete it" in bench.run("plan").err, "leaving the key out does not lift it"
    (bench.folder / "specs/support.yaml").unlink()
    pruned = bench.run("plan", "--prune")
    assert "destroy" not in bench.actions("--prune").values()
    assert "because it is protected" in pruned.out
    assert "serves it" in pruned.out, "nor is the model that it serves"


def test_an_open_model_is_deployed_in_the_format_that_the_account_lists(bench: Bench) -> None:
    (bench.folder / "specs/support.yaml").unlink()
    bench.edit(TRIAGE, "base_model: gpt-4.1-nano-2025-04-14", "base_model: gpt-oss-20b\n    training_type: global")
    result = bench.apply()
    assert result.status == 0, result.err
    models = {d["properties"]["model"]["format"] for d in deployments_of(bench)}
    assert models == {"OpenAI-OSS"}
    assert bench.actions() == {}


@pytest.mark.parametrize("format", ["OpenAI", "openai-oss"])
def test_a_wrong_format_is_answered_without_a_word(bench: Bench, format: str) -> None:
    assert bench.run("plan").status == 0, "the account is there now"
    model = {"format": format, "name": "gpt-oss-20b", "version": "1"}
    body = {"sku": {"name": "GlobalStandard", "capacity": 1}, "properties": {"model": model}}
    answer = bench.http.put(url("sweden", "oss"), params=VERSION, json=body)
    assert (answer.status_code, answer.json()["error"]["message"]) == (500, "")
