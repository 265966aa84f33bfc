"""OpenAI as a target: the demo estate's twin without deployments, the closing of the platform, and the guard."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.emulated.conftest import Bench

TWIN = """\
version: 1
estate: secondlap-openai
targets:
  platform: {provider: openai, project: proj_one}
datasets:
  "2026-08": {file: ../data/support-2026-08.jsonl}
  "2026-09": {file: ../data/support-2026-09.jsonl}
  valid: {file: ../data/support-valid.jsonl}
  tickets: {file: ../data/triage-train.jsonl}
jobs:
  triage: {target: platform, base_model: gpt-4o-mini-2024-07-18, training: tickets}
chains:
  support:
    target: platform
    base_model: gpt-4.1-mini-2025-04-14
    validation: valid
    stages:
      - {name: "2026-08", training: "2026-08"}
      - {name: "2026-09", training: "2026-09"}
"""


@pytest.fixture
def twin(bench: Bench, before_the_closing: None) -> Bench:
    for file in (bench.folder / "specs").iterdir():
        file.unlink()
    (bench.folder / "specs/all.yaml").write_text(TWIN)
    return bench


def listed(bench: Bench, what: str, project: str = "proj_one") -> list[dict[str, object]]:
    answer = bench.http.get(f"/v1/{what}", headers={"OpenAI-Project": project})
    return list(answer.json()["data"])


def test_the_twin_trains_and_is_then_empty(twin: Bench) -> None:
    planned = twin.run("plan")
    assert "Plan: 3 to train, 0 to add" in planned.out
    assert "training-closes" in planned.err, "the day on which OpenAI closes is known"
    assert twin.apply().status == 0
    assert twin.run("plan", "--detailed-exitcode").status == 0
    jobs = listed(twin, "fine_tuning/jobs")
    assert {job["metadata"]["address"] for job in jobs} == {  # type: ignore[index]
        "job.triage",
        "job.support/2026-08",
        "job.support/2026-09",
    }
    status = twin.run("status")
    assert all(str(job["fine_tuned_model"]) in status.out for job in jobs), "callers name the model itself"
    assert "2027-01-06" in status.err


def test_projects_are_told_apart(twin: Bench) -> None:
    assert twin.apply().status == 0
    twin.edit("specs/all.yaml", "proj_one", "proj_two")
    assert set(twin.actions().values()) == {"upload", "train"}
    assert listed(twin, "files", "proj_two") == []


def test_a_refusal_to_train_leaves_nothing_behind(twin: Bench) -> None:
    twin.http.put("/_emulator/projects/proj_one", json={"training_not_available": True}).raise_for_status()
    result = twin.apply()
    assert result.status == 1
    assert "training-closed" in result.err
    assert "403 training_not_available" in result.err
    uploads = [r for r in twin.requests("POST") if r["path"].endswith("/files")]
    assert len(uploads) == 2, "one job's files go first, and nothing after the refusal"
    assert listed(twin, "files") == [], "those are removed again"
    assert len(twin.creates()) == 1


def test_a_deployment_there_is_explained(twin: Bench) -> None:
    text = "deployments:\n  chat: {model: {chain: support}, sku: Standard, targets: {platform: {}}}\n"
    (twin.folder / "specs/more.yaml").write_text("version: 1\n" + text)
    result = twin.run("validate")
    assert result.status == 1
    assert "no-deployments" in result.err


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("https://llm.contoso.example/v1", "a host that a spec alone chose"),
        ("http://api.openai.com/v1", "the vendor's host, but in clear text"),
        ("https://api.openai.com.contoso.example/v1", "the vendor's name as part of another"),
        ("https://api.openai.com@contoso.example/v1", "the vendor's name as a user"),
    ],
)
def test_no_credentials_for_a_host_that_a_spec_chose(
    twin: Bench, monkeypatch: pytest.MonkeyPatch, url: str, why: str
) -> None:
    monkeypatch.delenv("RECONCILER_EMULATOR")
    monkeypatch.setenv("OPENAI_API_KEY", "secret")
    twin.edit("specs/all.yaml", "project: proj_one", f'base_url: "{url}"')
    result = twin.run("plan")
    assert result.status == 1, why
    assert "endpoint-refused" in result.err, why


def test_the_operator_may_allow_a_host(twin: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    twin.edit("specs/all.yaml", "project: proj_one", "base_url: https://llm.contoso.example/v1")
    monkeypatch.setenv("RECONCILER_ALLOW_HOSTS", "llm.contoso.example")
    assert twin.run("validate").status == 0


def test_an_azure_endpoint_is_guarded_too(bench: Bench) -> None:
    bench.edit("specs/estate.yaml", "region: eastus2", "region: eastus2\n    endpoint: https://evil.example/")
    result = bench.run("plan")
    assert result.status == 1
    assert "endpoint-refused" in result.err
    assert str(Path("specs/estate.yaml")) in result.err


def test_a_model_that_the_project_does_not_list_is_told_before_it_is_paid(twin: Bench) -> None:
    twin.edit("specs/all.yaml", "gpt-4o-mini-2024-07-18", "gpt-4o-mini-2024-07-81")
    planned = twin.run("plan")
    assert "[model-unlisted]" in planned.err
    assert 'did you mean "gpt-4o-mini-2024-07-18"?' in planned.err
