"""More of the service's rules, each met by the client: sizes, pages, retirement, pauses, writes and methods."""

from __future__ import annotations

import json
from typing import Any

import pytest

from reconciler.providers import reader
from tests.emulated.conftest import Bench
from tests.emulated.test_rules import DAY, TRIAGE, advance, forbid, limits, words
from tests.emulated.test_rules import triage as triage  # the fixture

VERSION = {"api-version": "2025-06-01"}


def deployment(bench: Bench, name: str = "triage") -> tuple[str, dict[str, Any]]:
    """The live object in Sweden, and its path."""
    path = (
        "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-secondlap-llm-eu/providers/"
        f"Microsoft.CognitiveServices/accounts/aoai-secondlap-sweden/deployments/{name}"
    )
    return path, bench.http.get(path, params=VERSION).raise_for_status().json()


@pytest.mark.parametrize(
    ("limit", "said"),
    [({"file_bytes": 9_000}, "larger than 9000 bytes"), ({"files_bytes": 60_000}, "60000 bytes in total")],
)
def test_a_file_that_is_too_large_for_the_service(triage: Bench, limit: dict[str, float], said: str) -> None:
    limits(triage, **limit)
    result = triage.apply()
    assert result.status == 1
    assert said in words(result.err)
    assert triage.creates() == []
    limits(triage, file_bytes=10**9, files_bytes=10**9)
    assert triage.apply().status == 0


@pytest.mark.parametrize("limit", ["deployments", "fine_tuned_deployments"])
def test_an_account_has_so_many_deployments(triage: Bench, limit: str) -> None:
    limits(triage, **{limit: 0})
    result = triage.apply()
    assert result.status == 1
    assert "DeploymentLimitReached" in result.err
    assert triage.actions() == {"deployment.triage@sweden": "add"}, "the model is trained and waits"


def test_lists_in_pages_of_one(triage: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Jobs and models come page by page; the list of files knows no pages and would come again and again."""
    monkeypatch.setattr(reader, "PAGE", 1)
    assert triage.apply().status == 0
    triage.edit(TRIAGE, "retries: 1", "seed: 2")
    assert triage.apply().status == 0
    seen = len(triage.requests("GET"))
    assert triage.actions() == {}
    looked = [r["path"] for r in triage.requests("GET")[seen:] if "aoai-secondlap-sweden" in r["path"]]
    assert sum(path.endswith("/fine_tuning/jobs") for path in looked) == len(triage.jobs()) == 2
    assert sum(path.endswith("/files") for path in looked) <= 2


def test_a_base_model_that_is_trained_no_more(triage: Bench) -> None:
    triage.plan()
    advance(triage, 4 * 365 * DAY)
    result = triage.apply()
    assert result.status == 1
    assert "does not support fine-tuning" in words(result.err)


def test_a_base_model_that_is_served_no_more(triage: Bench) -> None:
    triage.edit(TRIAGE, "model: {job: triage}", 'model: {name: gpt-35-turbo, version: "0125"}')
    assert "[model-retired]" in triage.run("plan").err
    forbid(triage, "Services/accounts/[^/]+/models$")
    result = triage.apply()
    assert result.status == 1
    assert "[service-model-unsupported]" in result.err


def test_a_paused_run_goes_on_when_it_is_resumed(triage: Bench) -> None:
    rule = {"fault": "pause_run", "method": "POST", "path": "/fine_tuning/jobs$"}
    triage.http.post("/_emulator/faults", json=[rule]).raise_for_status()
    result = triage.apply()
    assert "is paused" in words(result.err + result.out)
    assert triage.actions()["job.triage"] == "parked"
    (job,) = triage.jobs()
    path = f"{triage.data_plane()}/fine_tuning/jobs/{job['id']}/resume"
    triage.http.post(path, params={"api-version": "2025-04-01-preview"}).raise_for_status()
    assert triage.apply().status == 0
    assert len(triage.creates()) == 1
    assert triage.actions() == {}


def test_model_and_capacity_go_as_two_writes(triage: Bench) -> None:
    assert triage.apply().status == 0
    _, before = deployment(triage)
    heard = len(triage.requests())
    triage.edit(TRIAGE, "n_epochs: 4", "n_epochs: 1")
    triage.edit(TRIAGE, "capacity: 30", "capacity: 40")
    assert triage.apply().status == 0
    writes = [r for r in triage.requests()[heard:] if r["method"] in ("PUT", "PATCH") and "/deployments/" in r["path"]]
    assert len(writes) == 2
    _, after = deployment(triage)
    assert after["sku"]["capacity"] == 40
    assert after["properties"]["model"]["name"] != before["properties"]["model"]["name"]


def test_what_the_tool_does_not_know_survives_its_writes(triage: Bench) -> None:
    """A PUT replaces the object: what somebody has set by hand must be in it."""
    assert triage.apply().status == 0
    path, live = deployment(triage)
    live["properties"]["spilloverDeploymentName"] = "triage-overflow"
    triage.http.put(path, params=VERSION, json=live).raise_for_status()
    advance(triage, 600)
    triage.edit(TRIAGE, "n_epochs: 4", "n_epochs: 1")
    result = triage.apply()
    assert result.status == 0, result.err
    _, after = deployment(triage)
    assert after["properties"]["model"] != live["properties"]["model"]
    assert after["properties"]["spilloverDeploymentName"] == "triage-overflow"


def test_a_write_that_changes_nothing_is_an_error(triage: Bench) -> None:
    assert triage.apply().status == 0
    rule = {"fault": "no_effect", "path": "/deployments/triage", "count": None}
    triage.http.post("/_emulator/faults", json=[rule]).raise_for_status()
    triage.edit(TRIAGE, "n_epochs: 4", "n_epochs: 1")
    result = triage.apply()
    assert result.status == 1
    assert "[service-unchanged]" in result.err


METHODS = """\
version: 1
estate: methods
targets:
  v1:
    {provider: azure, subscription: 11111111-1111-1111-1111-111111111111, resource_group: rg, account: aoai-methods,
     region: swedencentral, api_version: v1}
datasets:
  pairs: {file: ../data/pairs.jsonl}
  sums: {file: ../data/sums.jsonl}
jobs:
  taste:
    {target: v1, base_model: gpt-4.1-mini-2025-04-14, training: pairs, method: dpo, hyperparameters: {beta: 0.2}}
  sums:
    target: v1
    base_model: o4-mini-2025-04-16
    training: sums
    validation: sums
    method: reinforcement
    grader:
      {type: string_check, name: same, input: "{{sample.output_text}}", reference: "{{item.answer}}", operation: eq}
"""


def test_the_other_methods_on_the_v1_surface(bench: Bench) -> None:
    """Azure's new surface has pages, other statuses and metadata; dpo and reinforcement have rows of their own."""
    for file in (bench.folder / "specs").iterdir():
        file.unlink()
    (bench.folder / "specs/all.yaml").write_text(METHODS)
    pairs, sums = [], []
    for n in range(12):
        question = [{"role": "user", "content": f"What is {n} and {n}?"}]
        good, bad = ([{"role": "assistant", "content": text}] for text in (f"It is {2 * n}.", "No idea."))
        pairs.append({"input": {"messages": question}, "preferred_output": good, "non_preferred_output": bad})
        sums.append({"messages": question, "answer": str(2 * n)})
    for name, rows in (("pairs", pairs), ("sums", sums)):
        (bench.folder / f"data/{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    result = bench.apply()
    assert result.status == 0, result.err
    bodies = [r["path"] for r in bench.creates()]
    assert len(bodies) == 2
    assert all("/openai/v1/" in path for path in bodies)
    assert bench.actions() == {}


def test_a_look_asks_each_account_once(bench: Bench) -> None:
    """Where the data plane is stands in the account, which is read anyway."""
    bench.plan()
    heard = len(bench.requests())
    bench.plan()
    paths = [r["path"] for r in bench.requests()[heard:]]
    for account in ("sweden", "virginia", "chicago"):
        asked = sum(path.endswith(f"/accounts/aoai-secondlap-{account}") for path in paths)
        assert asked == 2, "once to see that the emulator has it, once in the look"
