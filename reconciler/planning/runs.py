"""What has become of a wanted run in its account: the live jobs and models that carry its mark, judged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from reconciler.model.observation import Observation, ObservedJob, ObservedModel, Phase
from reconciler.model.resource import DesiredRun


class RunState(Enum):
    ABSENT = auto()
    UNDER_WAY = auto()
    PAUSED = auto()
    READY = auto()
    FAILED = auto()
    CANCELLED = auto()
    MODEL_DELETED = auto()
    MODEL_RETIRED = auto()


@dataclass(frozen=True, slots=True)
class RunView:
    """The verdict on one mark. `model` is the model's id once there is one."""

    state: RunState
    job: ObservedJob | None = None
    model: str | None = None
    failures: int = 0
    duplicates: tuple[ObservedJob, ...] = ()
    """Unfinished runs that should not be: another with the same mark stays."""
    paid_again: tuple[ObservedJob, ...] = ()
    """Runs that succeeded beside the one that counts."""
    """Unfinished runs that should not be: another with the same mark stays."""


_ADOPTED = {
    Phase.PAUSED: RunState.PAUSED,
    Phase.SUCCEEDED: RunState.MODEL_DELETED,
    Phase.FAILED: RunState.FAILED,
    Phase.CANCELLED: RunState.CANCELLED,
}
"""What becomes of a run that has no model."""


class MarkIndex:
    """One observation, by mark."""

    def __init__(self, observation: Observation) -> None:
        self.observed_at = observation.observed_at
        self.all_jobs = observation.jobs
        self.jobs: Mapping[str, list[ObservedJob]] = _by_mark(observation.jobs)
        self.models: Mapping[str, list[ObservedModel]] = _by_mark(observation.models)
        self.model_ids = {m.id.lower(): m for m in observation.models}

    def of(self, run: DesiredRun) -> RunView:
        """The verdict on a wanted run: by the id that it adopts, else by its mark."""
        return self.adopted(run.adopt) if run.adopt else self.judge(run.mark)

    def judge(self, mark: str) -> RunView:
        jobs = sorted(self.jobs.get(mark, ()), key=lambda j: j.order)
        unfinished = [j for j in jobs if not j.phase.final]
        ready = self._ready(mark, jobs)
        if ready:
            again = tuple(j for j in jobs if j.phase is Phase.SUCCEEDED and ready.job and j.id != ready.job.id)
            return RunView(ready.state, ready.job, ready.model, duplicates=tuple(unfinished), paid_again=again)
        if unfinished:
            eldest, *others = unfinished
            state = RunState.PAUSED if eldest.phase is Phase.PAUSED else RunState.UNDER_WAY
            return RunView(state, eldest, failures=_failures(jobs), duplicates=tuple(others))
        if any(j.phase is Phase.SUCCEEDED for j in jobs):
            return RunView(RunState.MODEL_DELETED, next(j for j in jobs if j.phase is Phase.SUCCEEDED))
        return _ended(jobs)

    def adopted(self, id: str) -> RunView:
        """The verdict on a run that was taken over by its id, or by its model's."""
        named = (j for j in self.all_jobs if id == j.id or id.lower() == (j.fine_tuned_model or "").lower())
        job = next(named, None)
        model = self.model_ids.get(((job.fine_tuned_model or "") if job else id).lower())
        if job is None and model is None:
            model = next((m for m in self.model_ids.values() if m.job == id), None)
        if model:
            return RunView(self._served(model), job, model.id)
        if job is None:
            return RunView(RunState.ABSENT)
        state = _ADOPTED.get(job.phase, RunState.UNDER_WAY)
        return RunView(state, job, failures=int(job.phase is Phase.FAILED))

    def _ready(self, mark: str, jobs: Sequence[ObservedJob]) -> RunView | None:
        for job in jobs:
            model = self.model_ids.get((job.fine_tuned_model or "").lower())
            if job.phase is Phase.SUCCEEDED and model:
                return RunView(self._served(model), job, model.id)
        models = sorted(self.models.get(mark, ()), key=lambda m: (m.created_at, m.id))
        finals = [m for m in models if ":ckpt-step" not in m.id]
        return RunView(self._served(finals[0]), None, finals[0].id) if finals else None

    def _served(self, model: ObservedModel) -> RunState:
        ends = model.inference_ends
        return RunState.MODEL_RETIRED if ends is not None and ends <= self.observed_at else RunState.READY


def _ended(jobs: Sequence[ObservedJob]) -> RunView:
    """The verdict where every run with the mark failed or was cancelled.

    A run that was cancelled while an elder one still ran was a duplicate, not somebody's decision.
    """
    meant = [j for j in jobs if j.phase is not Phase.CANCELLED or not _was_duplicate(j, jobs)]
    if not meant:
        return RunView(RunState.ABSENT) if not jobs else RunView(RunState.CANCELLED, jobs[-1])
    last = meant[-1]
    state = RunState.CANCELLED if last.phase is Phase.CANCELLED else RunState.FAILED
    return RunView(state, last, failures=_failures(jobs))


def _was_duplicate(job: ObservedJob, jobs: Sequence[ObservedJob]) -> bool:
    elder = (o for o in jobs if o.order < job.order and o.phase is not Phase.CANCELLED)
    return any(o.finished_at is None or job.created_at < o.finished_at for o in elder)


def _failures(jobs: Sequence[ObservedJob]) -> int:
    return sum(1 for j in jobs if j.phase is Phase.FAILED)


def _by_mark(things: Sequence[ObservedJob] | Sequence[ObservedModel]) -> Mapping[str, list]:  # type: ignore[type-arg]
    found = defaultdict(list)
    for thing in things:
        mark = thing.mark
        if mark is not None:
            found[mark].append(thing)
    return found
