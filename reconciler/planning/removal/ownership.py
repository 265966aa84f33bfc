"""Whose a run or model is, beyond the few bits of its mark: what is taken away must be the estate's for sure.

The estate's long name stands in a run's metadata and in the names of the files that it read. A run of the specs is
known by its fingerprint as well.
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.model import marks
from reconciler.model.observation import Observation, ObservedJob, ObservedModel
from reconciler.model.resource import ResourceGraph
from reconciler.planning.impostors import differences, model_differences

UNTOLD = "only a short mark says that it is this estate's"
"""Why something stays that is the estate's by its mark alone."""


class Owners:
    """The owners of one target's runs and models. `named`: the specs, whatever of them is still wanted."""

    def __init__(self, named: ResourceGraph, observation: Observation) -> None:
        self.named = named
        self.estate = named.estate
        self.names = {f.id: f.filename for f in observation.files}
        self.runs = {m: r for r in named.runs.values() if r.target == observation.target for m in r.marks}

    def owns(self, model: ObservedModel | None, job: ObservedJob | None) -> bool | None:
        """Whether the estate owns a run or its model; None where nothing but a short mark says so."""
        told = [*(self._told(job) if job else ()), *(self._known(model) if model else ())]
        return False if False in told else (True if told else None)

    def _told(self, job: ObservedJob) -> Iterator[bool]:
        if estate := job.metadata.get("estate"):
            yield estate == self.estate
        if fingerprint := job.metadata.get("fingerprint"):
            yield self._is_mark(job.mark, fingerprint)
        for id in (job.training_file, job.validation_file):
            file = marks.FileMark.read(self.names.get(id or "", ""))
            if file and file.is_long:
                yield file.is_of(self.estate)
        if run := self.runs.get(job.mark or ""):
            yield not differences(run, job, self.named, self.names, {job.base_model})

    def _known(self, model: ObservedModel) -> Iterator[bool]:
        if run := self.runs.get(model.mark or ""):
            yield not model_differences(run, model)

    def _is_mark(self, mark: str | None, fingerprint: str) -> bool:
        try:
            return mark in [f(self.estate, fingerprint) for f in (marks.run_mark, marks.former_run_mark)]
        except ValueError:  # no fingerprint of ours
            return False
