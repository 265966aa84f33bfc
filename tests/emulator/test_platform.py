"""The OpenAI platform through the real client: projects, metadata, names, statuses, its closing."""

from typing import Any

import openai
import pytest

BASE = "gpt-4.1-mini-2025-04-14"


def test_a_job_has_the_platforms_statuses_and_names(world: Any, platform: Any, upload: Any) -> None:
    file = platform.files.create(file=("a.jsonl", b"x"), purpose="fine-tune")
    assert file.status == "processed", "no waiting on the platform"
    raw = platform.fine_tuning.jobs.with_raw_response.create(
        model=BASE, training_file=upload(platform), suffix="support", metadata={"estate": "demo"}
    )
    assert raw.status_code == 200
    job = raw.parse()
    seen = [job.status]
    for seconds in (25, 30, 1200):
        world.advance(seconds)
        seen.append(platform.fine_tuning.jobs.retrieve(job.id).status)
    assert seen == ["validating_files", "queued", "running", "succeeded"]
    done = platform.fine_tuning.jobs.retrieve(job.id)
    assert done.fine_tuned_model == f"ft:{BASE}:emulated:support:{job.id[-8:]}"
    assert job.hyperparameters.n_epochs == "auto"
    assert done.hyperparameters.n_epochs == 4
    assert done.method.supervised.hyperparameters.n_epochs == 4
    assert done.to_dict()["user_provided_suffix"] == "support"
    checkpoint = platform.fine_tuning.jobs.checkpoints.list(job.id).data[0]
    assert checkpoint.id.startswith("ftckpt_")
    assert checkpoint.fine_tuned_model_checkpoint == f"{done.fine_tuned_model}:ckpt-step-96"
    assert platform.models.delete(done.fine_tuned_model).deleted


def test_projects_are_worlds_of_their_own(world: Any, platform: Any, upload: Any) -> None:
    file = upload(platform)
    with openai.OpenAI(base_url=f"{world.url}/v1", api_key="k", project="proj_b", max_retries=0) as other:
        assert other.files.list().data == []
        with pytest.raises(openai.NotFoundError):
            other.files.retrieve(file)
    assert [found.id for found in platform.files.list()] == [file]


def test_jobs_are_found_by_metadata(platform: Any, upload: Any) -> None:
    file = upload(platform)
    ours = platform.fine_tuning.jobs.create(model=BASE, training_file=file, metadata={"owner": "a b", "n": "1"})
    plain = platform.fine_tuning.jobs.create(model=BASE, training_file=file)
    assert [job.id for job in platform.fine_tuning.jobs.list(metadata={"owner": "a b"})] == [ours.id]
    assert [job.id for job in platform.fine_tuning.jobs.list(metadata={"owner": "c"})] == []
    assert [job.id for job in platform.fine_tuning.jobs.list(extra_query={"metadata": "null"})] == [plain.id]


def test_a_closed_project_refuses_to_train_but_still_takes_files(world: Any, platform: Any, upload: Any) -> None:
    world.control("PUT", "projects/proj_a", {"training_not_available": True})
    file = upload(platform)
    with pytest.raises(openai.PermissionDeniedError) as refused:
        platform.fine_tuning.jobs.create(model=BASE, training_file=file)
    assert refused.value.code == "training_not_available"
    assert refused.value.type == "invalid_request_error"


def test_models_carry_their_shutdown_date(world: Any, platform: Any, trained: Any) -> None:
    name = trained(platform)
    assert platform.models.retrieve(name).to_dict()["shutdown_date"] == "2027-01-14"
    assert "gpt-4.1-nano-2025-04-14" not in [model.id for model in platform.models.list()], "shut down already"


def test_a_dpo_job_hides_top_level_hyperparameters(world: Any, platform: Any, upload: Any) -> None:
    method = {"type": "dpo", "dpo": {"hyperparameters": {"beta": 0.2}}}
    job = platform.fine_tuning.jobs.create(model=BASE, training_file=upload(platform), method=method)
    assert job.hyperparameters is None
    assert job.method.dpo.hyperparameters.beta == 0.2
    world.advance(100)
    failed = platform.fine_tuning.jobs.retrieve(job.id)
    assert (failed.status, failed.error.code) == ("failed", "invalid_training_file"), "these are chat rows"
    assert "input is missing" in failed.error.message


@pytest.mark.parametrize(
    "metadata", [{"k": 1}, {"k" * 65: "v"}, {"k": "v" * 513}, {str(n): "v" for n in range(17)}, ["x"]]
)
def test_metadata_has_its_bounds(platform: Any, upload: Any, metadata: Any) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        platform.fine_tuning.jobs.create(model=BASE, training_file=upload(platform), metadata=metadata)
    assert refused.value.param == "metadata"


@pytest.mark.parametrize("surface", ["azure", "platform"])
def test_a_large_file_goes_up_in_parts(request: Any, world: Any, surface: str, rows: Any) -> None:
    client = request.getfixturevalue(surface)
    content = rows(30)
    upload = client.uploads.create(
        bytes=len(content), filename="big.jsonl", mime_type="text/jsonl", purpose="fine-tune"
    )
    half = len(content) // 2
    second = client.uploads.parts.create(upload.id, data=content[half:])
    first = client.uploads.parts.create(upload.id, data=content[:half])
    done = client.uploads.complete(upload.id, part_ids=[first.id, second.id])
    assert done.status == "completed"
    assert client.files.content(done.file.id).content == content
    with pytest.raises(openai.BadRequestError, match="completed"):
        client.uploads.cancel(upload.id)


def test_uploads_must_add_up_and_come_in_time(world: Any, platform: Any) -> None:
    upload = platform.uploads.create(bytes=10, filename="b.jsonl", mime_type="text/jsonl", purpose="fine-tune")
    part = platform.uploads.parts.create(upload.id, data=b"123")
    with pytest.raises(openai.BadRequestError, match="declared with 10"):
        platform.uploads.complete(upload.id, part_ids=[part.id])
    world.advance(3601)
    with pytest.raises(openai.BadRequestError, match="expired"):
        platform.uploads.parts.create(upload.id, data=b"1234567")


def test_the_v1_surface_knows_no_uploads(v1: Any) -> None:
    with pytest.raises(openai.NotFoundError):
        v1.uploads.create(bytes=10, filename="b.jsonl", mime_type="text/jsonl", purpose="fine-tune")


def test_models_answer_with_their_name(platform: Any, trained: Any) -> None:
    name = trained(platform)
    answer = platform.chat.completions.create(model=name, messages=[{"role": "user", "content": "Hello"}])
    assert name in answer.choices[0].message.content
    with pytest.raises(openai.NotFoundError):
        platform.chat.completions.create(model="ft:nope", messages=[{"role": "user", "content": "Hello"}])
