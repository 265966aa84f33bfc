"""Fine-tuning jobs through the real client, with nothing but the virtual clock to wait for."""

import csv
import io
from typing import Any

import openai
import pytest

BASE = "gpt-4.1-mini-2025-04-14"


def test_a_job_from_create_to_success(world: Any, azure: Any, upload: Any) -> None:
    file = upload(azure)
    raw = azure.fine_tuning.jobs.with_raw_response.create(
        model=BASE, training_file=file, suffix="r1-support", extra_body={"trainingType": "GlobalStandard"}
    )
    assert raw.status_code == 201
    assert "/fine_tuning/jobs/ftjob-" in raw.headers["location"]
    job = raw.parse()
    assert job.status == "pending"
    assert job.to_dict()["suffix"] == "r1-support"
    assert job.to_dict()["trainingType"] == "globalStandard"
    assert job.to_dict()["hyperparameters"] == {"n_epochs": -1, "batch_size": -1, "learning_rate_multiplier": 1.0}
    assert job.seed is not None
    assert job.error is None
    assert "fine_tuned_model" not in job.to_dict()

    world.advance(60)
    running = azure.fine_tuning.jobs.retrieve(job.id)
    assert running.status == "running"
    assert running.hyperparameters.n_epochs == 4, "100 // 24 rows"

    world.advance(1200)
    done = azure.fine_tuning.jobs.retrieve(job.id)
    assert done.status == "succeeded"
    assert done.fine_tuned_model == f"{BASE}.ft-{job.id.removeprefix('ftjob-')}-r1-support"
    assert 8 * 60 < done.finished_at - done.created_at < 20 * 60
    assert done.trained_tokens > 0
    table = list(csv.DictReader(io.StringIO(azure.files.content(done.result_files[0]).text)))
    assert len(table) == 24 * 4
    assert float(table[-1]["train_loss"]) < float(table[0]["train_loss"])


def test_v1_answers_200_and_keeps_metadata_where_the_dated_surface_drops_it(azure: Any, v1: Any, upload: Any) -> None:
    file = upload(v1)
    raw = v1.fine_tuning.jobs.with_raw_response.create(model=BASE, training_file=file, metadata={"estate": "demo"})
    assert raw.status_code == 200
    assert v1.fine_tuning.jobs.retrieve(raw.parse().id).metadata == {"estate": "demo"}
    other = azure.fine_tuning.jobs.create(model=BASE, training_file=file, metadata={"estate": "demo"})
    assert azure.fine_tuning.jobs.retrieve(other.id).metadata is None


def test_an_explicit_method_is_echoed(azure: Any, upload: Any) -> None:
    method = {"type": "supervised", "supervised": {"hyperparameters": {"n_epochs": 2, "batch_size": "auto"}}}
    job = azure.fine_tuning.jobs.create(model=BASE, training_file=upload(azure), method=method, seed=7)
    assert job.method.supervised.hyperparameters.n_epochs == 2
    assert job.hyperparameters.batch_size == -1
    assert job.seed == 7


def test_the_clock_reveals_events_and_checkpoints_step_by_step(world: Any, azure: Any, upload: Any) -> None:
    job = azure.fine_tuning.jobs.create(
        model=BASE, training_file=upload(azure), validation_file=upload(azure), hyperparameters={"n_epochs": 5}
    )
    seen = []
    for _ in range(12):
        world.advance(60)
        checkpoints = azure.fine_tuning.jobs.checkpoints.list(job.id).data
        seen.append(tuple(sorted(c.step_number for c in checkpoints)))
    assert seen[0] == ()
    assert seen[-1] == (72, 96, 120), "the last three epochs"
    assert len(set(seen)) >= 5, "one epoch after the other"
    events = [event.message for event in azure.fine_tuning.jobs.list_events(job.id)]
    assert events[0] == "Job succeeded."
    assert events[-1].startswith("Created fine-tuning job")
    assert len([m for m in events if m.startswith("Step ")]) == 12 + 4
    assert checkpoints[0].metrics.full_valid_loss is not None


def test_the_job_list_is_newest_first_and_paged(world: Any, azure: Any, upload: Any) -> None:
    file = upload(azure)
    ids = [azure.fine_tuning.jobs.create(model=BASE, training_file=file).id for _ in range(5)]
    page = azure.fine_tuning.jobs.list(limit=2)
    assert page.has_more
    assert [job.id for job in page.data] == ids[:2:-1]
    assert [job.id for job in azure.fine_tuning.jobs.list(limit=2)] == ids[::-1]


def test_same_request_same_curve_and_another_seed_another_curve(world: Any, azure: Any, upload: Any) -> None:
    file = upload(azure)

    def curve(**options: Any) -> str:
        job = azure.fine_tuning.jobs.create(model=BASE, training_file=file, **options)
        world.advance(3600)
        done = azure.fine_tuning.jobs.retrieve(job.id)
        return str(azure.files.content(done.result_files[0]).text)

    assert curve(seed=1) == curve(seed=1)
    assert curve(seed=1) != curve(seed=2)
    assert curve(seed=1) != curve(seed=1, hyperparameters={"learning_rate_multiplier": 0.2})


def test_a_child_goes_on_from_its_parents_weights(world: Any, azure: Any, upload: Any, trained: Any) -> None:
    parent = trained(azure, seed=1)
    file = upload(azure)
    child = azure.fine_tuning.jobs.create(model=parent, training_file=file, seed=1)
    world.advance(3600)
    done = azure.fine_tuning.jobs.retrieve(child.id)
    first = next(csv.DictReader(io.StringIO(azure.files.content(done.result_files[0]).text)))
    assert done.model == parent
    assert done.fine_tuned_model.startswith(f"{BASE}.ft-{child.id.removeprefix('ftjob-')}")
    assert float(first["train_loss"]) < 4, "an untrained model starts at about log 256 = 5.5"


def test_a_model_of_another_account_is_no_base_here(world: Any, azure: Any, trained: Any, rows: Any) -> None:
    parent = trained(azure)
    with openai.AzureOpenAI(
        azure_endpoint=world.account("elsewhere"), api_key="k", api_version="2024-10-21", max_retries=0
    ) as other:
        file = other.files.create(file=("a.jsonl", rows()), purpose="fine-tune").id
        world.advance(10)
        with pytest.raises(openai.BadRequestError, match="does not support fine-tuning"):
            other.fine_tuning.jobs.create(model=parent, training_file=file)


def test_cancel_and_delete(world: Any, azure: Any, upload: Any, trained: Any) -> None:
    job = azure.fine_tuning.jobs.create(model=BASE, training_file=upload(azure))
    assert azure.fine_tuning.jobs.cancel(job.id).status == "cancelled"
    with pytest.raises(openai.BadRequestError):
        azure.fine_tuning.jobs.cancel(job.id)
    raw = azure.delete(f"/fine_tuning/jobs/{job.id}", cast_to=openai.BaseModel, options={"headers": {"x": "y"}})
    assert raw is not None
    with pytest.raises(openai.NotFoundError):
        azure.fine_tuning.jobs.retrieve(job.id)


def test_the_model_outlives_the_record_of_its_job(world: Any, azure: Any, trained: Any) -> None:
    name = trained(azure, suffix="kept")
    job = azure.models.retrieve(name).to_dict()["fine_tune"]
    assert world.raw.delete(f"/accounts/aoai-sweden/openai/fine_tuning/jobs/{job}").status_code == 204
    assert name in [model.id for model in azure.models.list()]
    assert azure.models.delete(name).deleted
    assert name not in [model.id for model in azure.models.list()]


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"model": "gpt-9"}, "model"),
        ({"model": "gpt-4o-2024-11-20"}, "model"),
        ({"model": 7}, "model"),
        ({"training_file": "file-nope"}, "training_file"),
        ({"validation_file": "file-nope"}, "validation_file"),
        ({"suffix": "x" * 41}, "suffix"),
        ({"suffix": "with.dot"}, "suffix"),
        ({"seed": -1}, "seed"),
        ({"seed": "7"}, "seed"),
        ({"trainingType": "Free"}, "trainingType"),
        ({"method": {"type": "magic"}}, "method"),
        ({"method": {"type": "reinforcement"}}, "method"),
        ({"method": "supervised"}, "method"),
        ({"hyperparameters": {"n_epochs": 51}}, "hyperparameters.n_epochs"),
        ({"hyperparameters": {"n_epochs": True}}, "hyperparameters.n_epochs"),
        ({"hyperparameters": {"beta": 0.1}}, "hyperparameters.beta"),
        ({"hyperparameters": 3}, "hyperparameters"),
        ({"integrations": {}}, "integrations"),
    ],
)
def test_a_bad_create_is_a_400_that_names_the_field(
    world: Any, azure: Any, upload: Any, change: Any, param: str
) -> None:
    body = {"model": BASE, "training_file": upload(azure)} | change
    answer = world.raw.post("/accounts/aoai-sweden/openai/fine_tuning/jobs?api-version=2024-10-21", json=body)
    assert answer.status_code == 400
    assert answer.json()["error"]["target"] == param


def test_a_file_still_being_processed_cannot_be_trained_on(azure: Any, rows: Any) -> None:
    file = azure.files.create(file=("a.jsonl", rows()), purpose="fine-tune")
    with pytest.raises(openai.BadRequestError, match="not ready"):
        azure.fine_tuning.jobs.create(model=BASE, training_file=file.id)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"not json\n" * 12, "invalid_training_file"),
        (b"[]\n" * 12, "invalid_training_file"),
        (b'{"messages": []}\n' * 12, "invalid_training_file"),
        (b'{"messages": [{"role": "user", "content": "hi"}]}\n' * 12, "invalid_training_file"),
        (None, "invalid_n_examples"),
    ],
)
def test_a_bad_training_file_fails_the_job_with_the_vendors_code(
    world: Any, azure: Any, upload: Any, rows: Any, content: Any, code: str
) -> None:
    job = azure.fine_tuning.jobs.create(model=BASE, training_file=upload(azure, content or rows(9)))
    assert job.status == "pending", "validation takes a while"
    world.advance(60)
    failed = azure.fine_tuning.jobs.retrieve(job.id)
    assert failed.status == "failed"
    assert failed.error.code == code
    assert failed.error.param == "training_file"


def test_a_file_may_be_deleted_while_a_job_reads_it(world: Any, azure: Any, upload: Any) -> None:
    file = upload(azure)
    job = azure.fine_tuning.jobs.create(model=BASE, training_file=file)
    azure.files.delete(file)
    assert file not in [found.id for found in azure.files.list()]
    with pytest.raises(openai.BadRequestError):
        azure.fine_tuning.jobs.create(model=BASE, training_file=file)
    world.advance(300)
    azure.fine_tuning.jobs.pause(job.id)
    azure.fine_tuning.jobs.resume(job.id)
    world.advance(3600)
    assert azure.fine_tuning.jobs.retrieve(job.id).status == "succeeded"
    assert world.raw.get("/_emulator").status_code == 200


def test_a_cancelled_run_keeps_its_history_and_leaves_no_checkpoint(world: Any, azure: Any, upload: Any) -> None:
    job = azure.fine_tuning.jobs.create(model=BASE, training_file=upload(azure))
    world.advance(400)
    before = [event.message for event in azure.fine_tuning.jobs.list_events(job.id)]
    azure.fine_tuning.jobs.cancel(job.id)
    after = [event.message for event in azure.fine_tuning.jobs.list_events(job.id)]
    assert after == ["Job cancelled.", *before]
    assert any(message.startswith("Step ") for message in after)
    assert azure.fine_tuning.jobs.checkpoints.list(job.id).data == []


def test_three_run_at_once_and_the_fourth_starts_when_a_slot_is_free(world: Any, azure: Any, upload: Any) -> None:
    file = upload(azure)
    jobs = [azure.fine_tuning.jobs.create(model=BASE, training_file=file, suffix=f"n{i}") for i in range(4)]
    world.advance(120)
    assert [azure.fine_tuning.jobs.retrieve(job.id).status for job in jobs] == ["running"] * 3 + ["pending"]
    world.advance(7200)
    first, last = (azure.fine_tuning.jobs.retrieve(jobs[i].id) for i in (0, 3))
    assert last.status == "succeeded"
    assert last.finished_at - first.finished_at > 8 * 60, "it trained after the first, though nobody looked in between"
