"""The ports: what the engine may ask of a service. Two of them, and a target that carries both.

Every method raises `providers.errors.ServiceError`; writes are sent once, reads are retried inside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from reconciler.model.allowance import OfferedModel, Permissions, Usage
from reconciler.model.catalog.limits import Limits
from reconciler.model.identity import Identity
from reconciler.model.observation import (
    History,
    ObservedAccount,
    ObservedCheckpoint,
    ObservedDeployment,
    ObservedFile,
    ObservedJob,
    ObservedModel,
)


@dataclass(frozen=True, slots=True)
class RunRequest:
    """One training run to create. `suffix` carries the mark."""

    base_model: str
    training_file: str
    validation_file: str | None
    suffix: str
    method: str
    hyperparameters: Mapping[str, Any]
    seed: int | None
    training_type: str | None
    metadata: Mapping[str, str] = field(default_factory=dict)
    grader: Mapping[str, Any] | None = None
    """Reinforcement only, as is `response_format`."""
    response_format: Mapping[str, Any] | None = None

    def method_body(self) -> dict[str, Any]:
        """The `method` of a create, in the words of both vendors; what is absent is left to the service."""
        inner: dict[str, Any] = {"hyperparameters": dict(self.hyperparameters)} if self.hyperparameters else {}
        for key, value in (("grader", self.grader), ("response_format", self.response_format)):
            if value is not None:
                inner[key] = dict(value)
        return {"type": self.method, self.method: inner}


@dataclass(frozen=True, slots=True)
class DeploymentWrite:
    """What to write on a deployment: fields by their name in the spec, and tags to set beside those it has.

    A tag of None is taken away.
    """

    fields: Mapping[str, Any]
    """`model` (a fine-tuned model's id, or NAME@VERSION), `source`, `sku`, `capacity`, ..."""
    tags: Mapping[str, str | None]
    base: str = ""
    """The base model's id where a fine-tuned one is written whose own id does not say it."""


@dataclass(frozen=True, slots=True)
class RunProgress:
    """How far a run is, from its events: steps, and the last training loss."""

    step: int | None = None
    total: int | None = None
    loss: float | None = None
    message: str = ""


Tell = Callable[[str], None]
"""Told in words what a call waits for."""
_QUIET: Tell = lambda _words: None  # noqa: E731 - a default of the ports below


class Training(Protocol):
    """Files, runs and models of one account."""

    def files(self) -> list[ObservedFile]: ...

    def file(self, id: str) -> ObservedFile: ...

    def jobs(self) -> list[ObservedJob]: ...

    def job(self, id: str) -> ObservedJob: ...

    def models(self) -> list[ObservedModel]: ...

    def model(self, id: str) -> ObservedModel | None:
        """None when the service does not have it."""

    def checkpoints(self, job_id: str) -> list[ObservedCheckpoint]: ...

    def progress(self, job_id: str) -> RunProgress: ...

    def last_words(self, job_id: str) -> list[str]:
        """The messages of a run's last events, oldest first."""

    def upload(self, filename: str, content: Iterable[bytes], sent: Callable[[int, int], None]) -> ObservedFile:
        """Send a training file, once; `sent` is told how many bytes of how many are on their way."""

    def import_file(self, filename: str, url: str) -> ObservedFile:
        """Let the service fetch a training file, once."""

    def create_job(self, request: RunRequest) -> ObservedJob:
        """Start a run, once: every call that is heard is paid for."""

    def cancel_job(self, id: str) -> ObservedJob: ...

    def delete_file(self, id: str) -> None: ...

    def delete_model(self, id: str) -> None:
        """Delete a fine-tuned model. Whether it is gone shows when it is asked for."""

    def forget_job(self, id: str) -> bool:
        """Delete the record of a run that has ended, where the service can; False where it keeps it."""

    def close(self) -> None: ...


class Serving(Protocol):
    """Deployments of one account."""

    def deployments(self) -> list[ObservedDeployment]: ...

    def deployment(self, name: str) -> ObservedDeployment | None: ...

    def history(self, name: str) -> History:
        """Who wrote and deleted it; also of one that is no more."""

    def write(self, name: str, write: DeploymentWrite, live: ObservedDeployment | None, tell: Tell = _QUIET) -> None:
        """Create the deployment, or change the live one, and wait until the service has done it.

        `tell` is told what is waited for.
        """

    def delete(self, name: str, tell: Tell = _QUIET) -> None:
        """Delete the deployment, and wait until the service has done it."""

    def close(self) -> None: ...


class Allowances(Protocol):
    """What an account may have and do. Each read may be refused on its own, and nothing depends on it."""

    def usages(self) -> list[Usage]:
        """Quota of the account's subscription in its region."""

    def offered(self) -> list[OfferedModel]:
        """Base models that the account can have, and its own fine-tuned ones."""

    def filters(self) -> list[str]:
        """Names of the content filters that a deployment may name."""

    def permissions(self) -> Permissions:
        """The caller's own, on the account."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How often to look, in seconds; the emulator is quicker than a cloud."""

    poll: float = 15.0
    """Between two looks at runs and files."""
    settle: float = 30.0
    """How long a list may lag behind a create."""
    heard: float = 90.0
    """How long after it was sent a create may still be carried out: the SDK's timeout, and some more."""
    events: float = 30.0
    """Between two looks at a run's events."""
    fresh: float = 30.0
    """How long a service may not know by its id what it has just created."""
    models: float = 600.0
    """How long a run that has succeeded may not show its model."""
    files: float = 3600.0
    """How long a service may check a training file."""
    writes: float = 1800.0
    """How long one write to a deployment may take; a busy region needs many minutes."""
    answers: float = 300.0
    """How long a deployment may not answer after it was written."""
    room: float = 86_400.0
    """How long to wait for room in an account whose queue is full."""

    def faster(self, speed: float) -> Pace:
        """The same bounds for a service whose clock runs `speed` times as fast, none shorter than a few looks."""
        bounds = {"fresh": 5.0, "models": 10.0, "files": 10.0, "writes": 15.0, "answers": 5.0, "room": 60.0}
        return replace(self, **{name: max(getattr(self, name) / speed, least) for name, least in bounds.items()})


class Account(Protocol):
    def __call__(self) -> ObservedAccount: ...


@dataclass(frozen=True, slots=True)
class Target:
    """One account or project: what the engine works with."""

    name: str
    region: str | None
    """The region that the spec names; None where the service has none."""
    limits: Limits
    account: Account
    training: Training
    serving: Serving | None
    pace: Pace
    may_refuse_training: bool = False
    """Whether the service may turn out to train nothing any more, which shows only when a run is created."""
    allowances: Allowances | None = None
    identity: Callable[[], Identity] = Identity
    """Who asks. Raises `ServiceError` where there are no credentials."""
    skew: Callable[[], float | None] = lambda: None
    """Seconds by which the service's clock is ahead of ours, by its last answer; None before there was one."""
    ahead: Callable[[], float | None] = lambda: None
    """The same, also of an emulator, whose clock runs as it likes."""
    api_version: str = ""
    """Of the data plane; empty where there is only one."""
    probe: Callable[[str], None] | None = None
    """Asks a deployment for one token. Raises `ServiceError` where no answer comes; None where nobody asks."""

    def close(self) -> None:
        """Let go of every connection."""
        self.training.close()
        if self.serving is not None:
            self.serving.close()
