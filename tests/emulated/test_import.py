"""`reconciler import` over sockets: a deployment made in the portal, a run of somebody's, a model without its run."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.emulated.conftest import Bench
from tests.emulated.test_removal import arm, models

TRIAGE = "specs/triage.yaml"
ADDRESS = "deployment.triage@chicago"
PROJECT = {"OpenAI-Project": "proj_shop", "Authorization": "Bearer x"}


@pytest.fixture
def triage(bench: Bench) -> Bench:
    """The classifier alone."""
    (bench.folder / "specs/support.yaml").unlink()
    return bench


def portal(bench: Bench, name: str = "triage", tags: dict[str, str] | None = None) -> dict[str, Any]:
    """A deployment that somebody made by hand."""
    model = {"format": "OpenAI", "name": "gpt-4.1-mini", "version": "2025-04-14"}
    body = {"sku": {"name": "Standard", "capacity": 7}, "properties": {"model": model}, "tags": tags or {"by": "ana"}}
    assert bench.run("status").status == 0  # makes the accounts
    made: dict[str, Any] = arm(bench, "PUT", "chicago", name, body).json()
    while made["properties"]["provisioningState"] != "Succeeded":
        made = arm(bench, "GET", "chicago", name).json()
    return made


def test_a_clash_is_resolved_as_its_message_says(triage: Bench) -> None:
    portal(triage)
    clash = triage.run("plan")
    assert "name-clash" in clash.err
    assert "reconciler import ADDRESS ID" in " ".join(clash.err.split())
    before = len(triage.requests("PUT"))
    result = triage.run("import", ADDRESS, "triage")
    assert result.status == 0, result.err
    assert "capacity" in result.out
    assert "7 -> 10" in result.out
    (patch,) = triage.requests("PATCH")
    assert patch["path"].endswith("/deployments/triage")
    assert len(triage.requests("PUT")) == before, "nothing but the tags is written"
    live = arm(triage, "GET", "chicago", "triage").json()
    assert (live["tags"]["by"], live["sku"]["capacity"]) == ("ana", 7)
    assert triage.actions()[ADDRESS] == "change"
    assert triage.plan()["resource_drift"] == []
    assert triage.apply().status == 0
    assert triage.actions() == {}


def test_one_that_matches_the_specs_leaves_nothing_to_do(triage: Bench) -> None:
    triage.edit(TRIAGE, "model: {job: triage}", 'model: {name: gpt-4.1-mini, version: "2025-04-14"}')
    triage.edit(TRIAGE, "chicago: {capacity: 10}", "chicago: {capacity: 7}")
    triage.edit(TRIAGE, "tags: {team: helpdesk, cost-center: cc-130}", "tags: {by: ana}")
    id = portal(triage)["id"]
    triage.edit(TRIAGE, "version_upgrade: NoAutoUpgrade", "version_upgrade: OnceNewDefaultVersionAvailable")
    result = triage.run("import", ADDRESS, id)
    assert (result.status, result.out.splitlines()[-1]) == (0, "It matches the specs."), result.err
    assert ADDRESS not in triage.actions()
    again = triage.run("import", ADDRESS, "triage")
    assert "already" in again.out
    assert len(triage.requests("PATCH")) == 1


def test_what_cannot_be_taken_over_says_why(triage: Bench) -> None:
    portal(triage, tags={"reconciler-estate": "acme", "reconciler-address": ADDRESS, "reconciler-protect": "true"})
    for arguments, words in (
        ((ADDRESS, "triage"), "--from-estate acme"),
        ((ADDRESS, "triage", "--from-estate", "other"), "does not belong to the estate other"),
        ((ADDRESS, "sorter"), "cannot be renamed"),
        (("deployment.triage@sweden", "triage"), "has no deployment triage"),
        ((ADDRESS, "/subscriptions/x/accounts/y/deployments/triage"), "is not in the account"),
        (("job.triage", "ftjob-nobody"), "neither a run nor a model"),
    ):
        result = triage.run("import", *arguments)
        assert result.status == 1
        assert "import-impossible" in result.err
        assert words in " ".join(result.err.split())
    assert triage.requests("PATCH") == []
    assert triage.run("import", "job.triagee", "ftjob-1").status == 1
    assert triage.run("import", "job.triage", "gpt-4.1").status == 64
    assert triage.run("import", "dataset.triage-train", "file-1").status == 64
    taken = triage.run("import", ADDRESS, "triage", "--from-estate", "acme")
    assert taken.status == 0, taken.err
    tags = arm(triage, "GET", "chicago", "triage").json()["tags"]
    assert (tags["reconciler-estate"], tags["reconciler-protect"]) == ("secondlap", "true"), "it stays protected"


def test_a_run_is_adopted_into_the_spec_and_nothing_is_trained(triage: Bench) -> None:
    assert triage.apply().status == 0
    (job,) = triage.jobs()
    paid = len(triage.creates())
    triage.edit("specs/estate.yaml", "estate: secondlap", "estate: heirs")
    triage.edit(TRIAGE, "n_epochs: 4", "n_epochs: 2")
    before = (triage.folder / TRIAGE).read_text()
    result = triage.run("import", "job.triage", job["id"])
    assert result.status == 0, result.err
    assert "n_epochs   4 -> 2" in result.out
    line = f"    adopt: {job['id']}\n"
    after = (triage.folder / TRIAGE).read_text()
    assert after.replace(line, "") == before, "every comment and space stays"
    assert after.index(line) < after.index("    target: sweden")
    assert "job.triage" not in triage.actions()
    status = triage.run("status").out
    assert next(line for line in status.splitlines() if "job.triage" in line).split()[1] == "succeeded"
    explained = " ".join(triage.run("plan", "--explain", "job.triage").out.split())
    assert "adopted by its id" in explained
    assert triage.run("import", "job.triage", models(triage)[0]).status == 0
    assert f"    adopt: {models(triage)[0]}\n" in (triage.folder / TRIAGE).read_text()
    assert "job.triage" not in triage.actions()
    assert len(triage.creates()) == paid


def test_a_stage_in_braces_adopts_too(bench: Bench) -> None:
    assert bench.apply("--select", "job.support/2026-08").status == 0
    (job,) = bench.jobs()
    bench.edit("specs/estate.yaml", "estate: secondlap", "estate: heirs")
    result = bench.run("import", "job.support/2026-08", job["id"])
    assert result.status == 0, result.err
    line = f"- {{name: 2026-08, adopt: {job['id']}, training: support-2026-08}}"
    assert line in (bench.folder / "specs/support.yaml").read_text()
    assert "job.support/2026-08" not in bench.actions()
    assert bench.actions()["job.support/2026-09"] == "train"


def test_an_alias_is_not_edited(triage: Bench) -> None:
    assert triage.apply().status == 0
    (job,) = triage.jobs()
    text = (triage.folder / TRIAGE).read_text()
    text = text.replace("  triage:\n    target", "  first: &same\n    target", 1)
    text = text.replace("    retries: 1\n", "    retries: 1\n  triage: *same\n", 1)
    (triage.folder / TRIAGE).write_text(text)
    result = triage.run("import", "job.triage", job["id"])
    assert (result.status, "import-edit" in result.err) == (1, True)
    assert (triage.folder / TRIAGE).read_text() == text


def test_on_the_platform_a_model_is_enough_when_its_run_is_forgotten(triage: Bench) -> None:
    triage.edit("specs/estate.yaml", "targets:\n", "targets:\n  shop:\n    provider: openai\n    project: proj_shop\n")
    triage.edit(TRIAGE, "target: sweden", "target: shop")
    triage.edit(TRIAGE, "gpt-4.1-nano-2025-04-14", "gpt-4.1-mini-2025-04-14")
    text = (triage.folder / TRIAGE).read_text()
    (triage.folder / TRIAGE).write_text(text[: text.index("deployments:")])
    assert triage.apply().status == 0
    answer = triage.http.get("/v1/fine_tuning/jobs", headers=PROJECT)
    (job,) = answer.json()["data"]
    told = triage.run("import", "job.triage", job["id"])
    assert told.status == 0, told.err
    assert job["fine_tuned_model"] in told.out, "it says how to depend on the model alone"
    result = triage.run("import", "job.triage", job["fine_tuned_model"])
    assert result.status == 0, result.err
    assert json.dumps(job["fine_tuned_model"]) in (triage.folder / TRIAGE).read_text()
    triage.http.put("/_emulator/projects/proj_shop", json={"training_not_available": True}).raise_for_status()
    assert triage.actions() == {}
    child = "  again: {target: shop, base_model: {job: triage}, training: triage-train}\n"
    triage.edit(TRIAGE, "jobs:\n", f"jobs:\n{child}")
    assert triage.actions()["job.again"] == "train"
