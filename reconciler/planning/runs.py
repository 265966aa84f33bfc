"""What has become of a wanted run in its account: the live jobs and models that carry its mark, judged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto

from reconciler.model.observation import Observation, ObservedJob, ObservedModel, Phase
from reconciler.model.resource import DesiredRun, ResourceGraph, RunRef
from reconciler.planning.impostors import Impostor, differences, model_differences
from reconciler.planning.in_use import STEP


class RunState(Enum):
    ABSENT = auto()
    UNDER_WAY = auto()
    PAUSED = auto()
    READY = auto()
    FAILED = auto()
    CANCELLED = auto()
    AWAITED = auto()
    """It has succeeded a short time ago, and its model is not named or listed yet."""
    MODEL_UNNAMED = auto()
    """It has succeeded, and names no model long after that."""
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
    impostors: tuple[Impostor, ...] = ()
    """What carries the mark and is another run; it counts for nothing."""
    paid_again: tuple[ObservedJob, ...] = ()
    """Runs that succeeded beside the one that counts."""


_ADOPTED = {
    Phase.PAUSED: RunState.PAUSED,
    Phase.FAILED: RunState.FAILED,
    Phase.CANCELLED: RunState.CANCELLED,
}
"""What becomes of a run that has no model."""


GRACE = 600
"""Seconds for which a run that has succeeded may not show its model."""


class MarkIndex:
    """One observation, by mark. `graph` holds the parents of the runs that are asked about."""

    def __init__(self, observation: Observation, graph: ResourceGraph) -> None:
        self.graph = graph
        self.observed_at = observation.observed_at
        self.service_time = observation.observed_at + observation.ahead
        self.all_jobs = observation.jobs
        self.jobs: Mapping[str, list[ObservedJob]] = _by_mark(observation.jobs)
        self.models: Mapping[str, list[ObservedModel]] = _by_mark(observation.models)
        self.model_ids = {m.id.lower(): m for m in observation.models}
        self.names = {f.id: f.filename for f in observation.files}

    def of(self, run: DesiredRun) -> RunView:
        """The verdict on a wanted run: by the id that it adopts, else by its mark."""
        return self.adopted(run.adopt) if run.adopt else self.judge(run)

    def judge(self, run: DesiredRun) -> RunView:
        """The verdict on what carries the run's mark and shows nothing that contradicts it."""
        marked = sorted((j for mark in run.marks for j in self.jobs.get(mark, ())), key=lambda j: j.order)
        parents = self._parents(run)
        false = {j.id: d for j in marked if (d := differences(run, j, self.graph, self.names, parents))}
        models, others = self._models(run, [j for j in marked if j.id in false])
        jobs = [j for j in marked if j.id not in false]
        impostors = tuple(Impostor(id, d) for id, d in false.items()) + others
        return replace(self._judged(jobs, models), impostors=impostors)

    def _judged(self, jobs: Sequence[ObservedJob], models: Sequence[ObservedModel]) -> RunView:
        unfinished = [j for j in jobs if not j.phase.final]
        ready = self._ready(jobs, models)
        if ready:
            again = tuple(j for j in jobs if j.phase is Phase.SUCCEEDED and ready.job and j.id != ready.job.id)
            return RunView(ready.state, ready.job, ready.model, duplicates=tuple(unfinished), paid_again=again)
        if unfinished:
            eldest, *others = unfinished
            state = RunState.PAUSED if eldest.phase is Phase.PAUSED else RunState.UNDER_WAY
            return RunView(state, eldest, failures=_failures(jobs), duplicates=tuple(others))
        succeeded = [j for j in jobs if j.phase is Phase.SUCCEEDED]
        if succeeded:
            return next((v for j in succeeded if (v := self._without_model(j)).state is RunState.AWAITED), None) or (
                self._without_model(succeeded[0])
            )
        return _ended(jobs)

    def _without_model(self, job: ObservedJob) -> RunView:
        """The verdict on a run that has succeeded and whose model is not there: what has just ended needs time."""
        ended = job.finished_at or job.created_at
        unnamed = not job.fine_tuned_model
        if abs(self.service_time - ended) < GRACE and not (unnamed and job.error):
            return RunView(RunState.AWAITED, job)
        return RunView(RunState.MODEL_UNNAMED if unnamed else RunState.MODEL_DELETED, job)

    def _parents(self, run: DesiredRun) -> frozenset[str]:
        """Names that the model of the run's parent is known by."""
        if not isinstance(run.base, RunRef):
            return frozenset()
        parent = self.graph.runs[run.base.address]
        if parent.adopt:
            found = (j.fine_tuned_model for j in self.all_jobs if parent.adopt in (j.id, j.fine_tuned_model))
            return frozenset(name for name in (*found, *_no_run(parent.adopt)) if name)
        jobs = (j for mark in parent.marks for j in self.jobs.get(mark, ()))
        return frozenset(j.fine_tuned_model for j in jobs if j.fine_tuned_model)

    def _models(
        self, run: DesiredRun, false: Sequence[ObservedJob]
    ) -> tuple[list[ObservedModel], tuple[Impostor, ...]]:
        """Models with the mark: those that may be the run's, and those that are another's by their base alone."""
        ids = {j.id for j in false} | {(j.fine_tuned_model or "").lower() for j in false}
        marked = (m for mark in run.marks for m in self.models.get(mark, ()))
        marked = (m for m in marked if m.job not in ids and m.id.lower().partition(STEP)[0] not in ids)
        own, others = [], []
        for model in sorted(marked, key=lambda m: (m.created_at, m.id)):
            differs = model_differences(run, model)
            if differs:
                others.append(Impostor(model.id, differs))
            else:
                own.append(model)
        return own, tuple(others)

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
        if job.phase is Phase.SUCCEEDED:
            return self._without_model(job)
        state = _ADOPTED.get(job.phase, RunState.UNDER_WAY)
        return RunView(state, job, failures=int(job.phase is Phase.FAILED))

    def _ready(self, jobs: Sequence[ObservedJob], models: Sequence[ObservedModel]) -> RunView | None:
        for job in jobs:
            model = self.model_ids.get((job.fine_tuned_model or "").lower())
            if job.phase is Phase.SUCCEEDED and model:
                return RunView(self._served(model), job, model.id)
        finals = [m for m in models if STEP not in m.id]
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


def _no_run(id: str) -> tuple[str, ...]:
    """The id, unless it is a run's, which names no model."""
    return () if id.startswith("ftjob-") else (id,)


def _by_mark(things: Sequence[ObservedJob] | Sequence[ObservedModel]) -> Mapping[str, list]:  # type: ignore[type-arg]
    found = defaultdict(list)
    for thing in things:
        mark = thing.mark
        if mark is not None:
            found[mark].append(thing)
    return found
