"""The client meets the service's rules: what a team sees when quota, limits, data or time say no."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.engine.context import Stop
from reconciler.model.catalog import training_files
from tests.emulated.conftest import Bench

DAY = 86_400
TRIAGE = "specs/triage.yaml"


@pytest.fixture
def triage(bench: Bench) -> Bench:
    """The classifier alone, in Sweden alone."""
    (bench.folder / "specs/support.yaml").unlink()
    bench.edit(TRIAGE, "      chicago: {capacity: 10}", "#")
    return bench


def limits(bench: Bench, **changes: float) -> None:
    bench.http.put("/_emulator/limits", json=changes).raise_for_status()


def advance(bench: Bench, seconds: float) -> None:
    bench.http.post("/_emulator/advance", json={"seconds": seconds}).raise_for_status()


def words(text: str) -> str:
    return " ".join(text.split())


def forbid(bench: Bench, path: str, status: int = 403) -> None:
    """Every read of such a path is refused."""
    rule = {"fault": "status", "status": status, "method": "GET", "path": path, "count": None, "code": "Forbidden"}
    bench.http.post("/_emulator/faults", json=[rule]).raise_for_status()


def test_the_services_own_refusal_for_quota(triage: Bench) -> None:
    """Who may not read quota learns of it only then."""
    limits(triage, quota=20)
    forbid(triage, "/usages$")
    result = triage.apply()
    assert result.status == 1
    assert "[service-quota]" in result.err
    assert "400 InsufficientQuota" in result.err
    assert "aka.ms/oai/quotaincrease" in words(result.err)
    assert triage.actions() == {"deployment.triage@sweden": "add"}, "the model is trained and waits"


def test_the_services_own_refusal_of_a_model(triage: Bench) -> None:
    triage.edit(TRIAGE, "model: {job: triage}", 'model: {name: gpt-35-turbo, version: "0125"}')
    forbid(triage, "Microsoft.CognitiveServices/accounts/[^/]+/models$")
    result = triage.apply()
    assert result.status == 1
    assert "DeploymentModelNotSupported" in result.err
    assert "[service-model-unsupported]" in result.err


def test_the_services_own_refusal_to_train_a_model(triage: Bench) -> None:
    triage.edit(TRIAGE, "gpt-4.1-nano-2025-04-14", "gpt-9-2031-01-01")
    forbid(triage, "Microsoft.CognitiveServices/accounts/[^/]+/models$")
    result = triage.apply()
    assert result.status == 1
    assert "job.triage" in result.err
    assert "request " in result.err, "what the vendor's support asks for"


def test_no_room_for_files_is_seen_before_the_first_byte(triage: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(training_files.ACCOUNT_FILES, "azure", 1)
    result = triage.apply()
    assert result.status == 1
    assert "[account-full]" in result.err
    assert triage.requests("POST", "/files") == []


def test_the_services_own_limit_of_files(triage: Bench) -> None:
    limits(triage, files=1)
    result = triage.apply()
    assert result.status == 1
    assert "needs dataset." in result.out
    assert triage.creates() == []


def test_a_total_of_jobs(triage: Bench) -> None:
    limits(triage, jobs_total=0)
    result = triage.apply()
    assert result.status == 1
    assert "job.triage" in result.err


def test_lists_that_lag_do_not_start_a_second_run(triage: Bench) -> None:
    triage.http.post("/_emulator/lag", json={"seconds": 120}).raise_for_status()
    result = triage.apply()
    assert result.status == 0, result.err
    assert len(triage.creates()) == 1


def test_a_run_that_fails_says_why_and_what_came_last(triage: Bench) -> None:
    rule: dict[str, Any] = {
        "fault": "fail_run",
        "code": "internalFailure",
        "message": "The node went away.",
        "count": None,
    }
    triage.http.post("/_emulator/faults", json=[rule]).raise_for_status()
    result = triage.apply()
    assert result.status == 1
    assert len(triage.creates()) == 2, "retries: 1"
    assert "The node went away" in result.err
    planned = triage.run("plan")
    assert planned.status == 1
    assert "[run-failed]" in planned.err
    assert "Its last events:" in words(planned.err)


def test_an_idle_deployment_is_deployed_again(triage: Bench) -> None:
    assert triage.apply().status == 0
    advance(triage, 16 * DAY)
    assert triage.actions() == {"deployment.triage@sweden": "add"}
    assert triage.apply().status == 0
    assert len(triage.creates()) == 1, "the model is intact"


def test_the_developer_tier_lives_a_day(triage: Bench) -> None:
    triage.edit(TRIAGE, "sku: Standard", "sku: DeveloperTier")
    assert triage.apply().status == 0
    advance(triage, DAY / 2)
    assert triage.actions() == {}
    advance(triage, DAY)
    assert triage.actions() == {"deployment.triage@sweden": "add"}


def test_a_region_that_is_not_the_accounts(triage: Bench) -> None:
    triage.plan()
    triage.edit("specs/estate.yaml", "region: swedencentral", "region: westeurope")
    result = triage.run("plan")
    assert result.status == 1
    assert "[target-region]" in result.err


def test_the_time_covers_the_look_as_well(triage: Bench) -> None:
    """A service that fails every read is not waited for beyond the time that was given."""
    triage.plan()
    rule = {"fault": "status", "status": 503, "retry_after": 30, "method": "GET", "count": None}
    triage.http.post("/_emulator/faults", json=[rule]).raise_for_status()
    result = triage.apply("--timeout", "2s")
    assert result.status == 1
    assert "Stopped" in result.err
    assert "Traceback" not in result.err


@pytest.mark.parametrize("command", ["plan", "drift", "status", "doctor"])
def test_a_wait_that_the_service_asks_for_is_said(triage: Bench, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    triage.plan()
    waited: list[float] = []
    monkeypatch.setattr(Stop, "sleep", lambda _stop, seconds: waited.append(seconds))
    rules = [
        {"fault": "status", "status": 429, "retry_after": 40, "method": "GET", "path": "/fine_tuning/jobs", "count": 1},
        {"fault": "status", "status": 429, "retry_after": 3600, "method": "GET", "path": "/models", "count": None},
    ]
    triage.http.post("/_emulator/faults", json=rules).raise_for_status()
    result = triage.run(command)
    assert result.status == 1, "an hour is not waited for"
    assert result.err.count("waiting 40 s, as Azure OpenAI asked") == 1
    assert "left alone for 60 min" in " ".join((result.out + result.err).split())
    assert waited == [40.0]


def test_a_file_that_expires_soon_is_not_relied_on(triage: Bench) -> None:
    """Another tool has put the file there with an hour to live: it is sent again, and the run reads ours."""
    assert triage.apply().status == 0
    files, version = f"{triage.data_plane()}/files", {"api-version": "2024-10-21"}
    ours = next(f for f in triage.http.get(files, params=version).json()["data"] if "triage-train" in f["filename"])
    content = triage.http.get(f"{files}/{ours['id']}/content", params=version).content
    triage.http.delete(f"{files}/{ours['id']}", params=version).raise_for_status()
    form = {"purpose": "fine-tune", "expires_after[anchor]": "created_at", "expires_after[seconds]": "3600"}
    sent = triage.http.post(files, params=version, data=form, files={"file": (ours["filename"], content)}).json()
    assert sent["expires_at"] == sent["created_at"] + 3600
    triage.edit(TRIAGE, "    training: triage-train", "    generation: 2\n    training: triage-train")
    planned = triage.run("plan")
    assert "upload   dataset.triage-train" in planned.out
    assert f"{sent['id']} expires within a day" in words(planned.out)
    assert triage.apply().status == 0
    newest = max(triage.jobs(), key=lambda job: job["created_at"])
    assert newest["training_file"] not in (sent["id"], ours["id"])
    assert triage.actions() == {}
