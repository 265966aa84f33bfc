"""Which model a deployment served before the one that it waits for.

Its tags say so while it is live. Once it is gone, what is left of it stands elsewhere: the same entry on another target
serves a model, an earlier run of the same job left one, or the stage before has one.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from reconciler.model import marks
from reconciler.model.address import Address
from reconciler.model.observation import Observation, ObservedModel
from reconciler.model.resource import DesiredDeployment, DesiredRun, ResourceGraph, RunRef
from reconciler.planning.in_use import STEP
from reconciler.planning.near import model_tail, tail
from reconciler.planning.runs import MarkIndex, RunState
from reconciler.planning.serving import current


@dataclass(frozen=True, slots=True)
class Earlier:
    """A model that is there, and that served before."""

    model: str
    """Its id."""
    home: str
    """The target that trained it."""
    fingerprint: str
    """Of its run; empty where nobody knows."""
    whose: str
    """`job.support/2026-01`, or the end of the model's id, from its mark on."""
    marks: tuple[str, ...]
    """Of its run: the one in new names first."""

    def names(self, address: Address) -> tuple[str, ...]:
        """What `strategy: versioned` calls the deployment of the model; the name for a new one first."""
        return tuple(f"{address.name}-{mark}" for mark in self.marks)


class Lineage:
    """Only targets that were read completely count; their indexes are made when they are asked for."""

    def __init__(self, graph: ResourceGraph, observed: Mapping[str, Observation]) -> None:
        self.graph = graph
        self.observed = {name: o for name, o in observed.items() if o.complete}
        self.indexes: dict[str, MarkIndex] = {}

    def before(self, desired: DesiredDeployment) -> Earlier | None:
        """The newest knowledge first; None where nothing tells, as of a checkpoint, which is one of several."""
        if not isinstance(desired.model, RunRef) or desired.model.checkpoint is not None:
            return None
        return self._beside(desired) or self._above(self.graph.runs[desired.model.address])

    def serves(self, model: str) -> bool:
        """Whether the fine-tuned model of that id is there and can be served."""
        found = self._models.get(model.lower())
        return found is not None and self._serves(*found)

    def _beside(self, desired: DesiredDeployment) -> Earlier | None:
        """What the same entry serves on another target: both got their model from the same specs."""
        for other in self._entries[desired.address.name]:
            observation = self.observed.get(other.target)
            if other.target == desired.target or observation is None or other.model != desired.model:
                continue
            live = current(other, observation, self.graph.estate)
            found = self._models.get(live.model_name.lower()) if live else None
            if live and live.mark and found and self._serves(*found):
                return self._earlier(*found, live.mark.fingerprint)
        return None

    def _above(self, run: DesiredRun) -> Earlier | None:
        """An earlier run of the job, else the model that it starts from, and so on up."""
        at: DesiredRun | None = run
        while at is not None and at.target in self.observed:
            view = self._index(at.target).of(at)
            if at is not run and view.state is RunState.READY and view.model:
                return Earlier(view.model, at.target, at.fingerprint, str(at.address), at.marks)
            if earlier := self._outdated(at):
                return self._earlier(at.target, earlier)
            at = self.graph.runs[at.parent] if at.parent else None
        return None

    def _outdated(self, run: DesiredRun) -> ObservedModel | None:
        """The latest model of that job which the specs do not mean any more."""
        by_suffix = (run.target, tail(run.suffix))
        found = self._addressed[run.target, str(run.address)]
        if not found and self._suffixes[by_suffix] == 1:  # a suffix that two jobs share says nothing
            found = self._tails[by_suffix]
        usable = [m for m in found if self._serves(run.target, m)]
        return max(usable, key=lambda m: (m.created_at, m.id), default=None)

    def _earlier(self, target: str, model: ObservedModel, fingerprint: str = "") -> Earlier:
        mark = model.mark or ""
        if run := self._runs.get((target, mark)):
            return Earlier(model.id, target, run.fingerprint, str(run.address), run.marks)
        short = f"…-{model.id[model.id.lower().find(mark) :]}"
        return Earlier(model.id, target, fingerprint, short, (mark,))

    def _serves(self, target: str, model: ObservedModel) -> bool:
        ends = model.inference_ends
        return ends is None or ends > self.observed[target].observed_at

    def _index(self, target: str) -> MarkIndex:
        if target not in self.indexes:
            self.indexes[target] = MarkIndex(self.observed[target], self.graph)
        return self.indexes[target]

    @cached_property
    def _entries(self) -> Mapping[str, list[DesiredDeployment]]:
        found: dict[str, list[DesiredDeployment]] = defaultdict(list)
        for desired in self.graph.deployments.values():
            found[desired.address.name].append(desired)
        return found

    @cached_property
    def _runs(self) -> dict[tuple[str, str], DesiredRun]:
        return {(run.target, mark): run for run in self.graph.runs.values() for mark in run.marks}

    @cached_property
    def _models(self) -> dict[str, tuple[str, ObservedModel]]:
        return {m.id.lower(): (name, m) for name, o in self.observed.items() for m in o.models if m.mark}

    @cached_property
    def _unwanted(self) -> list[tuple[str, ObservedModel]]:
        """The estate's models whose runs the specs do not mean any more; no checkpoints."""
        own = ((t, m) for t, m in self._models.values() if marks.is_estates(m.mark, self.graph.estate))
        return [(t, m) for t, m in own if (t, m.mark or "") not in self._runs and STEP not in m.id]

    @cached_property
    def _suffixes(self) -> Counter[tuple[str, str]]:
        return Counter((run.target, tail(run.suffix)) for run in self.graph.runs.values())

    @cached_property
    def _tails(self) -> Mapping[tuple[str, str], list[ObservedModel]]:
        found: dict[tuple[str, str], list[ObservedModel]] = defaultdict(list)
        for target, model in self._unwanted:
            found[target, model_tail(model.id)].append(model)
        return found

    @cached_property
    def _addressed(self) -> Mapping[tuple[str, str], list[ObservedModel]]:
        """By the address in the metadata of the model's run."""
        address = {
            (t, j.fine_tuned_model): j.metadata.get("address", "") for t, o in self.observed.items() for j in o.jobs
        }
        found: dict[tuple[str, str], list[ObservedModel]] = defaultdict(list)
        for target, model in self._unwanted:
            found[target, address.get((target, model.id), "")].append(model)
        return found
