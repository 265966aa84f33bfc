"""The data plane, for OpenAI and Azure OpenAI: files, runs and models behind the `Training` port.

Reads are plain JSON; writes go through the `openai` SDK, imported when the first one needs it, each sent once.
Wire: learn.microsoft.com, azure/foundry/openai/reference (authoring); OpenAI's OpenAPI document.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import httpx2

from reconciler.model.observation import JobError, ObservedCheckpoint, ObservedFile, ObservedJob, ObservedModel
from reconciler.providers.base import RunProgress, RunRequest
from reconciler.providers.dates import read_date
from reconciler.providers.decoding import Item, NotWhole, parsed, parsed_or_none
from reconciler.providers.errors import ServiceError, from_body, redact
from reconciler.providers.once import Once
from reconciler.providers.reader import Reader, part
from reconciler.providers.sending import PURPOSE, FileSender, Sent

if TYPE_CHECKING:
    import openai


class DataPlane:
    """`Training` over HTTP. `connect` makes the reader and `client` the SDK's client, both on first use."""

    def __init__(
        self,
        connect: Callable[[], Reader],
        client: Callable[[], openai.OpenAI],
        body: Callable[[RunRequest], dict[str, Any]],
        one_request: int | None = None,
        *,
        forgets_jobs: bool = False,
        takes_unchecked: bool = False,
        files_query: Mapping[str, str] | None = None,
    ) -> None:
        """`one_request`: bytes above which a file is sent in parts, where the service has the Uploads API.

        `forgets_jobs`: whether the record of a finished run can be deleted. `takes_unchecked`: whether a run may be
        created with a file that is `uploaded` and not checked yet. `files_query`: how the list of files is asked for
        training files only, and for many at once, where the service knows how.
        """
        self._connect = connect
        self._sdk = Once(client)
        self._body = body
        self._one_request = one_request
        self._forgets_jobs = forgets_jobs
        self._takes_unchecked = takes_unchecked
        self._files_query = files_query
        self._reader: Reader | None = None

    @property
    def reader(self) -> Reader:
        """Made without a lock: connecting may ask the network, and nobody should wait for another target's answer."""
        self._reader = self._reader or self._connect()
        return self._reader

    @property
    def sdk(self) -> openai.OpenAI:
        return self._sdk()

    def close(self) -> None:
        """Close the SDK's client, if there is one."""
        self._sdk.close()

    def files(self) -> list[ObservedFile]:
        return self.reader.by_cursor("/files", "file", self._read_file, self._files_query)

    def file(self, id: str) -> ObservedFile:
        return self.reader.decode(self._read_file, self.reader.get(f"/files/{part(id)}"), f"file {id}")

    def _read_file(self, item: Item) -> ObservedFile:
        return replace(read_file(item), unchecked=self._takes_unchecked)

    def jobs(self) -> list[ObservedJob]:
        return self.reader.by_cursor("/fine_tuning/jobs", "run", read_job)

    def job(self, id: str) -> ObservedJob:
        return self.reader.decode(read_job, self.reader.get(f"/fine_tuning/jobs/{part(id)}"), f"run {id}")

    def models(self) -> list[ObservedModel]:
        return self.reader.by_cursor("/models", "model", read_model)

    def model(self, id: str) -> ObservedModel | None:
        try:
            return self.reader.decode(read_model, self.reader.get(f"/models/{part(id)}"), f"model {id}")
        except ServiceError as error:
            if error.missing:
                return None
            raise

    def checkpoints(self, job_id: str) -> list[ObservedCheckpoint]:
        path = f"/fine_tuning/jobs/{part(job_id)}/checkpoints"
        return self.reader.by_cursor(path, "checkpoint", lambda item: read_checkpoint(job_id, item))

    def progress(self, job_id: str) -> RunProgress:
        return read_progress(self._events(job_id, 20))

    def last_words(self, job_id: str) -> list[str]:
        said = [event.shown_text("message") for event in reversed(self._events(job_id, 5))]
        return [message for message in said if message]

    def _events(self, job_id: str, most: int) -> list[Item]:
        """The newest events of a run, newest first. They are for show: what cannot be read is left out."""
        found = self.reader.get(f"/fine_tuning/jobs/{part(job_id)}/events", {"limit": str(most)}).get("data")
        listed = found if isinstance(found, list) else []
        return [Item(event, "an event") for event in listed if isinstance(event, Mapping)]

    def upload(self, filename: str, content: Iterable[bytes], sent: Sent) -> ObservedFile:
        sender = FileSender(lambda: self.sdk, self._write, self._one_request, self.reader.sleep)
        return self.reader.decode(self._read_file, sender.send(filename, content, sent), "the file")

    def import_file(self, filename: str, url: str) -> ObservedFile:
        body = {"filename": filename, "purpose": PURPOSE, "content_url": url}
        answer = self._write(lambda: self.sdk.post("/files/import", body=body, cast_to=httpx2.Response))
        return self.reader.decode(self._read_file, answer, "the file")

    def create_job(self, request: RunRequest) -> ObservedJob:
        body = self._body(request)
        answer = self._write(lambda: self.sdk.fine_tuning.jobs.with_raw_response.create(**body))
        return self.reader.decode(read_job, answer, "the run")

    def ask(self, deployment: str, *, dated: bool) -> None:
        """One token of a deployment, whose name stands in the path or, without a dated version, in the body."""
        path = f"/deployments/{deployment}/chat/completions" if dated else "/chat/completions"
        body = {"messages": [{"role": "user", "content": "ping"}], "max_completion_tokens": 1}
        named = body if dated else {"model": deployment, **body}
        self._write(lambda: self.sdk.post(path, body=named, cast_to=httpx2.Response))

    def cancel_job(self, id: str) -> ObservedJob:
        answer = self._write(lambda: self.sdk.fine_tuning.jobs.with_raw_response.cancel(id))
        return self.reader.decode(read_job, answer, f"run {id}")

    def delete_file(self, id: str) -> None:
        self._write(lambda: self.sdk.files.with_raw_response.delete(id))

    def forget_job(self, id: str) -> bool:
        if self._forgets_jobs:
            path = f"/fine_tuning/jobs/{part(id)}"
            _unless_missing(lambda: self._write(lambda: self.sdk.delete(path, cast_to=httpx2.Response), answers=False))
        return self._forgets_jobs

    def delete_model(self, id: str) -> None:
        _unless_missing(lambda: self._write(lambda: self.sdk.models.with_raw_response.delete(id)))

    def _write(self, send: Callable[[], Any], *, answers: bool = True) -> Mapping[str, Any]:
        """Send one write; once more with a new token where the old one had expired, for then nothing was done."""
        return self.reader.proven(lambda: self._once(send, answers))

    def _once(self, send: Callable[[], Any], answers: bool) -> Mapping[str, Any]:
        """Send and read the raw answer, where there is one; the SDK's models would hide fields."""
        import openai

        service = self.reader.service
        try:
            raw = send()
            body = parsed(raw.content) if answers else {"id": "none"}
        except openai.APIStatusError as error:
            answer, fallback = error.response, error.message
            body = parsed_or_none(answer.content)
            raise from_body(answer.status_code, body, answer.headers, service=service, fallback=fallback) from error
        except NotWhole as error:
            raise self.reader.not_whole(error) from error
        except (openai.OpenAIError, httpx2.HTTPError, ValueError) as error:
            cause = error.__cause__ or error
            if isinstance(cause, ServiceError):
                raise cause from error
            not_sent = isinstance(cause, httpx2.ConnectError | httpx2.ConnectTimeout | httpx2.PoolTimeout)
            raise ServiceError(f"no whole answer: {cause}", service=service, not_sent=not_sent) from error
        self.reader.decode(lambda item: item.text("id"), body, "the answer")
        return body


def _unless_missing(delete: Callable[[], Any]) -> None:
    """A delete of what is gone already is as good, and a service without the call has nothing to say."""
    try:
        delete()
    except ServiceError as error:
        if error.status not in (404, 405, 501):
            raise


def read_file(item: Item) -> ObservedFile:
    return ObservedFile(
        id=item.text("id"),
        filename=item.text("filename"),
        status=item.optional_text("status") or "processed",  # deprecated on OpenAI
        bytes=item.shown_whole("bytes"),
        purpose=item.shown_text("purpose"),
        created_at=item.seconds("created_at"),
        status_details=redact(item.shown_text("status_details")),
        expires_at=item.optional_seconds("expires_at"),
    )


def read_job(item: Item) -> ObservedJob:
    """A run from either family. `error` may be null, `{}` or an object of nulls on a healthy run."""
    method = item.shown_item("method")
    tuned = method.shown_item(method.shown_text("type")).shown_item("hyperparameters").scalars()
    return ObservedJob(
        id=item.text("id"),
        status=item.text("status"),
        created_at=item.seconds("created_at"),
        finished_at=item.shown_seconds("finished_at"),
        base_model=item.optional_text("model") or "",
        fine_tuned_model=item.optional_text("fine_tuned_model"),
        suffix=item.optional_text("user_provided_suffix") or item.optional_text("suffix"),
        training_file=item.optional_text("training_file"),
        validation_file=item.optional_text("validation_file"),
        trained_tokens=item.shown_whole("trained_tokens"),
        hyperparameters=tuned or item.shown_item("hyperparameters").scalars(),
        estimated_finish=item.shown_seconds("estimated_finish"),
        error=_failure(item),
        metadata=item.shown_item("metadata").shown_texts(),
        seed=item.shown_whole("seed"),
        method=method.shown_text("type"),
    )


def _failure(item: Item) -> JobError | None:
    error = item.shown_item("error")
    code, message = error.shown_text("code"), error.shown_text("message") or item.shown_text("error")
    return JobError(code, message, error.shown_text("param")) if code or message else None


def read_checkpoint(job: str, item: Item) -> ObservedCheckpoint:
    """Azure deploys a checkpoint by its id (`ftchkpt-...`), and both families train on top of its model name."""
    return ObservedCheckpoint(
        job, item.whole("step_number"), id=item.text("id"), model=item.text("fine_tuned_model_checkpoint")
    )


def read_model(item: Item) -> ObservedModel:
    ends = item.shown_item("deprecation")
    shutdown = read_date(item.shown_text("shutdown_date"))  # OpenAI has one day for everything
    return ObservedModel(
        id=item.text("id"),
        base_model=item.optional_text("model"),
        job=item.optional_text("fine_tune"),
        created_at=item.shown_seconds("created_at") or item.shown_seconds("created") or 0,
        can_fine_tune=item.shown_item("capabilities").shown_truth("fine_tune"),
        inference_ends=ends.shown_seconds("inference") or shutdown,
        fine_tune_ends=ends.shown_seconds("fine_tune") or shutdown,
    )


def read_progress(events: Iterable[Item]) -> RunProgress:
    """The newest word on steps and loss. Events come newest first; metrics carry `step`, `train_loss`."""
    message = ""
    for event in events:
        message = message or event.shown_text("message")
        data = event.shown_item("data")
        step = data.shown_whole("step")
        if step is not None:
            return RunProgress(step, data.shown_whole("total_steps") or None, data.shown_number("train_loss"), message)
    return RunProgress(message=message)
