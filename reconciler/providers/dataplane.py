"""The data plane, for OpenAI and Azure OpenAI: files, runs and models behind the `Training` port.

Reads are plain JSON; writes go through the `openai` SDK, imported when the first one needs it, each sent once.
Wire: learn.microsoft.com, azure/foundry/openai/reference (authoring); OpenAI's OpenAPI document.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import httpx2
import orjson

from reconciler.model.observation import JobError, ObservedCheckpoint, ObservedFile, ObservedJob, ObservedModel
from reconciler.providers.base import RunProgress, RunRequest
from reconciler.providers.dates import read_date
from reconciler.providers.errors import ServiceError, from_body, redact
from reconciler.providers.once import Once
from reconciler.providers.reader import Reader
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
    ) -> None:
        """`one_request`: bytes above which a file is sent in parts, where the service has the Uploads API.

        `forgets_jobs`: whether the record of a finished run can be deleted. `takes_unchecked`: whether a run may be
        created with a file that is `uploaded` and not checked yet.
        """
        self._connect = connect
        self._sdk = Once(client)
        self._body = body
        self._one_request = one_request
        self._forgets_jobs = forgets_jobs
        self._takes_unchecked = takes_unchecked
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
        return [self._file(item) for item in self.reader.by_cursor("/files")]

    def file(self, id: str) -> ObservedFile:
        return self._file(self.reader.get(f"/files/{id}"))

    def _file(self, item: Mapping[str, Any]) -> ObservedFile:
        return replace(read_file(item), unchecked=self._takes_unchecked)

    def jobs(self) -> list[ObservedJob]:
        return [read_job(item) for item in self.reader.by_cursor("/fine_tuning/jobs")]

    def job(self, id: str) -> ObservedJob:
        return read_job(self.reader.get(f"/fine_tuning/jobs/{id}"))

    def models(self) -> list[ObservedModel]:
        return [read_model(item) for item in self.reader.by_cursor("/models")]

    def model(self, id: str) -> ObservedModel | None:
        try:
            return read_model(self.reader.get(f"/models/{id}"))
        except ServiceError as error:
            if error.missing:
                return None
            raise

    def checkpoints(self, job_id: str) -> list[ObservedCheckpoint]:
        found = self.reader.by_cursor(f"/fine_tuning/jobs/{job_id}/checkpoints")
        return [c for c in (read_checkpoint(job_id, item) for item in found) if c]

    def progress(self, job_id: str) -> RunProgress:
        page = self.reader.get(f"/fine_tuning/jobs/{job_id}/events", {"limit": "20"})
        return read_progress(page.get("data") or ())

    def last_words(self, job_id: str) -> list[str]:
        page = self.reader.get(f"/fine_tuning/jobs/{job_id}/events", {"limit": "5"})
        events = [e for e in page.get("data") or () if isinstance(e, Mapping)]
        return [str(e["message"]) for e in reversed(events) if e.get("message")]

    def upload(self, filename: str, content: Iterable[bytes], sent: Sent) -> ObservedFile:
        sender = FileSender(lambda: self.sdk, self._write, self._one_request, self.reader.sleep)
        return self._file(sender.send(filename, content, sent))

    def import_file(self, filename: str, url: str) -> ObservedFile:
        body = {"filename": filename, "purpose": PURPOSE, "content_url": url}
        return self._file(self._write(lambda: self.sdk.post("/files/import", body=body, cast_to=httpx2.Response)))

    def create_job(self, request: RunRequest) -> ObservedJob:
        body = self._body(request)
        return read_job(self._write(lambda: self.sdk.fine_tuning.jobs.with_raw_response.create(**body)))

    def cancel_job(self, id: str) -> ObservedJob:
        return read_job(self._write(lambda: self.sdk.fine_tuning.jobs.with_raw_response.cancel(id)))

    def delete_file(self, id: str) -> None:
        self._write(lambda: self.sdk.files.with_raw_response.delete(id))

    def forget_job(self, id: str) -> None:
        if self._forgets_jobs:
            path = f"/fine_tuning/jobs/{id}"
            _unless_missing(lambda: self._write(lambda: self.sdk.delete(path, cast_to=httpx2.Response), answers=False))

    def delete_model(self, id: str) -> None:
        _unless_missing(lambda: self._write(lambda: self.sdk.models.with_raw_response.delete(id)))

    def _write(self, send: Callable[[], Any], *, answers: bool = True) -> Mapping[str, Any]:
        """Send one write; once more with a new token where the old one had expired, for then nothing was done."""
        try:
            return self._once(send, answers)
        except ServiceError as error:
            if error.status != 401 or not self.reader.proof.renew():
                raise
            return self._once(send, answers)

    def _once(self, send: Callable[[], Any], answers: bool) -> Mapping[str, Any]:
        """Send and read the raw answer, where there is one; the SDK's models would hide fields."""
        import openai

        service = self.reader.service
        try:
            raw = send()
            body = orjson.loads(raw.text) if answers else {"id": "none"}
        except ServiceError as error:  # of our own transport: no proof, or a host that must not be asked
            error.service = error.service or service
            raise
        except openai.APIStatusError as error:
            raise from_body(
                error.status_code, error.body, error.response.headers, service=service, fallback=error.message
            ) from error
        except (openai.APIConnectionError, httpx2.HTTPError, orjson.JSONDecodeError) as error:
            cause = error.__cause__ or error
            if isinstance(cause, ServiceError):
                raise cause from error
            not_sent = isinstance(cause, httpx2.ConnectError | httpx2.ConnectTimeout | httpx2.PoolTimeout)
            raise ServiceError(f"no whole answer: {cause}", service=service, not_sent=not_sent) from error
        if not isinstance(body, Mapping) or not body.get("id"):
            raise ServiceError("the answer has no id", service=service)
        return body


def _unless_missing(delete: Callable[[], Any]) -> None:
    """A delete of what is gone already is as good, and a service without the call has nothing to say."""
    try:
        delete()
    except ServiceError as error:
        if error.status not in (404, 405, 501):
            raise


def read_file(item: Mapping[str, Any]) -> ObservedFile:
    return ObservedFile(
        id=str(item["id"]),
        filename=str(item.get("filename") or ""),
        status=str(item.get("status") or "processed"),
        bytes=item.get("bytes"),
        purpose=str(item.get("purpose") or ""),
        created_at=_seconds(item.get("created_at")) or 0,
        status_details=redact(str(item.get("status_details") or "")),
        expires_at=_seconds(item.get("expires_at")),
    )


def read_job(item: Mapping[str, Any]) -> ObservedJob:
    """A run from either family. `error` may be null, `{}` or an object of nulls on a healthy run."""
    error = item.get("error")
    failure = None
    if isinstance(error, Mapping) and (error.get("code") or error.get("message")):
        failure = JobError(str(error.get("code") or ""), str(error.get("message") or ""), str(error.get("param") or ""))
    method = item.get("method")
    inner = method.get(method.get("type")) if isinstance(method, Mapping) else None
    tuned = (inner.get("hyperparameters") if isinstance(inner, Mapping) else None) or item.get("hyperparameters")
    return ObservedJob(
        id=str(item["id"]),
        status=str(item.get("status") or ""),
        created_at=_seconds(item.get("created_at")) or 0,
        finished_at=_seconds(item.get("finished_at")),
        base_model=str(item.get("model") or ""),
        fine_tuned_model=item.get("fine_tuned_model"),
        suffix=item.get("user_provided_suffix") or item.get("suffix"),
        training_file=item.get("training_file"),
        validation_file=item.get("validation_file"),
        trained_tokens=item.get("trained_tokens"),
        hyperparameters=tuned or {},
        estimated_finish=_seconds(item.get("estimated_finish")),
        error=failure,
        metadata=item.get("metadata") or {},
        seed=item.get("seed"),
        method=str(method.get("type") or "") if isinstance(method, Mapping) else "",
    )


def read_checkpoint(job: str, item: Mapping[str, Any]) -> ObservedCheckpoint | None:
    """Azure deploys a checkpoint by its id (`ftchkpt-...`), and both families train on top of its model name."""
    step, model = item.get("step_number"), item.get("fine_tuned_model_checkpoint")
    if not isinstance(step, int) or not model:
        return None
    return ObservedCheckpoint(job, step, id=str(item["id"]), model=str(model))


def read_model(item: Mapping[str, Any]) -> ObservedModel:
    capabilities = item.get("capabilities")
    deprecation = item.get("deprecation")
    ends = deprecation if isinstance(deprecation, Mapping) else {}
    shutdown = read_date(item.get("shutdown_date"))  # OpenAI has one day for everything
    return ObservedModel(
        id=str(item["id"]),
        base_model=item.get("model"),
        job=item.get("fine_tune"),
        created_at=_seconds(item.get("created_at") or item.get("created")) or 0,
        can_fine_tune=capabilities.get("fine_tune") if isinstance(capabilities, Mapping) else None,
        inference_ends=_seconds(ends.get("inference")) or shutdown,
        fine_tune_ends=_seconds(ends.get("fine_tune")) or shutdown,
    )


def read_progress(events: Iterable[Any]) -> RunProgress:
    """The newest word on steps and loss. Events come newest first; metrics carry `step`, `train_loss`."""
    message = ""
    for event in events:
        if not isinstance(event, Mapping):
            continue
        message = message or str(event.get("message") or "")
        data = event.get("data")
        if isinstance(data, Mapping) and data.get("step") is not None:
            loss = data.get("train_loss")
            return RunProgress(
                step=int(data["step"]),
                total=int(data["total_steps"]) if data.get("total_steps") else None,
                loss=float(loss) if isinstance(loss, int | float) else None,
                message=message,
            )
    return RunProgress(message=message)


def _seconds(value: Any) -> int | None:
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
