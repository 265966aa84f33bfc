"""Fine-tuning jobs of the data plane: create, list, read, cancel, pause, resume, delete, events, checkpoints."""

import re
from hashlib import md5

from starlette.responses import Response

from reconciler.emulator import hyperparameters, job_requests, models, runs
from reconciler.emulator.errors import Json, Refusal, Surface, not_found, wrong_state
from reconciler.emulator.records import Job
from reconciler.emulator.training import COLUMNS
from reconciler.emulator.wire import Call, Endpoint, created, listed, page, reply

EVENT_EVERY = 10  # steps
_PLATFORM_STATUS = {"validating": "validating_files"}
_AZURE_STATUS = {"validating": "pending", "queued": "pending"}


def _create(call: Call) -> Response:
    body = call.json()
    _check_open(call)
    job = job_requests.parse(call, body)
    _check_room(call)
    call.space.jobs[job.id] = job
    runs.begin(call.store, call.space, job)
    return created(call, render(call, job), f"/fine_tuning/jobs/{job.id}")


def _check_open(call: Call) -> None:
    """The platform is closing to organisations one by one; a switch closes a project of ours."""
    if call.surface is not Surface.OPENAI:
        return
    if call.store.state.project_switches.get(call.project, {}).get("training_not_available"):
        message = (
            "OpenAI is winding down the fine-tuning platform and your organization is no longer able to create new "
            "fine-tuning training jobs."
        )
        raise Refusal(403, "forbidden", message, platform_code="training_not_available")


def _check_room(call: Call) -> None:
    limits, jobs = call.store.state.limits, call.space.jobs.values()
    if len(jobs) >= limits.jobs_total:
        raise Refusal(
            400, "quotaExceeded", f"The resource has {len(jobs)} training jobs of at most {limits.jobs_total}."
        )
    if sum(job.phase in ("validating", "queued") for job in jobs) >= limits.jobs_queued + limits.jobs_running:
        raise Refusal(400, "quotaExceeded", f"The queue is full: at most {limits.jobs_queued} jobs can wait.")


def status(job: Job, surface: Surface) -> str:
    if surface is Surface.OPENAI:
        return _PLATFORM_STATUS.get(job.phase, job.phase)
    if job.phase == "queued" and job.steps_before:
        return "resuming"
    return _AZURE_STATUS.get(job.phase, job.phase)


def render(call: Call, job: Job) -> Json:
    surface, kind = call.surface, str(job.method["type"])
    started = job.phase != "validating" and job.running_since is not None
    values = hyperparameters.shown(job.hyperparameters, job.resolved if started else None, kind, surface)
    body: Json = {
        "id": job.id,
        "object": "fine_tuning.job",
        "created_at": int(job.created_at),
        "status": status(job, surface),
        "model": job.model,
        "training_file": job.training_file,
        "validation_file": job.validation_file,
        "hyperparameters": values,
        "seed": job.seed,
        "error": job.error,
    }
    if job.method_given or surface is Surface.OPENAI:
        body["method"] = {"type": kind, kind: {**job.method.get(kind, {}), "hyperparameters": values}}
    if not job.final:
        body["estimated_finish"] = int(job.due if job.phase == "running" and job.due else job.created_at + 3600)
    if job.integrations:
        body["integrations"] = job.integrations
    return body | (_platform_fields(job) if surface is Surface.OPENAI else _azure_fields(job, surface))


def _outcome_fields(job: Job) -> Json:
    succeeded = job.phase == "succeeded"
    return {
        "fine_tuned_model": job.fine_tuned_model,
        "finished_at": int(job.finished_at) if job.finished_at is not None else None,
        "result_files": job.result_files,
        "trained_tokens": job.tokens * job.resolved["n_epochs"] if succeeded else None,
    }


def _azure_fields(job: Job, surface: Surface) -> Json:
    outcome = _outcome_fields(job)
    if surface is Surface.DATED:
        outcome = {name: value for name, value in outcome.items() if value}
    else:
        outcome |= {"organization_id": None, "metadata": job.metadata}
    if job.suffix is not None:
        outcome["suffix"] = job.suffix
    return outcome | {"trainingType": job.training_type}


def _platform_fields(job: Job) -> Json:
    fields = _outcome_fields(job) | {
        "organization_id": "org-emulated",
        "metadata": job.metadata,
        "user_provided_suffix": job.suffix,
    }
    if job.method["type"] != "supervised":
        fields["hyperparameters"] = None
    return fields


def _find(call: Call) -> Job:
    job = call.space.jobs.get(call.params["job"])
    if job is None:
        raise not_found("fine-tuning job", call.params["job"])
    return job


def _list(call: Call) -> Response:
    ours = [job for job in reversed(call.space.jobs.values()) if listed(call, job.created_at) and _matches(call, job)]
    return page(call, ours, lambda job: render(call, job))


def _matches(call: Call, job: Job) -> bool:
    """The platform's filter: metadata[key]=value, or metadata=null."""
    if call.surface is not Surface.OPENAI:
        return True
    if call.query.get("metadata") == "null":
        return job.metadata is None
    wanted = {name[9:-1]: value for name, value in call.query.items() if re.fullmatch(r"metadata\[.*\]", name)}
    return all((job.metadata or {}).get(key) == value for key, value in wanted.items())


def _get(call: Call) -> Response:
    return reply(render(call, _find(call)))


def _cancel(call: Call) -> Response:
    job = _find(call)
    if job.final:
        raise wrong_state(f"The job cannot be cancelled: its status is '{status(job, call.surface)}'.")
    runs.note(job, call.now, "Job cancelled.")
    runs.end(call.store, call.space, job, call.now, "cancelled")
    return reply(render(call, job))


def _pause(call: Call) -> Response:
    job = _find(call)
    if job.phase != "running" or not runs.steps_done(job, call.now):
        raise wrong_state("A job can be paused only while it is running and has done at least one step.")
    runs.pause(call.store, call.space, job, call.now)
    return reply(render(call, job))


def _resume(call: Call) -> Response:
    job = _find(call)
    if job.phase != "paused":
        raise wrong_state(f"Only a paused job can be resumed; its status is '{status(job, call.surface)}'.")
    runs.enqueue(call.store, call.space, job, call.now)
    return reply(render(call, job))


def _delete(call: Call) -> Response:
    """Forget the record; the model it made stays."""
    job = _find(call)
    if not job.final:
        raise wrong_state(f"The job cannot be deleted: its status is '{status(job, call.surface)}'.")
    del call.space.jobs[job.id]
    return Response(status_code=204)


def _events(call: Call) -> Response:
    """Newest first: what happened, and a metrics event every few steps."""
    job = _find(call)
    happened = [(event.at, _event(job, event.at, event.message, event.level)) for event in job.events]
    for row in runs.curve_so_far(call.store, job, call.now):
        step = int(row[0] or 0)
        if step % EVENT_EVERY == 0 or row[5] is not None:
            at = runs.step_time(job, step, call.now)
            measured = {name: value for name, value in zip(COLUMNS, row, strict=True) if value is not None}
            happened.append((at, _event(job, at, f"Step {step}: training loss={row[1]:.4f}", data=measured)))
    happened.sort(key=lambda pair: pair[0])
    return page(call, [event for _, event in reversed(happened)], lambda event: event)


def _event(job: Job, at: float, message: str, level: str = "info", data: Json | None = None) -> Json:
    digest = md5(f"{job.id}:{at}:{message}".encode(), usedforsecurity=False).hexdigest()
    return {
        "id": f"ftevent-{digest}",
        "object": "fine_tuning.job.event",
        "created_at": int(at),
        "level": level,
        "message": message,
        "type": "metrics" if data else "message",
        "data": data or {},
    }


def _checkpoints(call: Call) -> Response:
    """Newest first."""
    job, space = _find(call), call.space
    curve = runs.curve_so_far(call.store, job, call.now)
    name = models.name_for(job, space.platform)
    steps = [step for step in runs.checkpoint_steps(space, job, len(curve)) if step <= len(curve)]

    def show(step: int) -> Json:
        metrics = {key: value for key, value in zip(COLUMNS, curve[step - 1], strict=True) if value is not None}
        return {
            "id": models.checkpoint_id(job.id, step, space.platform),
            "object": "fine_tuning.job.checkpoint",
            "created_at": runs.step_time(job, step, call.now),
            "fine_tuned_model_checkpoint": f"{name}:ckpt-step-{step}",
            "fine_tuning_job_id": job.id,
            "step_number": step,
            "metrics": metrics,
        }

    return page(call, steps[::-1], show, limit=10, ends=call.surface is not Surface.DATED)


_JOB = "/fine_tuning/jobs/{job}"
ROUTES = (
    Endpoint("POST", "/fine_tuning/jobs", _create),
    Endpoint("GET", "/fine_tuning/jobs", _list),
    Endpoint("GET", _JOB, _get),
    Endpoint("DELETE", _JOB, _delete, (Surface.DATED,)),
    Endpoint("POST", f"{_JOB}/cancel", _cancel),
    Endpoint("POST", f"{_JOB}/pause", _pause),
    Endpoint("POST", f"{_JOB}/resume", _resume),
    Endpoint("GET", f"{_JOB}/events", _events),
    Endpoint("GET", f"{_JOB}/checkpoints", _checkpoints),
)
