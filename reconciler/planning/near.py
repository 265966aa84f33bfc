"""The nearest earlier run: what of a run's ingredients differs from those of a live run that went by the same name.

The service still shows some of what went into an earlier run: its base model (with the parent's mark in the name), its
hyperparameters, its seed, and its files, whose names hold the digest of their rows. What it no longer shows is unknown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.model import marks, normal
from reconciler.model.address import Address
from reconciler.model.marks import FileMark
from reconciler.model.observation import Observation, ObservedFile, ObservedJob
from reconciler.model.resource import DesiredRun, ResourceGraph, RunRef


@dataclass(frozen=True, slots=True)
class Comparison:
    """One ingredient of a wanted run beside that of an earlier one."""

    ingredient: str
    """As in the specs: `hyperparameters.n_epochs`, `training`, `base_model`, `seed`, ..."""
    same: bool | None
    """None: the service does not show what the earlier run had, or not whether somebody chose it."""
    before: str
    after: str

    @property
    def words(self) -> str:
        """`hyperparameters.n_epochs 2 -> 3`."""
        if self.ingredient in ("training", "validation"):
            before, after = self.before.partition(" ")[0], self.after.partition(" ")[0]
            return f"the rows of {after} changed" if before == after else f"{self.ingredient} {before} -> {after}"
        if self.ingredient == "seed":
            return f"seed is {self.after} now"  # a seed that nobody wrote was drawn by the service
        return f"{self.ingredient} {self.before} -> {self.after}"

    @property
    def path(self) -> tuple[str, ...]:
        """Where the specs say it."""
        return tuple(self.ingredient.split("."))


@dataclass(frozen=True, slots=True)
class Near:
    """An earlier run and how the wanted one compares with it."""

    job: ObservedJob
    compared: tuple[Comparison, ...]

    @property
    def differences(self) -> tuple[Comparison, ...]:
        return tuple(c for c in self.compared if c.same is False)

    @property
    def likeness(self) -> tuple[int, int, int, str]:
        """Few differences first, then much in common, then the latest."""
        common = sum(1 for c in self.compared if c.same)
        return (-len(self.differences), common, self.job.created_at, self.job.id)


class NearRuns:
    """Earlier runs of each target, by what they were called."""

    def __init__(self, graph: ResourceGraph, observed: Mapping[str, Observation]) -> None:
        self.graph = graph
        self.wanted = {(run.target, mark): run for run in graph.runs.values() for mark in run.marks}
        self.files: dict[str, dict[str, ObservedFile]] = {n: {f.id: f for f in o.files} for n, o in observed.items()}
        self.models: set[tuple[str, str]] = set()
        self.bases: set[tuple[str, str | None]] = set()
        self.named: dict[tuple[str, str], list[ObservedJob]] = defaultdict(list)
        for target, observation in observed.items():
            for job in observation.jobs:
                if marks.is_estates(job.mark, graph.estate) and (target, job.mark) not in self.wanted:
                    for name in {job.metadata.get("address", ""), tail(job.suffix)} - {""}:
                        self.named[target, name].append(job)
                self.bases.add((target, marks.find_mark(job.base_model)))
            for model in observation.models:
                if marks.is_estates(model.mark, graph.estate) and (target, model.mark) not in self.wanted:
                    self.models.add((target, model_tail(model.id)))

    def find(self, run: DesiredRun) -> list[Near]:
        """Earlier runs of the same address or suffix that nothing in the specs means any more, the nearest first."""
        by_address = self.named.get((run.target, str(run.address)), [])
        found = {j.id: j for j in (*by_address, *self.named.get((run.target, tail(run.suffix)), []))}
        near = [Near(job, tuple(self._compare(run, job))) for job in found.values()]
        return sorted(near, key=lambda n: n.likeness, reverse=True)

    def has_model(self, run: DesiredRun) -> bool:
        """Whether an earlier run of that suffix left a model, whatever became of its record."""
        return (run.target, tail(run.suffix)) in self.models

    def was_used(self, run: DesiredRun) -> bool:
        """Whether a later run started from exactly this one, which is no more."""
        return any((run.target, mark) in self.bases for mark in run.marks)

    def _compare(self, run: DesiredRun, job: ObservedJob) -> Iterator[Comparison]:
        yield self._base(run, job)
        wanted = run.ingredients
        if job.method:
            yield Comparison("method", job.method == wanted.method, job.method, wanted.method)
        yield self._data("training", run.target, run.training, wanted.training, job.training_file)
        if run.validation or job.validation_file:
            yield self._data("validation", run.target, run.validation, wanted.validation, job.validation_file)
        explicit = wanted.as_dict()["hyperparameters"]
        for name in sorted(explicit.keys() | job.hyperparameters.keys()):
            yield _chosen(f"hyperparameters.{name}", job.hyperparameters.get(name), explicit.get(name))
        if wanted.seed is not None or job.seed is not None:
            yield _chosen("seed", job.seed, wanted.seed)

    def _base(self, run: DesiredRun, job: ObservedJob) -> Comparison:
        mark = marks.find_mark(job.base_model)
        if isinstance(run.base, RunRef):
            parent = self.graph.runs[run.base.address]
            # A checkpoint's name has the mark too; which step it was cannot be read from every name.
            same = mark in parent.marks if run.base.checkpoint is None or mark not in parent.marks else None
            return Comparison("base_model", same, self._model(run.target, job.base_model), f"{parent.address.name}")
        return Comparison("base_model", normal.same_model(job.base_model, run.base), job.base_model, run.base)

    def _model(self, target: str, model: str) -> str:
        """A model by the wanted run it comes from, else by its name."""
        mark = marks.find_mark(model)
        known = self.wanted.get((target, mark)) if mark else None
        if known:
            return known.address.name
        return model[model.lower().index(mark) :] if mark else model

    def _data(self, kind: str, target: str, dataset: str | None, digest: str | None, file_id: str | None) -> Comparison:
        after = _data_words(dataset, digest and digest[:16])
        if file_id is None:
            return Comparison(kind, dataset is None, "(none)", after)
        file = self.files.get(target, {}).get(file_id)
        mark = FileMark.read(file.filename) if file else None
        if mark is None:
            return Comparison(kind, None if dataset else False, f"{file_id} (no longer there)", after)
        same = digest is not None and digest.startswith(mark.digest16)
        return Comparison(kind, same, _data_words(mark.dataset, mark.digest16), after)


def _data_words(dataset: str | None, digest16: str | None) -> str:
    return f"{dataset} ({digest16}…)" if dataset else "(none)"


def _chosen(name: str, live: Any, wanted: Any) -> Comparison:
    """A value that the service fills in where the specs leave it out: what it shows may be its own choice."""
    shown = "(not shown)" if live is None else str(live)
    if live is None or wanted is None:
        return Comparison(name, None, shown, "left to the service" if wanted is None else str(wanted))
    return Comparison(name, live == wanted, shown, str(wanted))


def tail(suffix: str | None) -> str:
    """What a suffix says after its mark."""
    return (suffix or "").lower()[marks.MARK_LENGTH + 1 :]


def model_tail(id: str) -> str:
    """The same of a model's name; OpenAI puts an id of its own behind it."""
    mark = marks.find_mark(id)
    return tail(id.lower()[id.lower().index(mark) :].partition(":")[0]) if mark else ""


def parent_name(address: Address) -> str:
    """`stage 2026-01` or `job triage`."""
    _, slash, stage = address.name.partition("/")
    return f"stage {stage}" if slash else f"job {address.name}"
