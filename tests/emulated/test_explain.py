"""`plan --explain`: the whole derivation of one decision, over sockets."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.emulated.conftest import Bench

SUPPORT = "specs/support.yaml"


@pytest.fixture
def served(bench: Bench) -> Bench:
    (bench.folder / "specs/triage.yaml").unlink()
    assert bench.apply().status == 0
    return bench


def explained(bench: Bench, *addresses: str) -> dict[str, dict[str, Any]]:
    asked = [word for address in addresses for word in ("--explain", address)]
    result = bench.run("plan", "--format", "json", *asked)
    assert result.status == 0, result.err
    return {d["address"]: d for d in json.loads(result.out)["derivations"]}


def rows(derivation: dict[str, Any], title: str) -> list[list[str]]:
    return next(list(t["rows"]) for t in derivation["tables"] if t["title"].startswith(title))


def test_a_retrained_run_is_compared_with_the_nearest_earlier_one(served: Bench) -> None:
    served.edit(
        SUPPORT, "hyperparameters: {n_epochs: 3, batch_size: 4}", "hyperparameters: {n_epochs: 1, batch_size: 4}"
    )
    found = explained(served, "job.support/2026-0*", "deployment.support-chat@sweden")
    first = found["job.support/2026-08"]
    assert first["decision"] == "train"
    assert "hyperparameters.n_epochs 3 -> 1 retrains support/2026-08 and the 2 stages after it" in first["reason"]
    assert ["n_epochs", "3", "1", "differs"] in rows(first, "earlier: ftjob-")
    assert rows(first, "runs with that mark") == []
    assert "is retrained (hyperparameters.n_epochs 3 -> 1)" in found["job.support/2026-09"]["reason"]
    chat = found["deployment.support-chat@sweden"]
    assert (chat["decision"], ["capacity", "50", "50", "50", "same"] in rows(chat, "fields")) == ("change", True)
    assert len(found) == 3


def test_what_is_there_names_the_run_that_was_adopted(served: Bench) -> None:
    found = explained(served, "job.support/2026-10", "dataset.support-2026-10")
    jobs = {j["id"]: j for j in served.jobs()}
    ((id, words),) = rows(found["job.support/2026-10"], "runs with that mark")
    assert "adopted" in words
    assert jobs[id]["status"] == "succeeded"
    assert found["job.support/2026-10"]["decision"] == "nothing to do"
    assert found["dataset.support-2026-10"]["reason"] == "a usable file is there"


def test_the_text_keeps_to_80_columns(served: Bench) -> None:
    result = served.run("plan", "--explain", "*")
    assert result.status == 0, result.err
    assert max(map(len, result.out.splitlines())) <= 80
    assert "decision: nothing to do" in result.out


def test_an_address_that_names_nothing(served: Bench) -> None:
    result = served.run("plan", "--explain", "job.suport/2026-08")
    assert (result.status, "unknown-address" in result.err) == (1, True)


def test_a_target_that_cannot_be_read_leaves_it_open(served: Bench) -> None:
    rule = {"fault": "status", "path": "accounts/aoai-secondlap-sweden/openai/files", "status": 403, "count": None}
    served.http.post("/_emulator/faults", json=[rule]).raise_for_status()
    result = served.run("plan", "--explain", "job.support/2026-08")
    assert (result.status, "decision: unknown" in result.out, "target-auth" in result.err) == (1, True, True)


def test_it_explains_the_plan_that_was_asked_for(served: Bench) -> None:
    """Explained or not, it is one plan: pruned, saved, judged by policies, with the same exit status."""
    served.edit(SUPPORT, "chicago: {capacity: 20", "chicago: {capacity: 25")
    asked = ("plan", "--explain", "deployment.support-chat@chicago", "--prune", "--out", "p.json")
    result = served.run(*asked, "--detailed-exitcode")
    assert (result.status, "decision: nothing to do" in result.out) == (2, False), result.err
    saved = json.loads((served.folder / "p.json").read_bytes())
    assert saved["asked"]["prune"]
    assert [c["action"] for c in saved["resource_changes"]] == ["change"]
    refused = served.run(*asked, "--policy", "false")
    assert (refused.status, "policy-refused" in refused.err) == (1, True)


def test_what_does_not_go_with_an_explanation_is_refused(served: Bench) -> None:
    for more in (["--select", "job.*"], ["--target", "sweden"], ["--format", "markdown"]):
        result = served.run("plan", "--explain", "job.support/2026-08", *more)
        assert (result.status, "--explain" in result.err) == (64, True), more
