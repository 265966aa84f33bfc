"""Saved plans against a world that moves between approval and apply."""

from __future__ import annotations

import json

from reconciler.planning.plandigest import digest_of
from reconciler.planning.planreading import read_document
from tests.emulated.conftest import Bench
from tests.emulated.test_drift import TRIAGE, live, triage, write

__all__ = ["triage"]


def test_a_raise_that_was_approved_is_not_applied_as_a_cut(triage: Bench) -> None:
    triage.edit(TRIAGE, "chicago: {capacity: 10}", "chicago: {capacity: 12}")
    assert triage.run("plan", "--out", "plan.json").status == 0
    write(triage, sku={"name": "Standard", "capacity": 33})
    refused = triage.run("apply", "plan.json", "--wait")
    assert refused.status == 1
    assert "[plan-stale]" in refused.err
    assert "capacity is 33 live now; the plan was made when it was 10." in " ".join(refused.err.split())
    assert live(triage)["sku"]["capacity"] == 33, "nothing was written"
    write(triage, sku={"name": "Standard", "capacity": 12})
    assert triage.run("apply", "plan.json", "--wait").status == 0, "somebody did what was approved"
    assert live(triage)["sku"]["capacity"] == 12


def test_a_model_that_is_not_known_yet_is_that_of_the_run_that_was_approved(triage: Bench) -> None:
    triage.edit(TRIAGE, "training: triage-train", "training: triage-train\n    generation: 2")
    assert triage.run("plan", "--out", "plan.json").status == 0
    triage.edit(TRIAGE, "    generation: 2", "    generation: 3")
    assert triage.apply().status == 0, "another apply, of later specs"
    triage.edit(TRIAGE, "    generation: 3", "    generation: 4")
    refused = triage.run("apply", "plan.json", "--wait")
    assert refused.status == 1
    assert "model comes from job.triage (" in refused.err


def test_a_plan_of_format_1_0_is_shown_and_not_applied(triage: Bench) -> None:
    triage.edit(TRIAGE, "chicago: {capacity: 10}", "chicago: {capacity: 12}")
    file = triage.folder / "plan.json"
    assert triage.run("plan", "--out", "plan.json").status == 0
    old = json.loads(file.read_text()) | {"format_version": "1.0"}
    digest = digest_of(read_document(json.dumps(old).encode()))
    assert digest != old["digest"]["changes"]
    file.write_text(json.dumps(old | {"digest": old["digest"] | {"changes": digest}}))
    assert triage.run("show", "plan.json").status == 0
    refused = triage.run("apply", "plan.json")
    assert refused.status == 1
    assert "make it anew: reconciler plan --out FILE" in " ".join(refused.err.split())
