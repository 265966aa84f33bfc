"""Files that stand in an account twice: left by somebody who was killed, or whose list lagged. The eldest stays.

A spare one goes when nothing can be reading it: after the runs on that dataset, and never under somebody else's run.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterator, Mapping

from reconciler.model import marks
from reconciler.model.address import Address
from reconciler.model.observation import Observation, ObservedFile, ObservedJob
from reconciler.model.resource import DesiredRun, ResourceGraph
from reconciler.planning.changes import Action, Change, Reason


def spare_files(
    graph: ResourceGraph, observed: Mapping[str, Observation], training: Mapping[str, Change], gone: Container[str] = ()
) -> Iterator[Change]:
    """A change for each spare copy. Accounts that could not be read completely are left alone.

    `gone`: keys of removals that take every copy of a file anyway.
    """
    for target, observation in observed.items():
        if not observation.complete:
            continue
        changes = [c for c in training.values() if c.target == target and _ends(c)]
        followed = {c.live.id: c.key for c in changes if isinstance(c.live, ObservedJob) and not c.live.phase.final}
        unfinished = [j for j in observation.jobs if not j.phase.final]
        for name, (stays, *spares) in _copies(graph, observation):
            if f"dataset.{name.dataset}@{target}#{name.digest16}" in gone:
                continue
            starts = {c.key for c in changes if _reads(c, name)}
            for spare in spares:
                readers = {j.id for j in unfinished if spare.id in (j.training_file, j.validation_file)}
                if readers <= followed.keys():
                    needs = sorted(starts | {followed[id] for id in readers})
                    yield _removal(name, target, spare, stays, tuple(needs))


def _ends(change: Change) -> bool:
    """Whether the run of a change is followed to its end, or cancelled."""
    return change.action.trains or change.action in (Action.WAIT, Action.CANCEL)


def _copies(graph: ResourceGraph, observation: Observation) -> Iterator[tuple[marks.FileMark, list[ObservedFile]]]:
    """The estate's files by name, the eldest first; those that expire soon go by themselves and are no reason."""
    found: dict[marks.FileMark, list[ObservedFile]] = defaultdict(list)
    for file in observation.files:
        mark = marks.FileMark.read(file.filename)
        if mark and mark.is_long and mark.is_of(graph.estate) and file.lasts(observation.observed_at):
            found[mark].append(file)
    for mark, files in found.items():
        yield mark, sorted(files, key=lambda f: f.order)


def _reads(change: Change, name: marks.FileMark) -> bool:
    """Whether the change is about a run on that dataset."""
    run = change.desired
    return isinstance(run, DesiredRun) and name.content in ((d, digest[:16]) for d, digest in run.datasets)


def _removal(
    name: marks.FileMark, target: str, spare: ObservedFile, stays: ObservedFile, needs: tuple[str, ...]
) -> Change:
    reason = Reason("duplicate", f"{stays.id} is the same file and stays")
    address = Address("dataset", name.dataset)
    return Change(address, target, Action.DELETE, reason, notes=(spare.id,), needs=needs, live=spare)
