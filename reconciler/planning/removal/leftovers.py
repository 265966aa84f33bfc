"""Models, training files and unfinished runs of the estate that nothing wants any more, and what keeps each.

Only what carries the estate's mark counts, and only what is the estate's beyond its few bits goes. A model that
anything serves or starts from stays, whoever that is, and so does everything as long as one target could not be read:
what is there may be in use.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from reconciler.model import marks
from reconciler.model.address import Address
from reconciler.model.observation import Observation, ObservedFile, ObservedJob, ObservedModel, Phase
from reconciler.model.resource import ResourceGraph
from reconciler.planning.changes import Action, Change, Reason
from reconciler.planning.in_use import STEP, InUse, is_of
from reconciler.planning.removal.ownership import UNTOLD, Owners

_INCOMPLETE = "not every target could be read"


@dataclass(frozen=True, slots=True)
class Leftover:
    """One thing that nothing wants. `kept` says why it stays even so; empty where a removal takes it."""

    address: Address
    target: str
    live: ObservedModel | ObservedJob | ObservedFile
    kept: str = ""
    spared: bool = False
    """Whether it is kept by retention alone."""
    needs: tuple[str, ...] = ()
    """Keys of the removals that come before its own."""

    @property
    def kind(self) -> str:
        kinds = {ObservedModel: "model", ObservedJob: "run", ObservedFile: "file"}
        return kinds[type(self.live)]

    @property
    def name(self) -> str:
        return self.live.filename if isinstance(self.live, ObservedFile) else self.live.id

    @property
    def short(self) -> str:
        """What tells it apart in a line: of a model's name, the end that begins with the mark."""
        mark = marks.find_mark(self.name) if isinstance(self.live, ObservedModel) else None
        return f"model …-{self.name[self.name.lower().index(mark) :]}" if mark else self.name

    def removal(self, reason: Reason) -> Change:
        actions = {"model": Action.DELETE, "run": Action.CANCEL, "file": Action.REMOVE}
        action = actions[self.kind]
        notes = (self.live.id, f"it is {self.live.status}") if isinstance(self.live, ObservedJob) else (self.short,)
        return Change(self.address, self.target, action, reason, notes=notes, needs=self.needs, live=self.live)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What decides over leftovers, beside what is live."""

    graph: ResourceGraph
    """What is wanted; empty where everything is to go."""
    named: ResourceGraph
    """The specs, for the addresses of what is found."""
    keep_models: int = 0
    """How many models of each suffix stay: the newest."""
    going: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """Target and lower-case name of each deployment that is destroyed first -> the key of its change."""


def find_leftovers(wishes: Wishes, observed: Mapping[str, Observation]) -> tuple[Leftover, ...]:
    """By target, kind and name."""
    found = []
    in_use = InUse(
        ((t, d) for t, o in observed.items() for d in o.deployments),
        (c for o in observed.values() for c in o.checkpoints),
    )
    complete = all(o.complete for o in observed.values())
    for target in sorted(observed):
        here = _Account(wishes, observed[target], in_use)
        found += [x if complete else replace(x, kept=_INCOMPLETE, spared=False) for x in here.leftovers()]
    return tuple(found)


class _Account:
    """The leftovers of one target."""

    def __init__(self, wishes: Wishes, observation: Observation, in_use: InUse) -> None:
        self.wishes = wishes
        self.estate = wishes.graph.estate
        self.seen = observation
        self.in_use = in_use
        self.wanted = [run for run in wishes.graph.runs.values() if run.target == observation.target]
        self.marks = {mark for run in self.wanted for mark in run.marks}
        self.owners = Owners(wishes.named, observation)
        self.adopted = {run.adopt.lower() for run in self.wanted if run.adopt}
        self.names: dict[str, Address] = {}
        self.by_suffix: dict[str, set[Address]] = defaultdict(set)
        for run in wishes.named.runs.values():
            if run.target == observation.target:
                for mark in run.marks:
                    self.names.setdefault(mark, run.address)
                self.by_suffix[marks.suffix_of(run.suffix)].add(run.address)
        self.jobs = {job.id: job for job in observation.jobs}
        self.unfinished = [job for job in observation.jobs if not job.phase.final]

    def leftovers(self) -> list[Leftover]:
        runs = [self._run(j) for j in self._own(self.unfinished)]
        ending = {r.live.id: r.removal(_ANY).key for r in runs if not r.kept}
        models = self._spare([self._model(m, ending) for m in self._own_models()])
        return [*sorted(runs, key=_by_name), *sorted(models, key=_by_name), *self._files(ending, models)]

    def _own(self, jobs: Iterable[ObservedJob]) -> Iterator[ObservedJob]:
        own = (j for j in jobs if marks.is_estates(j.mark, self.estate) and j.mark not in self.marks)
        own = (j for j in own if self.owners.owns(None, j) is not False)
        return (j for j in own if j.id.lower() not in self.adopted)

    def _run(self, job: ObservedJob) -> Leftover:
        kept = "" if self.owners.owns(None, job) else UNTOLD
        return Leftover(self._address(job.mark, job.suffix, job), self.seen.target, job, kept)

    def _own_models(self) -> Iterator[ObservedModel]:
        own = (m for m in self.seen.models if marks.is_estates(m.mark, self.estate) and STEP not in m.id)
        own = (m for m in own if m.mark not in self.marks and not self._is_adopted(m))
        return (m for m in own if self.owners.owns(m, self._job_of(m)) is not False)

    def _is_adopted(self, model: ObservedModel) -> bool:
        job = self._job_of(model)
        return bool(self.adopted & {model.id.lower(), (job.id if job else model.job or "").lower()})

    def _model(self, model: ObservedModel, ending: Mapping[str, str]) -> Leftover:
        job = self._job_of(model)
        address = self._address(model.mark, model.id, job)
        serving = list(self.in_use.of(model.id))
        if job is None:
            serving += self.in_use.unidentified
        going = self.wishes.going
        keeps = [f"{d.name} on {t} serves it" for t, d in serving if (t, d.name.lower()) not in going]
        keeps += [f"{run.address} starts from it" for run in self.wanted if _starts_from(run.base, model.id)]
        children = [j for j in self.unfinished if is_of(j.base_model, model.id)]
        keeps += [f"{j.id} is training on it" for j in children if j.id not in ending]
        keeps = keeps or ([] if self.owners.owns(model, job) else [UNTOLD])
        needs = {going[t, d.name.lower()] for t, d in serving if (t, d.name.lower()) in going}
        needs |= {ending[j.id] for j in children if j.id in ending}
        return Leftover(address, self.seen.target, model, min(keeps, default=""), needs=tuple(sorted(needs)))

    def _job_of(self, model: ObservedModel) -> ObservedJob | None:
        by_name = (j for j in self.seen.jobs if (j.fine_tuned_model or "").lower() == model.id.lower())
        return self.jobs.get(model.job or "") or next(by_name, None)

    def _spare(self, models: list[Leftover]) -> list[Leftover]:
        """Retention: the newest of each suffix stay."""
        most = self.wishes.keep_models
        count: dict[str, int] = defaultdict(int)
        kept = []
        for found in sorted(models, key=_newest_first):
            suffix = marks.suffix_of(found.name)
            spared = not found.kept and count[suffix] < most
            count[suffix] += not found.kept
            why = f"one of the {most} newest of its suffix" if most > 1 else "the newest of its suffix"
            kept.append(replace(found, kept=why, spared=True) if spared else found)
        return kept

    def _files(self, ending: Mapping[str, str], models: Iterable[Leftover]) -> Iterator[Leftover]:
        wanted = wanted_files(self.wishes.graph, self.seen.target)
        for name, copies in sorted(own_files(self.seen, self.estate).items()):
            if name in wanted:
                continue
            ids = {f.id for f in copies}
            readers = [j for j in self.unfinished if ids & {j.training_file, j.validation_file}]
            keeps = [f"{j.id} reads it" for j in readers if j.id not in ending]
            needs = {ending[j.id] for j in readers if j.id in ending}
            needs |= {m.removal(_ANY).key for m in models if not m.kept and self._made_from(m, ids)}
            mark = marks.FileMark.read(name)
            assert mark is not None
            keeps = keeps or ([] if mark.is_long else [UNTOLD])
            keeps = keeps or [f"it tells whose {m.short} is" for m in models if self._testifies(m, ids)]
            address = Address("dataset", mark.dataset)
            yield Leftover(address, self.seen.target, copies[0], min(keeps, default=""), needs=tuple(sorted(needs)))

    def _testifies(self, model: Leftover, files: set[str]) -> bool:
        """Whether the files are all that tells whose a model is that stays: without them it could never go."""
        assert isinstance(model.live, ObservedModel)
        job = self._job_of(model.live)
        told = job is None or "estate" in job.metadata or model.live.mark in self.owners.runs
        return bool(model.kept) and model.kept != UNTOLD and not told and self._made_from(model, files)

    def _made_from(self, model: Leftover, files: set[str]) -> bool:
        assert isinstance(model.live, ObservedModel)
        job = self._job_of(model.live)
        return job is not None and bool(files & {job.training_file, job.validation_file})

    def _address(self, mark: str | None, name: str | None, job: ObservedJob | None) -> Address:
        """The address in the specs; else the one that the run's record has, else its suffix says most."""
        known = self.names.get(mark or "")
        if known:
            return known
        try:
            told = Address.parse(job.metadata.get("address", "")) if job else None
        except ValueError:
            told = None
        if told and told.kind == "job":
            return told
        suffix = marks.suffix_of(name)
        alike = self.by_suffix.get(suffix, set())
        return min(alike) if len(alike) == 1 else Address("job", suffix or mark or "")


_ANY = Reason("", "")


def _by_name(found: Leftover) -> str:
    return found.name


def _newest_first(found: Leftover) -> tuple[int, str]:
    assert isinstance(found.live, ObservedModel)
    return (-found.live.created_at, found.live.id)


def _starts_from(base: object, model: str) -> bool:
    return isinstance(base, str) and is_of(base, model)


def own_files(observation: Observation, estate: str) -> dict[str, list[ObservedFile]]:
    """The estate's files by name, the eldest copy first; what is being deleted is left out."""
    found: dict[str, list[ObservedFile]] = defaultdict(list)
    for file in sorted(observation.files, key=lambda f: f.order):
        mark = marks.FileMark.read(file.filename)
        if mark and mark.is_of(estate) and file.status not in ("deleting", "deleted"):
            found[file.filename].append(file)
    return found


def wanted_files(graph: ResourceGraph, target: str) -> dict[str, list[Address]]:
    """Names, in every form, of the files that the runs of a target read -> those runs."""
    found: dict[str, list[Address]] = defaultdict(list)
    for run in graph.runs.values():
        if run.target == target:
            for dataset, digest in run.datasets:
                for name in marks.file_names(dataset, digest, graph.estate):
                    found[name].append(run.address)
    return found


def succeeded_on(observation: Observation, files: Iterable[ObservedFile]) -> bool:
    """Whether a run on one of the files has succeeded."""
    ids = {f.id for f in files}
    return any(j.phase is Phase.SUCCEEDED and ids & {j.training_file, j.validation_file} for j in observation.jobs)
