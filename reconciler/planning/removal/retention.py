"""`retention: {files: until_trained}`: a file goes once every run that needs it has succeeded, in the same apply."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconciler.datasets.facts import DatasetFacts
from reconciler.model import marks
from reconciler.model.address import Address
from reconciler.model.observation import Observation, ObservedFile, ObservedJob
from reconciler.model.resource import DesiredRun, ResourceGraph
from reconciler.planning.changes import Action, Change, Reason
from reconciler.planning.removal.leftovers import own_files, succeeded_on, wanted_files


def trained_files(
    graph: ResourceGraph, observed: Mapping[str, Observation], changes: Mapping[str, Change]
) -> Iterator[Change]:
    """A change for each file to remove, those among them that this apply sends first."""
    for target, observation in observed.items():
        if observation.complete:
            yield from _Files(graph, observation, [c for c in changes.values() if c.target == target]).removals()


class _Files:
    """The files of one target. `changes` are what is done there."""

    def __init__(self, graph: ResourceGraph, observation: Observation, changes: list[Change]) -> None:
        self.graph = graph
        self.seen = observation
        self.runs = [c for c in changes if c.address.kind == "job"]
        self.sent = {c.key: c for c in changes if c.action in (Action.UPLOAD, Action.WAIT)}
        self.live = own_files(observation, graph.estate)

    def removals(self) -> Iterator[Change]:
        wanted = wanted_files(self.graph, self.seen.target)
        for name in sorted(wanted.keys() | self.live.keys()):
            copies = self.live.get(name, [])
            readers = [c for c in self.runs if self._reads(c, name, copies)]
            facts = self._upload(name)
            if not copies and facts is None:
                continue
            if any(c.action in (Action.BLOCKED, Action.PARKED) for c in readers) or self._foreign(copies, readers):
                continue
            if name not in wanted and not self._is_done(name, copies):
                continue  # an orphan, which stays without --prune
            needs = tuple(sorted(c.key for c in readers))
            yield self._removal(name, copies, facts, needs)

    def _reads(self, change: Change, name: str, copies: list[ObservedFile]) -> bool:
        """Whether a change is about a run on the file: one that is wanted, or one that is there."""
        run, job = change.desired, change.live
        if isinstance(run, DesiredRun) and any(name in self._names(*data) for data in run.datasets):
            return True
        return isinstance(job, ObservedJob) and any(f.id in (job.training_file, job.validation_file) for f in copies)

    def _foreign(self, copies: list[ObservedFile], readers: list[Change]) -> bool:
        """Whether an unfinished run reads the file that this plan does not follow to its end."""
        followed = {c.live.id for c in readers if isinstance(c.live, ObservedJob)}
        ids = {f.id for f in copies}
        unfinished = (j for j in self.seen.jobs if not j.phase.final and j.id not in followed)
        return any(ids & {j.training_file, j.validation_file} for j in unfinished)

    def _upload(self, name: str) -> DatasetFacts | None:
        facts = (c.desired for c in self.sent.values() if isinstance(c.desired, DatasetFacts))
        return next((f for f in facts if marks.file_name(f.name, f.digest, self.graph.estate) == name), None)

    def _names(self, dataset: str, digest: str) -> tuple[str, str]:
        return marks.file_names(dataset, digest, self.graph.estate)

    def _is_done(self, name: str, copies: list[ObservedFile]) -> bool:
        """Whether a file that nothing wants is the estate's for sure, and somebody has trained on it."""
        mark = marks.FileMark.read(name)
        return mark is not None and mark.is_long and succeeded_on(self.seen, copies)

    def _removal(
        self, name: str, copies: list[ObservedFile], facts: DatasetFacts | None, needs: tuple[str, ...]
    ) -> Change:
        mark = marks.FileMark.read(name)
        assert mark is not None
        when = f"once {' and '.join(needs)} succeeded" if needs else "every run that needs it has succeeded"
        return Change(
            Address("dataset", mark.dataset),
            self.seen.target,
            Action.REMOVE,
            Reason("trained", f"{when} (retention: until_trained)"),
            needs=needs,
            desired=facts,
            live=copies[0] if copies else None,
        )
