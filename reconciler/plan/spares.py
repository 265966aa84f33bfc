"""Files that stand in an account twice: left by somebody who was killed, or whose list lagged. The eldest stays.

A spare one goes when nothing can be reading it: after the runs on that dataset, and never under an unfinished run.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from reconciler.model import marks
from reconciler.model.address import Address
from reconciler.model.observation import Observation, ObservedFile
from reconciler.model.resource import DesiredRun, ResourceGraph
from reconciler.plan.changes import Action, Change, Reason


def spare_files(
    graph: ResourceGraph, observed: Mapping[str, Observation], training: Mapping[str, Change]
) -> Iterator[Change]:
    """A change for each spare copy. Accounts that could not be read completely are left alone."""
    for target, observation in observed.items():
        if not observation.complete:
            continue
        readers = [j for j in observation.jobs if not j.phase.final]
        read = {id for j in readers for id in (j.training_file, j.validation_file)}
        for name, (stays, *spares) in _copies(graph, observation):
            needs = tuple(c.key for c in training.values() if c.target == target and _reads(c, name, graph.estate))
            for spare in spares:
                if spare.id not in read:
                    yield _removal(name, target, spare, stays, needs)


def _copies(graph: ResourceGraph, observation: Observation) -> Iterator[tuple[marks.FileMark, list[ObservedFile]]]:
    """The estate's files by name, the eldest first."""
    found: dict[marks.FileMark, list[ObservedFile]] = defaultdict(list)
    for file in observation.files:
        mark = marks.FileMark.read(file.filename)
        if mark and mark.estate4 == marks.estate_mark(graph.estate) and (file.usable or file.in_preparation):
            found[mark].append(file)
    for mark, files in found.items():
        yield mark, sorted(files, key=lambda f: f.order)


def _reads(change: Change, name: marks.FileMark, estate: str) -> bool:
    """Whether the change starts, or waits for, a run on that dataset."""
    run = change.desired
    if not isinstance(run, DesiredRun) or not (change.action.trains or change.action is Action.WAIT):
        return False
    used = ((run.training, run.ingredients.training), (run.validation, run.ingredients.validation))
    names = [marks.file_name(dataset, digest, estate) for dataset, digest in used if dataset and digest]
    return name in map(marks.FileMark.read, names)


def _removal(
    name: marks.FileMark, target: str, spare: ObservedFile, stays: ObservedFile, needs: tuple[str, ...]
) -> Change:
    reason = Reason("duplicate", f"{stays.id} is the same file and stays")
    address = Address("dataset", name.dataset)
    return Change(address, target, Action.DELETE, reason, notes=(spare.id,), needs=needs, live=spare)
