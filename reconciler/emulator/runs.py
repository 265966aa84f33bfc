"""What becomes of a job as time passes: validated, queued, running, and how it ends.

Every transition happens at its own virtual time, in order, however far the clock has jumped; so a job that waited
for a slot starts when the slot became free, not when somebody looked.
"""

import csv
import io
from dataclasses import replace
from hashlib import sha256

from reconciler.emulator import files, hyperparameters, models, rows
from reconciler.emulator.errors import Json
from reconciler.emulator.records import CurveRow, Event, Job, Model, Space
from reconciler.emulator.rows import BadFile
from reconciler.emulator.store import Store
from reconciler.emulator.training import COLUMNS, KEPT_EPOCHS, Lesson, train

VALIDATION_SECONDS = 20.0
QUEUE_SECONDS = 30.0
RUN_SECONDS = 480.0
STEP_SECONDS = 0.5


def begin(store: Store, space: Space, job: Job) -> None:
    """Start the clock of a new job, and its training in the background."""
    job.due = job.created_at + VALIDATION_SECONDS
    note(job, job.created_at, f"Created fine-tuning job: {job.id}")
    prepare(store, space, job)


def prepare(store: Store, space: Space, job: Job) -> None:
    """Read the files, settle what depends on them, train. Also after a restart: same files, same outcome."""
    try:
        lesson = _lesson(space, job)
    except BadFile as bad:
        what = "validation_file" if bad.code == "invalid_validation_file" else "training_file"
        job.flaw = {"code": bad.code, "message": bad.message, "param": what}
        return
    count = len(lesson.rows)
    job.tokens = sum(row.tokens for row in lesson.rows)
    job.steps_per_epoch = -(-count // lesson.batch)
    job.steps = job.steps_per_epoch * lesson.epochs
    job.step_seconds = STEP_SECONDS + RUN_SECONDS / job.steps
    store.trainer.start(job.id, lesson)


def resume_all(store: Store) -> None:
    """Take up the training of unfinished jobs after a restart."""
    for space in store.state.spaces():
        for job in space.jobs.values():
            if not job.final and not job.flaw:
                prepare(store, space, job)


def _lesson(space: Space, job: Job) -> Lesson:
    method = str(job.method["type"])
    training = _read(space, job.training_file, method, "training")
    validation = _read(space, job.validation_file, method, "validation") if job.validation_file else (b"", [])
    job.resolved = hyperparameters.resolve(job.hyperparameters, method, len(training[1]))
    parent = models.find(space, job.model)
    if parent is None and job.model != job.base:
        raise BadFile("invalid_model", f"The job failed: the model {job.model} was deleted.")
    start = parent.weights if parent else None
    return Lesson(
        key=sha256(
            b"".join(sha256(part).digest() for part in (training[0], validation[0], start or b"", method.encode()))
        ).hexdigest(),
        rows=training[1],
        validation=validation[1],
        base=job.base,
        start=start,
        epochs=job.resolved["n_epochs"],
        batch=job.resolved["batch_size"],
        rate=float(job.resolved["learning_rate_multiplier"]),
        beta=float(job.resolved.get("beta", 0.1)),
        seed=job.seed,
    )


def _read(space: Space, identity: str, method: str, what: str) -> tuple[bytes, list[rows.Row]]:
    file = space.files.get(identity)
    if file is None:
        raise BadFile(f"invalid_{what}_file", f"The job failed: the {what} file {identity} was deleted.")
    content = files.content_of(file)
    return content, rows.read(content, method, what)


def settle(store: Store, space: Space, now: float) -> bool:
    """Let everything happen that is due in this space, in order. Says whether anything did."""
    changed = False
    while True:
        waiting = [job for job in space.jobs.values() if job.due is not None and job.due <= now]
        if not waiting:
            return changed
        job = min(waiting, key=lambda job: job.due or 0.0)
        at, job.due = job.due or now, None
        {"validating": _validated, "queued": _start, "running": _finish}[job.phase](store, space, job, at)
        changed = True


def _validated(store: Store, space: Space, job: Job, at: float) -> None:
    if job.flaw:
        fail(store, space, job, at, job.flaw)
    else:
        enqueue(store, space, job, at)


def enqueue(store: Store, space: Space, job: Job, at: float) -> None:
    job.phase = "queued"
    note(job, at, "Job enqueued. Waiting for jobs ahead to complete.")
    _dispatch(store, space, at)


def _dispatch(store: Store, space: Space, at: float) -> None:
    """Give free slots to the jobs that have waited longest; developer runs have slots of their own."""
    limits = store.state.limits
    for developer, slots in ((False, limits.jobs_running), (True, limits.jobs_running_developer)):
        ours = [job for job in space.jobs.values() if (job.training_type == "developerTier") is developer]
        busy = sum(job.phase == "running" or (job.phase == "queued" and job.due is not None) for job in ours)
        parked = [job for job in ours if job.phase == "queued" and job.due is None]
        for job in parked[: max(0, slots - busy)]:
            job.due = at + QUEUE_SECONDS


def _start(store: Store, space: Space, job: Job, at: float) -> None:
    job.phase = "running"
    job.running_since = at
    job.due = at + (job.steps - job.steps_before) * job.step_seconds * (0.5 if job.fate else 1)
    note(job, at, "Job started.")
    note(job, at, "Training started.")


def _finish(store: Store, space: Space, job: Job, at: float) -> None:
    if job.fate:
        _meet_fate(store, space, job, at, job.fate)
    else:
        _succeed(store, space, job, at)


def _meet_fate(store: Store, space: Space, job: Job, at: float, fate: Json) -> None:
    job.fate = None
    if fate["fault"] == "fail_run":
        fail(store, space, job, at, {"code": fate["code"], "message": fate["message"], "param": None})
    elif fate["fault"] == "pause_run":
        note(job, at, "The job has reached its cost limit.", "warning")
        pause(store, space, job, at)
    else:
        job.steps_before, job.running_since = steps_done(job, at), None
        note(job, at, "Job preempted.", "warning")
        enqueue(store, space, job, at)


def _succeed(store: Store, space: Space, job: Job, at: float) -> None:
    outcome = store.trainer.outcome(job.id)
    if outcome is None:
        prepare(store, space, job)
        outcome = store.trainer.outcome(job.id)
    if outcome is None:
        broken = {"code": "internalFailure", "message": "The training broke off.", "param": None}
        fail(store, space, job, at, job.flaw or broken)
        return
    job.curve = outcome.curve
    job.fine_tuned_model = models.name_for(job, space.platform)
    for step, weights in outcome.snapshots.items():
        keep_checkpoint(space, job, step, weights, at)
    final = outcome.snapshots[job.steps]
    space.models[job.fine_tuned_model] = Model(job.fine_tuned_model, job.base, job.id, at, final)
    results = files.keep_result(space, "results.csv", _csv(job.curve), at)
    job.result_files = [results.id]
    note(job, at, f"Completed results file: {results.id}")
    note(job, at, "Job succeeded.")
    end(store, space, job, at, "succeeded")


def keep_checkpoint(space: Space, job: Job, step: int, weights: bytes, at: float) -> None:
    name = f"{models.name_for(job, space.platform)}:ckpt-step-{step}"
    identity = models.checkpoint_id(job.id, step, space.platform)
    space.models[name] = Model(name, job.base, job.id, at, weights, step, identity)


def fail(store: Store, space: Space, job: Job, at: float, error: Json) -> None:
    job.error = error
    note(job, at, str(error.get("message") or "Job failed."), "error")
    end(store, space, job, at, "failed")


def end(store: Store, space: Space, job: Job, at: float, phase: str) -> None:
    job.curve = job.curve or curve_so_far(store, job, at)
    job.steps_before = len(job.curve)
    job.phase, job.due, job.finished_at = phase, None, at
    store.trainer.drop(job.id)
    _dispatch(store, space, at)


def pause(store: Store, space: Space, job: Job, at: float) -> None:
    """Stop a running job and keep where it is as a checkpoint that can be deployed."""
    step = steps_done(job, at)
    try:
        part = train(replace(_lesson(space, job), stop_after=step))
    except BadFile as bad:
        fail(store, space, job, at, {"code": bad.code, "message": bad.message, "param": "training_file"})
        return
    keep_checkpoint(space, job, step, part.snapshots[step], at)
    job.steps_before, job.running_since = step, None
    job.phase, job.due = "paused", None
    note(job, at, f"Job paused at step {step}.")
    _dispatch(store, space, at)


def steps_done(job: Job, now: float) -> int:
    if job.phase != "running" or job.running_since is None:
        return job.steps_before
    since = (now - job.running_since) / job.step_seconds
    return min(job.steps, job.steps_before + int(since + 1e-6))  # a step done on the dot is done


def step_time(job: Job, step: int, now: float) -> int:
    """About when a step was done, Unix seconds."""
    if job.running_since is None:
        return int(job.finished_at or now)
    ended = job.finished_at if job.finished_at is not None else now
    since = job.running_since + max(0, step - _steps_before_start(job)) * job.step_seconds
    return int(min(since, ended))


def _steps_before_start(job: Job) -> int:
    return job.steps_before if job.phase == "running" else 0


def curve_so_far(store: Store, job: Job, now: float) -> list[CurveRow]:
    """The rows of the curve that the clock has reached; waits for the training where it must."""
    done = steps_done(job, now)
    if not done:
        return []
    if job.curve:
        return job.curve[:done]
    outcome = store.trainer.outcome(job.id)
    return outcome.curve[:done] if outcome else []


def checkpoint_steps(space: Space, job: Job, done: int) -> list[int]:
    """Steps that a client can see as checkpoints: the last epochs' ends, and where the job was paused."""
    lost = job.phase in ("failed", "cancelled")
    epochs = [] if lost else list(range(job.steps_per_epoch, done + 1, job.steps_per_epoch))[-KEPT_EPOCHS:]
    kept = [m.step for m in space.models.values() if m.job_id == job.id and m.step is not None]
    return sorted({*epochs, *kept})


def _csv(curve: list[CurveRow]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(["" if value is None else value for value in row] for row in curve)
    return out.getvalue().encode()


def note(job: Job, at: float, message: str, level: str = "info") -> None:
    job.events.append(Event(at, message, level))
