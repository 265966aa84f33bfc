"""Why a run is trained: the root cause, in words that a newcomer understands. Reasons explain and never decide."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from reconciler.model.address import Address
from reconciler.model.diagnostics import SourceRange
from reconciler.model.observation import Observation, ObservedJob, ObservedModel
from reconciler.model.resource import DesiredRun, ResourceGraph, RunRef
from reconciler.planning.changes import Action, Reason
from reconciler.planning.near import Near, NearRuns, parent_name
from reconciler.planning.runs import RunState, RunView


@dataclass(frozen=True, slots=True)
class Root:
    """The first cause of a run that is trained, as later runs and deployments name it."""

    words: str
    """`hyperparameters.n_epochs 2 -> 3`, or `the stage is new`."""
    at: SourceRange
    is_new: bool = False


class TrainingReasons:
    """Asked for parents before their children, once it is decided what trains."""

    def __init__(
        self,
        graph: ResourceGraph,
        observed: Mapping[str, Observation],
        shared: Mapping[Address, Address],
        action: Callable[[Address], Action],
    ) -> None:
        self.graph = graph
        self.observed = observed
        self.shared = shared
        self.action = action
        self.near = NearRuns(graph, observed)
        self.roots: dict[Address, Root] = {}
        self.children: dict[Address, list[Address]] = defaultdict(list)
        for address, run in graph.runs.items():
            if run.parent and shared[address] == address:
                self.children[shared[run.parent]].append(address)

    def why(self, run: DesiredRun, view: RunView) -> Reason:
        reason, root = self._why(run, view)
        self.roots[run.address] = root
        return reason

    def _why(self, run: DesiredRun, view: RunView) -> tuple[Reason, Root]:
        here = run.place.range()
        if view.state is RunState.FAILED and view.job:
            tries = f"attempt {view.failures + 1} of {run.retries + 1}"
            error = f" ({view.job.error})" if view.job.error else ""
            root = Root("the last run failed", here)
            return Reason("failed", f"the last run failed{error}; this is {tries}", here), root
        near = self.near.find(run)
        above = self._above(run)
        if near:
            return self._changed(run, near[0], above)
        if above and not above.is_new and self.near.has_model(run):
            return self._follows(run, above)
        if elsewhere := self._elsewhere(run):
            return elsewhere
        if self.near.has_model(run):
            text = "the record of its earlier run is gone, so what changed since cannot be told"
            return Reason("unknown", text, here), Root("its ingredients changed", here)
        if self.near.was_used(run):
            text = "its earlier run is gone, with its model"
            return Reason("gone", text, here), Root("its earlier run is gone", here)
        text = f"the {'stage' if '/' in run.address.name else 'job'} is new"
        return Reason("new", text, here), Root(text, here, is_new=True)

    def _above(self, run: DesiredRun) -> Root | None:
        """The cause of the parent's training; None where the parent is not trained."""
        parent = self.shared[run.parent] if run.parent else None
        return self.roots.get(parent) if parent and self.action(parent).trains else None

    def _changed(self, run: DesiredRun, near: Near, above: Root | None) -> tuple[Reason, Root]:
        # What the parent's cause has brought about here too, one line of the chain say, is not told twice.
        own = [
            c
            for c in near.differences
            if not (above and (c.ingredient == "base_model" or run.place.range(*c.path) == above.at))
        ]
        if above and not own:
            return self._follows(run, above)
        words = ", ".join(c.words for c in own)
        if own:
            at = run.place.range(*own[0].path)
        elif run.ingredients.generation > 1:
            words, at = f"generation is {run.ingredients.generation} now", run.place.range("generation")
        else:
            text = f"it differs from {near.job.id} in something that the service no longer shows"
            return Reason("unknown", text, run.place.range()), Root("its ingredients changed", run.place.range())
        root = Root(words, at)
        if above:
            return Reason("ingredients", f"{words}, and {self._retrained(run, above)}", at), root
        arrows = all("->" in c.words for c in own) and own
        verb = ("retrains" if len(own) == 1 else "retrain") if arrows else "; that retrains"
        joined = f"{words} {verb}" if arrows else f"{words}{verb}"
        return Reason("ingredients", f"{joined} {run.address.name}{self._followers(run.address)}", at), root

    def _follows(self, run: DesiredRun, above: Root) -> tuple[Reason, Root]:
        return Reason("parent", self._retrained(run, above), above.at), above

    def _retrained(self, run: DesiredRun, above: Root) -> str:
        assert isinstance(run.base, RunRef)
        verb = "is trained first" if above.is_new else "is retrained"
        return f"{parent_name(run.base.address)}, which it starts from, {verb} ({above.words})"

    def _elsewhere(self, run: DesiredRun) -> tuple[Reason, Root] | None:
        """Another account has a run with these ingredients: the job has moved."""
        for target, observation in sorted(self.observed.items()):
            things: tuple[ObservedJob | ObservedModel, ...] = (*observation.jobs, *observation.models)
            held = sorted(t.id for t in things if target != run.target and t.mark in run.marks)
            if held:
                at = run.place.range("target")
                text = f"target {target} -> {run.target} trains it there; {target} keeps {held[0]}"
                return Reason("moved", text, at), Root(f"target {target} -> {run.target}", at)
        return None

    def _followers(self, address: Address) -> str:
        """` and the 2 stages after it`."""
        found: list[Address] = []
        ahead = [address]
        while ahead:
            after = [a for a in self.children.get(ahead.pop(), ()) if self.action(a).trains]
            found += after
            ahead += after
        if not found:
            return ""
        chain = address.name.partition("/")[0]
        word = "stage" if all(a.name.startswith(f"{chain}/") for a in found) else "run"
        return f" and the {word} after it" if len(found) == 1 else f" and the {len(found)} {word}s after it"
