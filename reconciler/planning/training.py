"""Which runs are needed, what has become of each, and what that means: the training half of a plan.

Needed is computed backwards, from deployments, chain heads and jobs: an ancestor is trained only when a run that is
needed and untrained must start from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from reconciler.datasets.scan import DatasetFacts
from reconciler.model import codes, marks
from reconciler.model.address import Address
from reconciler.model.catalog import failures
from reconciler.model.diagnostics import Code, Diagnostic
from reconciler.model.observation import Observation, ObservedCheckpoint, ObservedFile
from reconciler.model.resource import DesiredRun, ResourceGraph, RunRef
from reconciler.planning.causes import run_drift
from reconciler.planning.changes import Action, Change, Reason
from reconciler.planning.drift import Drift
from reconciler.planning.impostors import Impostor
from reconciler.planning.reasons import Root, TrainingReasons
from reconciler.planning.runs import MarkIndex, RunState, RunView

_BLOCKING: dict[RunState, Code] = {
    RunState.FAILED: codes.RUN_FAILED,
    RunState.CANCELLED: codes.RUN_CANCELLED,
    RunState.MODEL_UNNAMED: codes.MODEL_AWAITED,
    RunState.MODEL_DELETED: codes.MODEL_DELETED,
    RunState.MODEL_RETIRED: codes.MODEL_RETIRED,
}


class TrainingPlanner:
    """`changes` by key; `actions` says for each wanted run what is done about it."""

    def __init__(
        self,
        graph: ResourceGraph,
        facts: Mapping[str, DatasetFacts],
        observed: Mapping[str, Observation],
        closed: frozenset[str] = frozenset(),
    ) -> None:
        """`closed`: targets that create no runs any more."""
        self.graph = graph
        self.facts = facts
        self.observed = observed
        self.closed = closed
        self.indexes = {name: MarkIndex(o, graph) for name, o in observed.items() if o.complete}
        self.files = {name: _files_by_name(o) for name, o in observed.items()}
        self.views: dict[Address, RunView] = {}
        self.actions: dict[Address, Action] = {}
        self.changes: dict[str, Change] = {}
        self.diagnostics: list[Diagnostic] = []
        self.drift: list[Drift] = []
        self.shared = _shared_runs(graph)
        self.reasons = TrainingReasons(graph, observed, self.shared, self.action)
        self.sharing: dict[Address, list[Address]] = {}
        for address, first in self.shared.items():
            if address != first:
                self.sharing.setdefault(first, []).append(address)

    def plan(self) -> None:
        """Decide every wanted run, parents before children."""
        needed = self._needed()
        for address, run in self.graph.runs.items():
            if address in needed and self.shared[address] == address:
                self._decide(run)
        self._explain()

    def view(self, address: Address) -> RunView | None:
        """What has become of a run; None when its target could not be read."""
        address = self.shared[address]
        run = self.graph.runs[address]
        index = self.indexes.get(run.target)
        if index is None:
            return None
        if address not in self.views:
            self.views[address] = index.of(run)
        return self.views[address]

    def action(self, address: Address) -> Action:
        return self.actions.get(self.shared[address], Action.NONE)

    def root(self, address: Address) -> Root | None:
        """Why the run is trained, when it is."""
        return self.reasons.roots.get(self.shared[address])

    def checkpoint(self, ref: RunRef) -> ObservedCheckpoint | None:
        """The checkpoint that a reference names, once its run is trained."""
        view = self.view(ref.address)
        if view is None or view.job is None:
            return None
        target = self.graph.runs[ref.address].target
        found = (c for c in self.observed[target].checkpoints if c.job == view.job.id and c.step == ref.checkpoint)
        return next(found, None)

    def missing_checkpoint(self, ref: RunRef) -> str:
        """Which steps there are instead."""
        view, target = self.view(ref.address), self.graph.runs[ref.address].target
        steps = sorted(c.step for c in self.observed[target].checkpoints if view and view.job and c.job == view.job.id)
        there = f"it has steps {', '.join(map(str, steps))}" if steps else "the service lists none for it"
        return f"{ref.address} has no checkpoint at step {ref.checkpoint}; {there}"

    def models(self) -> dict[Address, str]:
        """The model of each run that was looked at and has one, under all its addresses."""
        views = {a: self.views.get(first) for a, first in self.shared.items()}
        return {a: v.model for a, v in views.items() if v and v.state is RunState.READY and v.model}

    def _needed(self) -> set[Address]:
        wanted = [self.shared[a] for a in self.graph.heads]
        wanted += [self.shared[d.model.address] for d in self.graph.deployments.values() if isinstance(d.model, RunRef)]
        needed: set[Address] = set()
        while wanted:
            address = wanted.pop()
            if address in needed:
                continue
            needed.add(address)
            run, view = self.graph.runs[address], self.view(address)
            if run.parent and not run.adopt and view and not view.impostors and self._starts(run, view):
                wanted.append(self.shared[run.parent])
        return needed

    def _starts(self, run: DesiredRun, view: RunView) -> bool:
        """Whether the run is to be created, for the first time or again."""
        if view.state is RunState.ABSENT:
            return True
        if view.state is not RunState.FAILED or view.failures > run.retries or run.adopt:
            return False
        return not (view.job and failures.hopeless(view.job.error))

    def _decide(self, run: DesiredRun) -> None:
        view = self.view(run.address)
        if view is None:
            return  # the observation's own problem says why
        self._resolve_duplicates(run, view)
        starts = not run.adopt and self._starts(run, view)
        for impostor in () if starts else view.impostors:
            self._say(codes.RUN_IMITATED, run, f"{impostor.id} on {run.target}: {impostor.words}.")
        if view.state is RunState.READY:
            return
        if view.state is RunState.UNDER_WAY:
            assert view.job is not None
            self._add(run, Action.WAIT, Reason("under-way", f"it is {view.job.status}"), view)
        elif view.state is RunState.AWAITED:
            what = "its model" if view.job and view.job.fine_tuned_model else "its model's name"
            self._add(run, Action.WAIT, Reason("model-awaited", f"it has succeeded; {what} is awaited"), view)
        elif view.state is RunState.PAUSED:
            self._add(run, Action.PARKED, Reason("paused", "it is paused; resume or cancel it at the service"), view)
            self._say(codes.RUN_PAUSED, run, f"Run {view.job.id if view.job else ''} is paused.")
        elif run.adopt:
            self._lost(run, view)
        elif starts and view.impostors:
            self._keep_off(run, view.impostors, view)
        elif starts:
            self._train(run, view)
        else:
            self._block(run, view)

    def _train(self, run: DesiredRun, view: RunView) -> None:
        parent = self.shared[run.parent] if run.parent else None
        above = self.action(parent) if parent else Action.NONE
        if above in (Action.BLOCKED, Action.PARKED):
            self._add(run, above, Reason("needs-parent", f"it trains on top of {parent}, which is {above.value}"), view)
            return
        ready = parent is not None and (found := self.view(parent)) is not None and found.state is RunState.READY
        if ready and isinstance(run.base, RunRef) and run.base.checkpoint and self.checkpoint(run.base) is None:
            code = codes.CHECKPOINT_MISSING
            self._add(run, Action.BLOCKED, Reason(code.id, self.missing_checkpoint(run.base)), view)
            self._say(code, run, f"{self.missing_checkpoint(run.base)}. {code.way_out}")
            return
        if run.target in self.closed:
            code = codes.TRAINING_CLOSED
            self._add(run, Action.BLOCKED, Reason(code.id, code.summary), view)
            self._say(code, run, f"{run.target}: {code.meaning} {code.way_out}")
            return
        needs = [str(parent)] if parent and not ready else []
        needs += [key for dataset in (run.training, run.validation) if dataset for key in self._upload(run, dataset)]
        action = Action.RETRY if view.state is RunState.FAILED else Action.TRAIN
        self._add(run, action, Reason("absent", "it is not trained yet"), view, tuple(needs))

    def _explain(self) -> None:
        """Say why each run is trained, once it is known which are."""
        for key, change in self.changes.items():
            run, view = change.desired, self.views.get(change.address)
            if change.action.trains and isinstance(run, DesiredRun) and view:
                self.changes[key] = replace(change, reason=self.reasons.why(run, view))

    def _upload(self, run: DesiredRun, dataset: str) -> list[str]:
        """Plan the upload of a dataset unless a usable file is there; the keys to wait for."""
        facts = self.facts[dataset]
        names = marks.file_names(dataset, facts.digest, self.graph.estate)
        there = [f for name in names if (f := self.files[run.target].get(name))]
        live = min(there, key=lambda f: f.order, default=None)
        if live and live.usable:
            return []
        action = Action.WAIT if live else Action.UPLOAD
        text = "the service is still processing it" if live else f"{run.address} trains on it"
        if not live and dataset == run.validation:
            text = f"{run.address} is measured on it"
        code = "needed"
        if not live and (gone := self._expiring(run.target, names)):
            code, text = "expires", f"{text}, and {gone.id} expires within a day"
        change = Change(
            Address("dataset", dataset),
            run.target,
            action,
            Reason(code, text),
            notes=_size(facts),
            desired=facts,
        )
        self.changes.setdefault(change.key, change)
        return [change.key]

    def _expiring(self, target: str, names: tuple[str, ...]) -> ObservedFile | None:
        return next((f for f in self.observed[target].files if f.filename in names and f.usable), None)

    def _resolve_duplicates(self, run: DesiredRun, view: RunView) -> None:
        for job in view.duplicates:
            stays = view.job.id if view.job else view.model
            reason = Reason("duplicate", f"{stays} carries the same mark and stays")
            change = Change(run.address, run.target, Action.CANCEL, reason, desired=run, live=job)
            self.changes[change.key] = change
            self._say(codes.RUN_DUPLICATE, run, f"{job.id} is one too many; {stays} stays.")
        for job in view.paid_again:
            cost = f" ({job.trained_tokens:,} tokens)" if job.trained_tokens else ""
            detail = (
                f"{job.id} was paid for as well{cost}; {view.model} is the one in use. {codes.RUN_PAID_TWICE.way_out}"
            )
            self._say(codes.RUN_PAID_TWICE, run, detail)

    def _keep_off(self, run: DesiredRun, impostors: tuple[Impostor, ...], view: RunView) -> None:
        """A second run with the mark could not be told from the first once its record is gone."""
        code = codes.RUN_IMPOSTOR
        self._add(run, Action.BLOCKED, Reason(code.id, f"{code.summary} ({impostors[0].id})"), view)
        for impostor in impostors:
            self._say(code, run, f"{impostor.id} on {run.target}: {impostor.words}. {code.way_out}")

    def _block(self, run: DesiredRun, view: RunView) -> None:
        code = _BLOCKING[view.state]
        self.drift += run_drift(run, view)
        who = view.job.id if view.job else view.model
        told = [f"{who} on {run.target}"]
        if view.job and view.job.error:
            told.append(str(view.job.error))
            if view.failures <= run.retries and (why := failures.hopeless(view.job.error)):
                told.append(f"{why.summary}, so it is not tried again")
        if view.state is RunState.CANCELLED:
            told.append("A person cancelled it, or prune or destroy of this tool; the service does not say who")
        words = self.observed[run.target].last_words.get(view.job.id, ()) if view.job else ()
        if words:
            told.append(f"Its last events: {'; '.join(words)}")
        self._add(run, Action.BLOCKED, Reason(code.id, f"{code.summary} ({who})"), view)
        way_out = failures.way_on(view.job.error) if view.job and code is codes.RUN_FAILED else code.way_out
        self._say(code, run, " ".join(f"{t.rstrip('.')}." for t in told) + f" {way_out}")

    def _lost(self, run: DesiredRun, view: RunView) -> None:
        """A run that was taken over and has no model to use: nothing is trained in its place unasked."""
        code = codes.ADOPTED_LOST
        what = {
            RunState.ABSENT: "is not there",
            RunState.MODEL_UNNAMED: "has succeeded, but names no model",
            RunState.MODEL_DELETED: "has succeeded, but its model is gone",
            RunState.MODEL_RETIRED: "is retired",
        }.get(view.state, f"has {view.job.status if view.job else 'ended'}")
        self._add(run, Action.BLOCKED, Reason(code.id, f"{run.adopt} {what}"), view)
        self._say(code, run, f"{run.adopt} on {run.target} {what}. {code.way_out}")

    def _say(self, code: Code, run: DesiredRun, detail: str) -> None:
        self.diagnostics.append(code.at(run.place.range(), detail, address=str(run.address)))

    def _add(self, run: DesiredRun, action: Action, reason: Reason, view: RunView, needs: tuple[str, ...] = ()) -> None:
        self.actions[run.address] = action
        also = tuple(sorted(self.sharing.get(run.address, ())))
        notes = self._notes(run) if action.trains else ()
        change = Change(
            run.address, run.target, action, reason, notes=notes, needs=needs, also=also, desired=run, live=view.job
        )
        self.changes[change.key] = change

    def _notes(self, run: DesiredRun) -> tuple[str, ...]:
        epochs = run.ingredients.hyperparameters.get("n_epochs")
        passes = f"{epochs} epoch{'s' if epochs != 1 else ''}" if epochs else "epochs chosen by the service"
        if isinstance(run.base, RunRef):
            step = f" at step {run.base.checkpoint}" if run.base.checkpoint is not None else ""
            base = f"on the model of {run.base.address.name}{step}"
        else:
            base = f"on {run.base}"
        facts = self.facts[run.training]
        rows = (f"{facts.rows:,} rows",) if facts.rows else ()
        tokens = (
            (f"{human_count(facts.tokens * (epochs or 1))} tokens{'' if epochs else ' an epoch'}",)
            if facts.tokens
            else ()
        )
        return (*rows, passes, *tokens, base)


def _shared_runs(graph: ResourceGraph) -> dict[Address, Address]:
    """Address -> the first address with the same mark in the same account: they share one run."""
    first: dict[tuple[str, str], Address] = {}
    return {a: first.setdefault((run.target, run.mark), a) for a, run in graph.runs.items()}


def _files_by_name(observation: Observation) -> dict[str, ObservedFile]:
    """The file to use for each name: the eldest that lasts, so that everybody chooses the same."""
    found: dict[str, ObservedFile] = {}
    for file in sorted(observation.files, key=lambda f: f.order):
        if file.lasts(observation.observed_at):
            found.setdefault(file.filename, file)
    return found


def _size(facts: DatasetFacts) -> tuple[str, ...]:
    """Rows and bytes, as far as they are known."""
    if facts.url:
        return (*((f"{facts.rows:,} rows",) if facts.rows else ()), "imported from its url")
    return (f"{facts.rows:,} rows", human_bytes(facts.bytes))


def human_count(count: int) -> str:
    """`950`, `84 k`, `1.2 M`."""
    value = float(count)
    for unit in ("", " k", " M"):
        if value < 999.5:
            return f"{value:.0f}{unit}" if value >= 9.95 or not unit else f"{value:.1f}{unit}"
        value /= 1000
    return f"{value:.1f} G"


def human_bytes(size: int) -> str:
    """Decimal units, as the services count."""
    value = float(size)
    for unit in ("B", "kB", "MB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "B" or value >= 100 else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} GB"
