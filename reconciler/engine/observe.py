"""One look at every target. It changes nothing; what cannot be read becomes a problem of that target alone."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor, Future
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from reconciler.model import codes, marks, normal
from reconciler.model.diagnostics import Diagnostic
from reconciler.model.observation import (
    Observation,
    ObservedAccount,
    ObservedCheckpoint,
    ObservedJob,
    ObservedModel,
    Phase,
)
from reconciler.providers.base import Target
from reconciler.providers.errors import ServiceError, code_for, diagnose

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Wanted:
    """The runs that the specs name, by mark: more is asked about these than about others."""

    runs: frozenset[str] = frozenset()
    checkpointed: frozenset[str] = frozenset()
    every_checkpoint: bool = False
    """Whether the checkpoints of all the estate's runs are asked for: one may be served that the specs do not name."""
    adopted: frozenset[tuple[str, str]] = frozenset()
    """Targets and ids of runs and models that count as the estate's, though they may carry nobody's mark."""
    bases: frozenset[tuple[str, str]] = frozenset()
    """Targets and names of fine-tuned models from which runs start: asked for by name where a list leaves them out."""


NOTHING = Wanted()


def observe(
    targets: Mapping[str, Target], estate: str, pool: Executor, wanted: Wanted = NOTHING
) -> dict[str, Observation]:
    """Snapshots by target name. Each account is read first, then its lists, then what they leave open; all targets
    side by side.
    """
    looks = {name: _Look(target, estate, wanted) for name, target in targets.items()}
    begun = [pool.submit(look.begin, pool) for look in looks.values()]
    for future in begun:
        future.result()
    for look in looks.values():
        look.ask(pool)
    return {name: look.finish() for name, look in looks.items()}


class _Look:
    def __init__(self, target: Target, estate: str, wanted: Wanted) -> None:
        self.target = target
        self.estate = estate
        self.wanted = wanted
        self.adopted = {id for name, id in wanted.adopted if name == target.name}
        self.bases = {id for name, id in wanted.bases if name == target.name}
        self.problems: list[Diagnostic] = []
        self.account: ObservedAccount | None = None
        self.lists: dict[str, Future[Any]] = {}
        self.found: dict[str, Any] = {}
        self.models: list[Future[ObservedModel | None]] = []
        self.checkpoints: list[Future[list[ObservedCheckpoint]]] = []
        self.words: dict[str, Future[list[str]]] = {}

    def begin(self, pool: Executor) -> None:
        """Read the account, and set its lists going."""
        try:
            found = self.target.account()
        except ServiceError as error:
            self._failed(error)
            return
        wanted = self.target.region
        if wanted is not None and normal.region(found.region) != wanted:
            detail = f"{self.target.name}: the specs say {wanted}, the account is in {normal.region(found.region)}."
            self.problems.append(codes.TARGET_REGION.at(detail=detail, address=self._address))
            return
        self.account = found
        training, serving = self.target.training, self.target.serving
        reads: dict[str, Callable[[], Iterable[Any]]] = {
            "files": training.files,
            "jobs": training.jobs,
            "models": training.models,
        }
        if serving is not None:
            reads["deployments"] = serving.deployments
        self.lists = {name: pool.submit(read) for name, read in reads.items()}

    def ask(self, pool: Executor) -> None:
        """Take the lists, and ask for what they leave open."""
        for name, future in self.lists.items():
            try:
                self.found[name] = tuple(future.result())
            except ServiceError as error:
                self._failed(error, listing=name)
        jobs, training = self.found.get("jobs", ()), self.target.training
        if "jobs" in self.found and "models" in self.found:
            unlisted = self._unlisted(jobs, self.found["models"])
            self.models = [pool.submit(training.model, id) for id in unlisted]
        shown = (j for j in jobs if j.phase is Phase.SUCCEEDED and self._shows_checkpoints(j))
        self.checkpoints = [pool.submit(training.checkpoints, job.id) for job in shown]
        failed = (j for j in jobs if j.phase is Phase.FAILED and j.mark in self.wanted.runs)
        self.words = {job.id: pool.submit(training.last_words, job.id) for job in failed}

    def finish(self) -> Observation:
        models = [model for model in self._results(self.models) if model]
        if models:
            self.found["models"] += tuple(models)
        checkpoints = tuple(c for listed in self._results(self.checkpoints) for c in listed)
        return Observation(
            target=self.target.name,
            last_words=dict(self._last_words()),
            observed_at=int(time.time()),
            ahead=round(self.target.ahead() or 0.0),
            account=self.account,
            problems=tuple(self.problems),
            checkpoints=checkpoints,
            **self.found,
        )

    def _results(self, asked: Iterable[Future[T]]) -> Iterable[T]:
        """What came of some reads; one that failed is a problem of the target."""
        for future in asked:
            try:
                yield future.result()
            except ServiceError as error:
                self._failed(error)

    def _last_words(self) -> Iterable[tuple[str, tuple[str, ...]]]:
        for id, future in self.words.items():
            with suppress(ServiceError):  # the error itself stands in the run's record
                yield id, tuple(future.result())

    def _unlisted(self, jobs: Iterable[ObservedJob], models: Iterable[ObservedModel]) -> list[str]:
        """Models of the estate's finished runs that the list leaves out: lists lag, so each is asked for by name.

        So are adopted models, whose runs may be long forgotten, and fine-tuned models that the specs start from.
        """
        done = (j for j in jobs if j.phase is Phase.SUCCEEDED and j.fine_tuned_model)
        names = {str(j.fine_tuned_model): None for j in done if self._is_ours(j)}
        names |= dict.fromkeys(sorted(id for id in self.adopted | self.bases if not id.startswith("ftjob-")))
        listed = {m.id.lower() for m in models}
        return [id for id in names if id.lower() not in listed]

    def _is_ours(self, job: ObservedJob) -> bool:
        return job.id in self.adopted or marks.is_estates(job.mark, self.estate)

    def _shows_checkpoints(self, job: ObservedJob) -> bool:
        if {job.mark, job.id, job.fine_tuned_model} & self.wanted.checkpointed:
            return True
        every = self.wanted.every_checkpoint and self.target.serving is not None
        return every and marks.is_estates(job.mark, self.estate)

    @property
    def _address(self) -> str:
        return f"target {self.target.name}"

    def _failed(self, error: ServiceError, listing: str = "") -> None:
        if listing and error.status == 404 and self.target.api_version and listing != "deployments":
            self._unanswered(error, listing)
        elif listing and error.status in (404, 405, 501):
            code = codes.LIST_MISSING
            detail = f"{error.service} answers {error.status} to the list of {listing}. {code.way_out}"
            self.problems.append(code.at(detail=detail, address=self._address))
        elif error.missing and self.account is None:
            code = codes.TARGET_MISSING
            self.problems.append(code.at(detail=f"{error.message}. {code.way_out}", address=self._address))
        elif code_for(error) not in {p.code for p in self.problems}:
            self.problems.append(diagnose(error, self._address))

    def _unanswered(self, error: ServiceError, listing: str) -> None:
        """Once a target: a version that the service does not know has no list of anything."""
        code = codes.API_VERSION_UNANSWERED
        if code not in {p.code for p in self.problems}:
            asked = f"with api-version {self.target.api_version}"
            detail = f"{error.service} answers 404 to the list of {listing} {asked}. {code.way_out}"
            self.problems.append(code.at(detail=detail, address=self._address))
