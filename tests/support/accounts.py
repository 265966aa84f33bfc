"""Accounts in memory behind the real ports: files, runs and models here, deployments in `ArmMemory`.

Runs end when their list is read, unless an account is told to hold them. Faults are queued by a test, each
said to strike before the request is heard or after it.
"""

from __future__ import annotations

import hashlib
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from reconciler.engine.operations import World
from reconciler.model.catalog import limits
from reconciler.model.observation import (
    JobError,
    Observation,
    ObservedAccount,
    ObservedCheckpoint,
    ObservedFile,
    ObservedJob,
    ObservedModel,
    Phase,
)
from reconciler.providers.base import Pace, RunProgress, RunRequest, Target
from reconciler.providers.errors import ServiceError
from reconciler.specs.estate import Specs
from reconciler.specs.target import AzureTarget
from tests.support.allowances import MemoryAllowances
from tests.support.arm import ArmMemory
from tests.support.estate import facts_of

NOW = 1_800_000_000
PACE = Pace(poll=0.0, settle=0.0, heard=0.0, events=0.0)


@dataclass(frozen=True)
class Fault:
    """An error in place of the answer; `heard` says whether the request was carried out all the same."""

    error: ServiceError
    heard: bool = False


FAILURE = JobError("Internal", "the cluster caught fire")


@dataclass
class Account:
    """One account: the `Training` port in memory."""

    name: str
    id: str
    region: str
    hold: bool = False
    """Whether runs stay under way."""
    ends: dict[str, deque[str]] = field(default_factory=dict)
    """How the next runs of a dataset's file end, by dataset; `succeeded` where nothing is said."""
    faults: dict[str, deque[Fault]] = field(default_factory=dict)
    """By method name."""
    lag: int = 0
    """Number of list calls for which a new run is not listed."""
    calls: Counter[str] = field(default_factory=Counter)
    loses_marks: bool = False
    reads: bool = False
    """Whether uploads read their content, and so check its digest."""
    failure: JobError = FAILURE
    """Why runs fail that a test lets fail."""
    forgets: bool = True
    """Whether records of runs can be deleted."""
    file_list: dict[str, ObservedFile] = field(default_factory=dict)
    job_list: dict[str, ObservedJob] = field(default_factory=dict)
    model_list: dict[str, ObservedModel] = field(default_factory=dict)
    checkpoint_list: dict[str, list[ObservedCheckpoint]] = field(default_factory=dict)
    allowances: MemoryAllowances = field(default_factory=MemoryAllowances)

    def __post_init__(self) -> None:
        self.arm = ArmMemory(self.id, self.region)
        self.serving = self.arm.serving()
        self.clock = NOW
        self.hidden: Counter[str] = Counter()

    def target(self, pace: Pace = PACE) -> Target:
        return Target(
            self.name, self.region, limits.AZURE, self._account, self, self.serving, pace, allowances=self.allowances
        )

    def fail(self, method: str, *faults: Fault) -> None:
        self.faults.setdefault(method, deque()).extend(faults)

    def _account(self) -> ObservedAccount:
        self._strike("account", heard=False)
        return self.serving.account()

    def files(self) -> list[ObservedFile]:
        self._strike("files", heard=False)
        return list(self.file_list.values())

    def file(self, id: str) -> ObservedFile:
        if id not in self.file_list:
            raise ServiceError("no such file", status=404)
        return self.file_list[id]

    def jobs(self) -> list[ObservedJob]:
        self._strike("jobs", heard=False)
        self.calls["jobs"] += 1
        for id, job in list(self.job_list.items()):
            if not self.hold and job.phase is Phase.UNDER_WAY:
                self.end(id)
        listed = [job for id, job in self.job_list.items() if not self.hidden[id]]
        self.hidden -= Counter(dict.fromkeys(self.hidden, 1))
        return sorted(listed, key=lambda j: j.order, reverse=True)

    def job(self, id: str) -> ObservedJob:
        if id not in self.job_list:
            raise ServiceError("no such run", status=404)
        return self.job_list[id]

    def models(self) -> list[ObservedModel]:
        self._strike("models", heard=False)
        return list(self.model_list.values())

    def model(self, id: str) -> ObservedModel | None:
        return self.model_list.get(id)

    def progress(self, job_id: str) -> RunProgress:
        return RunProgress(step=1, total=2, loss=0.5)

    def upload(
        self, filename: str, content: Iterable[bytes], sent: Callable[[int, int], None] = lambda _gone, _size: None
    ) -> ObservedFile:
        """`content` is mostly not read: the datasets of these tests share one file and differ in name only."""
        self._strike("upload", heard=False)
        if self.reads:
            list(content)
        self.calls["upload"] += 1
        file = ObservedFile(self._id("file"), filename, "processed", 48_000, "fine-tune", self.clock)
        self.file_list[file.id] = file
        sent(48_000, 48_000)
        self._strike("upload", heard=True)
        return file

    def import_file(self, filename: str, url: str) -> ObservedFile:
        return self.upload(filename, ())

    def create_job(self, request: RunRequest) -> ObservedJob:
        self._strike("create_job", heard=False)
        self.calls["create_job"] += 1
        job = ObservedJob(
            id=self._id("ftjob"),
            status="pending",
            created_at=self.clock,
            finished_at=None,
            base_model=request.base_model,
            fine_tuned_model=None,
            suffix=None if self.loses_marks else request.suffix,
            training_file=request.training_file,
            validation_file=request.validation_file,
            trained_tokens=None,
            hyperparameters={"n_epochs": 3, "batch_size": 1, **request.hyperparameters},
            estimated_finish=None,
            error=None,
            seed=1_234_567 if request.seed is None else request.seed,
            method=request.method,
        )
        self.job_list[job.id] = job
        self.hidden[job.id] = self.lag
        self._strike("create_job", heard=True)
        return job

    def cancel_job(self, id: str) -> ObservedJob:
        self._strike("cancel_job", heard=False)
        self.calls["cancel_job"] += 1
        return self.end(id, "cancelled")

    def checkpoints(self, job_id: str) -> list[ObservedCheckpoint]:
        return self.checkpoint_list.get(job_id, [])

    def last_words(self, job_id: str) -> list[str]:
        return []

    def delete_file(self, id: str) -> None:
        self._strike("delete_file", heard=False)
        self.calls["delete_file"] += 1
        self.file_list.pop(id, None)

    def delete_model(self, id: str) -> None:
        self._strike("delete_model", heard=False)
        self.calls["delete_model"] += 1
        self.model_list.pop(id, None)

    def forget_job(self, id: str) -> bool:
        self._strike("forget_job", heard=False)
        self.calls["forget_job"] += 1
        if self.forgets:
            self.job_list.pop(id, None)
        return self.forgets

    def close(self) -> None:
        self.calls["close"] += 1

    def end(self, id: str, status: str = "") -> ObservedJob:
        """Bring a run to its end, as `status` or as the test has arranged for its dataset."""
        job = self.job_list[id]
        file = self.file_list.get(job.training_file or "")
        arranged = self.ends.get(file.filename.rsplit("-", 2)[0]) if file else None
        status = status or (arranged.popleft() if arranged else "succeeded")
        self.clock += 1
        error = self.failure if status == "failed" else None
        model = None
        if status == "succeeded":
            digest = hashlib.md5(id.encode(), usedforsecurity=False).hexdigest()
            model = f"{job.base_model.split('.ft-')[0]}.ft-{digest}" + (f"-{job.suffix}" if job.suffix else "")
            self.model_list[model] = ObservedModel(model, job.base_model, id, self.clock, True, None, None)
        ended = replace(job, status=status, finished_at=self.clock, fine_tuned_model=model, error=error)
        self.job_list[id] = ended
        return ended

    def _id(self, prefix: str) -> str:
        self.clock += 1
        return f"{prefix}-{self.name}-{self.clock - NOW:04}"

    def _strike(self, method: str, *, heard: bool) -> None:
        queue = self.faults.get(method)
        if queue and queue[0].heard == heard:
            raise queue.popleft().error


class Cloud:
    """Every account that some specs name. Other specs may be applied to the same cloud."""

    def __init__(self, specs: Specs) -> None:
        self.accounts: dict[str, Account] = {}
        for name, entry in specs.targets.items():
            assert isinstance(entry.spec, AzureTarget)
            self.accounts[name] = Account(name, entry.spec.account_id, entry.spec.region)

    def __getitem__(self, target: str) -> Account:
        return self.accounts[target]

    def world(self, specs: Specs, contents: Mapping[str, str] | None = None, pace: Pace = PACE) -> World:
        targets = {name: account.target(pace) for name, account in self.accounts.items() if name in specs.targets}
        return World(specs, facts_of(specs, contents), targets)

    def snapshot(self) -> dict[str, Any]:
        """Everything live, for comparing before and after."""
        return {
            name: (dict(a.file_list), dict(a.job_list), dict(a.model_list), dict(a.arm.raw))
            for name, a in self.accounts.items()
        }


def at_noon(observed: Mapping[str, Observation]) -> dict[str, Observation]:
    """The observations with the clock of these tests, so that plans are the same bytes every day."""
    return {name: replace(o, observed_at=NOW + 100_000) for name, o in observed.items()}
