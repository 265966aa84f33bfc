"""Which of the runs that carry a wanted run's mark may be that run, by what the service shows of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from reconciler.engine.context import Context
from reconciler.model import codes
from reconciler.model.errors import DiagnosticsError
from reconciler.model.observation import ObservedJob, Phase
from reconciler.model.resource import DesiredRun
from reconciler.planning.impostors import Impostor, differences
from reconciler.providers.base import Target


@dataclass(frozen=True, slots=True)
class Recognised:
    """The runs with one mark in one look."""

    runs: tuple[ObservedJob, ...]
    impostors: tuple[Impostor, ...] = ()


def recognise(run: DesiredRun, jobs: Iterable[ObservedJob], target: Target, context: Context) -> Recognised:
    """Those of `jobs` that may be the wanted run, and those that carry its mark and differ. Raises `ServiceError`."""
    marked = [j for j in jobs if j.mark in run.marks]
    if not marked:
        return Recognised(())
    names = _names(marked, target, context)
    parents = [model for model in (context.models.get(run.parent),) if model] if run.parent else []
    false = {j.id: d for j in marked if (d := differences(run, j, context.graph, names, parents))}
    own = tuple(j for j in marked if j.id not in false)
    return Recognised(own, tuple(Impostor(id, d) for id, d in false.items()))


def find_run(run: DesiredRun, target: Target, context: Context) -> ObservedJob | None:
    """The run to adopt: one that has succeeded before one that is under way, then the eldest.

    Raises `DiagnosticsError` where there is only an impostor: a second run under its mark could not be told from it.
    """
    found = recognise(run, target.training.jobs(), target, context)
    there = chosen(found.runs)
    if there is None and found.impostors:
        code = codes.RUN_IMPOSTOR
        told = [f"{i.id} on {target.name}: {i.words}. {code.way_out}" for i in found.impostors]
        raise DiagnosticsError([code.at(run.place.range(), words, address=str(run.address)) for words in told])
    return there


def chosen(jobs: Iterable[ObservedJob]) -> ObservedJob | None:
    """Of the runs of one mark, the one that counts."""
    alive = [j for j in jobs if not ended_badly(j)]
    return min(alive, key=lambda j: (j.phase is not Phase.SUCCEEDED, j.order), default=None)


def ended_badly(job: ObservedJob) -> bool:
    return job.phase in (Phase.FAILED, Phase.CANCELLED)


def _names(jobs: Sequence[ObservedJob], target: Target, context: Context) -> Mapping[str, str]:
    """Names of files by their ids. Neither changes, so they are asked for only where one is new to us."""
    known = context.file_names.setdefault(target.name, {})
    used = {id for j in jobs for id in (j.training_file, j.validation_file) if id}
    if not used <= known.keys():
        known.update({f.id: f.filename for f in target.training.files()})
        known.update(dict.fromkeys(used - known.keys(), ""))  # deleted by now, or not listed yet
    return known
