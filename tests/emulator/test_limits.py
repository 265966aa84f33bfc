"""Limits, quota and lives: each rule met by a client."""

import http.server
import threading
import time
from typing import Any

import openai
import pytest
from azure.core.exceptions import HttpResponseError

BASE = "gpt-4.1-mini-2025-04-14"
DAY = 86400


def test_the_number_and_size_of_files_is_bounded(world: Any, azure: Any, rows: Any) -> None:
    world.control("PUT", "limits", {"files": 2, "file_bytes": 5000, "files_bytes": 6000})
    azure.files.create(file=("a.jsonl", b"x" * 4000), purpose="fine-tune")
    for content, words in ((b"x" * 5001, "larger than 5000"), (b"x" * 2001, "6000 bytes in total")):
        with pytest.raises(openai.APIStatusError, match=words):
            azure.files.create(file=("b.jsonl", content), purpose="fine-tune")
    azure.files.create(file=("c.jsonl", b"x"), purpose="fine-tune")
    with pytest.raises(openai.BadRequestError) as refused:
        azure.files.create(file=("d.jsonl", b"x"), purpose="fine-tune")
    assert refused.value.code == "quotaExceeded"


def test_the_number_of_jobs_is_bounded(world: Any, azure: Any, upload: Any) -> None:
    file = upload(azure)
    world.control("PUT", "limits", {"jobs_running": 1, "jobs_queued": 1})
    for _ in range(2):
        azure.fine_tuning.jobs.create(model=BASE, training_file=file)
    with pytest.raises(openai.BadRequestError, match="queue is full"):
        azure.fine_tuning.jobs.create(model=BASE, training_file=file)
    world.control("PUT", "limits", {"jobs_queued": 20, "jobs_total": 2})
    with pytest.raises(openai.BadRequestError, match="2 training jobs of at most 2"):
        azure.fine_tuning.jobs.create(model=BASE, training_file=file)


def test_developer_jobs_have_slots_of_their_own(world: Any, azure: Any, upload: Any) -> None:
    file = upload(azure)
    world.control("PUT", "limits", {"jobs_running": 1, "jobs_running_developer": 1})
    tiers = ("Standard", "Standard", "Developer", "developerTier")
    jobs = [
        azure.fine_tuning.jobs.create(model=BASE, training_file=file, extra_body={"trainingType": t}) for t in tiers
    ]
    world.advance(120)
    states = [azure.fine_tuning.jobs.retrieve(job.id).status for job in jobs]
    assert states == ["running", "pending", "running", "pending"]


def test_fine_tuned_deployments_are_bounded(world: Any, azure: Any, trained: Any) -> None:
    model = trained(azure)
    world.control("PUT", "limits", {"fine_tuned_deployments": 1})
    assert world.deploy("one", model).status_code == 201
    assert world.deploy("one", model).status_code == 200, "an update needs no room"
    assert world.deploy("two", model).json()["error"]["code"] == "DeploymentLimitReached"
    assert world.deploy("base", "gpt-4.1-mini", version="2025-04-14").status_code == 201


def test_quota_is_by_region_model_and_sku(world: Any) -> None:
    world.account()
    usage = "OpenAI.Standard.gpt-4.1-mini"
    place = {"subscription": "11111111-1111-1111-1111-111111111111", "location": "swedencentral"}
    world.control("PUT", "quota", place | {"name": usage, "limit": 30})
    big = {"name": "Standard", "capacity": 20}
    assert world.deploy("one", "gpt-4.1-mini", version="2025-04-14", sku=big).status_code == 201
    refused = world.deploy("two", "gpt-4.1-mini", version="2025-04-14", sku=big)
    assert refused.status_code == 400
    assert refused.json()["error"]["code"] == "InsufficientQuota"
    assert "require 20 new capacity" in refused.json()["error"]["message"]
    assert "The current quota usage is 20 and the quota limit is 30" in refused.json()["error"]["message"]
    elsewhere = {"name": "GlobalStandard", "capacity": 20}
    assert world.deploy("two", "gpt-4.1-mini", version="2025-04-14", sku=elsewhere).status_code == 201
    usages = {found.name.value: found for found in world.arm.usages.list("swedencentral")}
    assert (usages[usage].current_value, usages[usage].limit) == (20, 30)
    more = {"name": "Standard", "capacity": 30}
    assert world.deploy("one", "gpt-4.1-mini", version="2025-04-14", sku=more).status_code == 200, "its own counts not"


def test_models_by_account_and_by_location(world: Any, azure: Any, trained: Any) -> None:
    tuned = trained(azure)
    found = {model.name: model for model in world.arm.accounts.list_models("rg-llm", "aoai-sweden")}
    assert found[tuned].base_model.name == "gpt-4.1-mini"
    mini = found["gpt-4.1-mini"]
    assert mini.capabilities["fineTune"] == "true"
    assert mini.deprecation.inference.startswith("20")
    usages = {usage.name.value for usage in world.arm.usages.list("swedencentral")}
    assert {sku.usage_name for sku in mini.skus} <= usages, "SKUs and usages meet by name"
    by_location = [entry.model.name for entry in world.arm.models.list("swedencentral")]
    assert "gpt-4.1-mini" in by_location
    assert tuned not in by_location
    capacities = list(world.arm.model_capacities.list("OpenAI", "gpt-4.1-mini", "2025-04-14"))
    assert capacities[0].properties.available_finetune_capacity > 0


def test_a_fine_tuned_deployment_that_nobody_calls_is_deleted_after_15_days(
    world: Any, azure: Any, trained: Any
) -> None:
    model = trained(azure)
    world.deploy("idle", model)
    world.deploy("busy", model)
    world.deploy("base", "gpt-4.1-mini", version="2025-04-14")
    for _ in range(2):
        world.advance(8 * DAY)
        azure.with_options(default_query={}).chat.completions.create(
            model="busy", messages=[{"role": "user", "content": "Hi"}]
        )
    assert [found.name for found in world.arm.deployments.list("rg-llm", "aoai-sweden")] == ["busy", "base"]
    assert azure.models.retrieve(model).id == model, "the model survives"


def test_developer_tier_deployments_live_for_a_day(world: Any, azure: Any, trained: Any) -> None:
    world.deploy("dev", trained(azure), sku={"name": "developertier", "capacity": 1})
    world.advance(DAY - 60)
    assert world.arm.deployments.get("rg-llm", "aoai-sweden", "dev").sku.name == "DeveloperTier"
    world.advance(60)
    with pytest.raises(HttpResponseError):
        world.arm.deployments.get("rg-llm", "aoai-sweden", "dev")


def test_lists_can_lag_while_single_reads_do_not(world: Any, azure: Any, upload: Any) -> None:
    file = upload(azure)
    world.control("POST", "lag", {"seconds": 60})
    job = azure.fine_tuning.jobs.create(model=BASE, training_file=file)
    assert azure.fine_tuning.jobs.list().data == []
    assert azure.files.list().data == []
    assert azure.fine_tuning.jobs.retrieve(job.id).id == job.id
    world.advance(60)
    assert [found.id for found in azure.fine_tuning.jobs.list()] == [job.id]


def test_a_running_job_can_be_paused_and_resumed(world: Any, azure: Any, upload: Any) -> None:
    job = azure.fine_tuning.jobs.create(model=BASE, training_file=upload(azure))
    with pytest.raises(openai.BadRequestError):
        azure.fine_tuning.jobs.pause(job.id)
    world.advance(300)
    assert azure.fine_tuning.jobs.pause(job.id).status == "paused"
    step = max(c.step_number for c in azure.fine_tuning.jobs.checkpoints.list(job.id))
    assert 0 < step < 96
    world.advance(10 * DAY)
    assert azure.fine_tuning.jobs.retrieve(job.id).status == "paused", "parked for as long as nobody resumes it"
    checkpoint = next(c for c in azure.fine_tuning.jobs.checkpoints.list(job.id) if c.step_number == step)
    assert world.deploy("early", checkpoint.id).status_code == 201
    assert azure.fine_tuning.jobs.resume(job.id).status == "resuming"
    world.advance(1200)
    assert azure.fine_tuning.jobs.retrieve(job.id).status == "succeeded"


def test_retired_models_cannot_be_trained_or_deployed(world: Any, azure: Any, upload: Any) -> None:
    file = upload(azure)
    world.advance(1100 * DAY)
    with pytest.raises(openai.BadRequestError, match="does not support fine-tuning"):
        azure.fine_tuning.jobs.create(model=BASE, training_file=file)
    assert world.deploy("old", "gpt-35-turbo", version="0125").json()["error"]["code"] == "DeploymentModelNotSupported"
    assert azure.models.retrieve(BASE).to_dict()["lifecycle_status"] == "deprecating"


class OneFile(http.server.BaseHTTPRequestHandler):
    content = b""

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/good" else 404)
        self.end_headers()
        self.wfile.write(self.content)

    def log_message(self, *args: Any) -> None: ...


def test_files_are_imported_by_url(world: Any, azure: Any, rows: Any) -> None:
    OneFile.content = rows()
    with http.server.HTTPServer(("127.0.0.1", 0), OneFile) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        home = f"http://127.0.0.1:{server.server_port}"
        files = {}
        for url in (f"{home}/good", f"{home}/bad", "https://example.com/rows.jsonl"):
            body = {"purpose": "fine-tune", "filename": "i.jsonl", "content_url": url}
            answer = world.raw.post("/accounts/aoai-sweden/openai/files/import", json=body)
            assert (answer.status_code, answer.json()["status"]) == (201, "pending")
            files[url] = answer.json()["id"]
        world.advance(10)
        states = settled(azure, list(files.values()))
        server.shutdown()
    assert [file.status for file in states] == ["processed", "error", "error"]
    assert azure.files.content(states[0].id).content == rows()
    assert "fileImportFailed" in states[2].status_details


def settled(azure: Any, ids: list[str]) -> list[Any]:
    """The fetching itself takes real time, if little."""
    for _ in range(100):
        found = [azure.files.retrieve(identity) for identity in ids]
        if all(file.status in ("processed", "error") for file in found):
            return found
        time.sleep(0.02)
    raise AssertionError("the imports never ended")


def test_bad_limits_and_switches_are_400(world: Any) -> None:
    for path, body in (
        ("limits", {"nonsense": 1}),
        ("limits", {"files": "many"}),
        ("quota", {"limit": 3}),
        ("accounts/a", {"nonsense": True}),
        ("projects/p", {"training_not_available": 1}),
    ):
        assert world.raw.put(f"/_emulator/{path}", json=body).status_code == 400, body
