"""A mark finds a run and does not prove one: what the service shows of its ingredients must agree with the specs.

Somebody may have started a run again in the portal, suffix and all, on another base or with other parameters; and marks
are short. What differs makes an impostor, which is told and otherwise left alone. What is not shown is not compared.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.model import normal
from reconciler.model.marks import FileMark, find_mark, long_mark
from reconciler.model.observation import ObservedJob, ObservedModel
from reconciler.model.resource import DesiredRun, ResourceGraph, RunRef
from reconciler.planning.changes import FieldChange
from reconciler.planning.in_use import STEP

_NOT_TOLD = (None, "auto", -1, "-1")
"""What the services show of a hyperparameter that they have not chosen yet, or do not show."""


@dataclass(frozen=True, slots=True)
class Impostor:
    """A run or model that carries a wanted run's mark and is not that run."""

    id: str
    differences: tuple[FieldChange, ...]
    """From what the service shows to what the specs want."""

    @property
    def words(self) -> str:
        return "; ".join(f"{d.field} is {d.before}, not {d.after}" for d in self.differences)


def differences(
    run: DesiredRun, job: ObservedJob, graph: ResourceGraph, names: Mapping[str, str], parents: Collection[str] = ()
) -> tuple[FieldChange, ...]:
    """What the service shows of `job` that is not as in `run`; empty where it may be that run.

    `names` are those of the account's files by their ids, `parents` the models that the run's parent is known to have.
    """
    found = [*_base(run, job, graph, parents), *_method(run, job), *_data(run, job, graph.estate, names)]
    return (*found, *_parameters(run, job), *_metadata(run, job, graph.estate))


def model_differences(run: DesiredRun, model: ObservedModel) -> tuple[FieldChange, ...]:
    """The same of a model, of which the service shows at most the base."""
    if not isinstance(run.base, str) or not model.base_model or normal.may_be_same_model(run.base, model.base_model):
        return ()
    return (FieldChange("base_model", model.base_model, run.base),)


def _base(run: DesiredRun, job: ObservedJob, graph: ResourceGraph, parents: Collection[str]) -> Iterator[FieldChange]:
    live, base = job.base_model, run.base
    if not live:
        return
    if isinstance(base, str):
        if not normal.may_be_same_model(base, live):
            yield FieldChange("base_model", live, base)
    elif not _is_parents(live, base, graph.runs[base.address], parents):
        yield FieldChange("base_model", live, f"the model of {base.address.name}")


def _is_parents(live: str, base: RunRef, parent: DesiredRun, parents: Collection[str]) -> bool:
    """Whether a run's base may be the model of its parent, or the parent's checkpoint that is wanted."""
    final, checkpointed, step = live.lower().partition(STEP)
    known = {name.lower().partition(STEP)[0] for name in parents}
    if checkpointed and base.checkpoint is None and live.lower() not in {p.lower() for p in parents}:
        return False
    if step.isdigit() and base.checkpoint is not None and int(step) != base.checkpoint:
        return False
    if final in known or (base.checkpoint is not None and not checkpointed and find_mark(live) is None):
        return True  # a checkpoint's id, which tells nothing
    if parent.adopt:
        return not known  # a model that was taken over carries no mark of ours
    return find_mark(live) in parent.marks


def _method(run: DesiredRun, job: ObservedJob) -> Iterator[FieldChange]:
    wanted = run.ingredients.method
    if job.method and job.method.lower() != wanted.lower():
        yield FieldChange("method", job.method, wanted)


def _data(run: DesiredRun, job: ObservedJob, estate: str, names: Mapping[str, str]) -> Iterator[FieldChange]:
    wanted = run.ingredients
    yield from _file("training", job.training_file, run.training, wanted.training, estate, names)
    yield from _file("validation", job.validation_file, run.validation, wanted.validation, estate, names)


def _file(
    field: str, id: str | None, dataset: str | None, digest: str | None, estate: str, names: Mapping[str, str]
) -> Iterator[FieldChange]:
    """A file is known by its name, which holds the digest of its rows and its estate; one without a name by nothing."""
    name = names.get(id or "", "")
    if not id or (digest and not name):
        return
    mark = FileMark.read(name)
    if not digest or mark is None or mark.digest16 != digest[:16] or not mark.is_of(estate):
        told = f"{dataset} ({digest[:16]}…-{long_mark(estate)})" if digest else "(none)"
        yield FieldChange(field, name or id, told)


def _parameters(run: DesiredRun, job: ObservedJob) -> Iterator[FieldChange]:
    for name, wanted in sorted(run.ingredients.as_dict().get("hyperparameters", {}).items()):
        live = job.hyperparameters.get(name)
        if live not in _NOT_TOLD and not _same(live, wanted):
            yield FieldChange(f"hyperparameters.{name}", live, wanted)
    seed = run.ingredients.seed
    if seed is not None and job.seed is not None and not _same(job.seed, seed):
        yield FieldChange("seed", job.seed, seed)


def _same(live: Any, wanted: Any) -> bool:
    """Numbers may come as text, or as the nearest float of 32 bits; words in another case."""
    try:
        one, other = float(live), float(wanted)
    except (TypeError, ValueError):
        return str(live).lower() == str(wanted).lower()
    return abs(one - other) <= 1e-6 * max(abs(one), abs(other))


def _metadata(run: DesiredRun, job: ObservedJob, estate: str) -> Iterator[FieldChange]:
    for key, wanted in (("estate", estate), ("fingerprint", run.fingerprint)):
        live = job.metadata.get(key)
        if live and live != wanted:
            yield FieldChange(f"metadata.{key}", live, wanted)
