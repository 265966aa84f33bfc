"""What is seen: a snapshot of one target, in the words of the model. Timestamps are Unix seconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from reconciler.model.allowance import UNKNOWN, Allowance
from reconciler.model.diagnostics import Diagnostic
from reconciler.model.marks import DeploymentMark, find_mark


class Phase(Enum):
    """What a vendor's status word means; a word never seen before is taken for under way."""

    UNDER_WAY = "under way"
    PAUSED = "paused"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def final(self) -> bool:
        return self in (Phase.SUCCEEDED, Phase.FAILED, Phase.CANCELLED)


_PHASES = {
    "succeeded": Phase.SUCCEEDED,
    "failed": Phase.FAILED,
    "cancelled": Phase.CANCELLED,
    "canceled": Phase.CANCELLED,
    "paused": Phase.PAUSED,
}


EXPIRES_SOON = 86_400
"""Seconds: a file with less time left may be gone before a run has come to read it."""


@dataclass(frozen=True, slots=True)
class ObservedFile:
    id: str
    filename: str
    status: str
    bytes: int | None
    purpose: str
    created_at: int
    status_details: str = ""
    expires_at: int | None = None
    """When the service deletes it by itself; None where it stays until somebody does."""
    unchecked: bool = False
    """Whether the service starts runs with a file that it has not checked yet."""

    def lasts(self, now: float) -> bool:
        """Whether a run may count on it: it is there, or on its way, and does not expire soon."""
        there = self.usable or self.in_preparation
        return there and (self.expires_at is None or self.expires_at - now > EXPIRES_SOON)

    @property
    def order(self) -> tuple[int, str]:
        """The order of election: the smallest stays."""
        return (self.created_at, self.id)

    @property
    def usable(self) -> bool:
        return self.status == "processed" or (self.unchecked and self.status == "uploaded")

    @property
    def refused(self) -> bool:
        """Whether the service says that it will not take the file, in one of the words that services have for it."""
        return self.status in ("error", "failed") or self.status.startswith("invalid")

    @property
    def in_preparation(self) -> bool:
        return not (self.usable or self.refused or self.status in ("deleting", "deleted"))


@dataclass(frozen=True, slots=True)
class JobError:
    """Why a run or the provisioning of a deployment failed, in the vendor's words."""

    code: str
    message: str
    param: str = ""
    """The part of the request that the vendor blames."""

    def __str__(self) -> str:
        return f"{self.code}: {self.message}" if self.code else self.message


@dataclass(frozen=True, slots=True)
class ObservedJob:
    id: str
    status: str
    created_at: int
    finished_at: int | None
    base_model: str
    fine_tuned_model: str | None
    suffix: str | None
    training_file: str | None
    validation_file: str | None
    trained_tokens: int | None
    hyperparameters: Mapping[str, Any]
    estimated_finish: int | None
    error: JobError | None
    metadata: Mapping[str, str] = field(default_factory=dict)
    seed: int | None = None
    """As the service shows it, which draws one where none was given."""
    method: str = ""
    """Empty where the service does not say."""

    @property
    def phase(self) -> Phase:
        return _PHASES.get(self.status.lower(), Phase.UNDER_WAY)

    @property
    def mark(self) -> str | None:
        return find_mark(self.suffix) or find_mark(self.fine_tuned_model)

    @property
    def order(self) -> tuple[int, str]:
        """The order of election: the smallest stays."""
        return (self.created_at, self.id)


@dataclass(frozen=True, slots=True)
class ObservedCheckpoint:
    """A model that a run left at one of its steps."""

    job: str
    step: int
    id: str
    """What a deployment names."""
    model: str
    """What a run that starts from it names."""


@dataclass(frozen=True, slots=True)
class ObservedModel:
    id: str
    base_model: str | None
    job: str | None
    created_at: int
    can_fine_tune: bool | None
    inference_ends: int | None
    """When the service stops serving it; None where it does not say."""
    fine_tune_ends: int | None

    @property
    def mark(self) -> str | None:
        return find_mark(self.id)


@dataclass(frozen=True, slots=True)
class ObservedDeployment:
    name: str
    id: str
    model_format: str
    model_name: str
    model_version: str
    source: str
    """Resource id of the account that the model comes from; empty for the deployment's own."""
    sku: str
    capacity: int | None
    content_filter: str
    version_upgrade: str
    tags: Mapping[str, str]
    provisioning_state: str
    modified_by: str
    modified_at: str
    failure: JobError | None
    """Why its provisioning failed, where the service says it."""
    raw: Mapping[str, Any] = field(compare=False, repr=False)
    """The object as it came, with every field that this version does not know; for writing it back, not for reading."""
    mark: DeploymentMark | None = field(init=False, compare=False, repr=False)
    """Read from the tags once: a plan asks for it several times."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "mark", DeploymentMark.read(self.tags))

    @property
    def settled(self) -> bool:
        return self.provisioning_state in ("Succeeded", "Failed", "Canceled", "Disabled")

    @property
    def failed(self) -> bool:
        """Whether the service gave up on the last write, and a further one is needed."""
        return self.provisioning_state in ("Failed", "Canceled")


@dataclass(frozen=True, slots=True)
class ObservedWrite:
    """An entry of the activity log: somebody wrote or deleted a deployment."""

    deleted: bool
    by: str
    at: str
    """ISO 8601, as the service writes it."""
    time: int
    """The same in Unix seconds."""


@dataclass(frozen=True, slots=True)
class History:
    """What the activity log knows of one deployment; it goes back 90 days."""

    writes: tuple[ObservedWrite, ...]
    """Oldest first."""
    read_at: int
    """By the service's clock, in Unix seconds."""


@dataclass(frozen=True, slots=True)
class ObservedAccount:
    """The account behind a target: an Azure resource, or a project of the OpenAI platform."""

    id: str
    region: str
    endpoint: str
    serves_by_name: bool = False
    """Whether a model is served as soon as it is trained, without a deployment."""


@dataclass(frozen=True, slots=True)
class Observation:
    """One look at one target. What could not be read is in `problems`, and `complete` says whether anything is."""

    target: str
    observed_at: int
    account: ObservedAccount | None = None
    files: tuple[ObservedFile, ...] = ()
    jobs: tuple[ObservedJob, ...] = ()
    models: tuple[ObservedModel, ...] = ()
    deployments: tuple[ObservedDeployment, ...] = ()
    last_words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The last event messages of failed runs that the specs want, by job id."""
    checkpoints: tuple[ObservedCheckpoint, ...] = ()
    """Of the runs whose checkpoints the specs name; nobody else's are asked for."""
    problems: tuple[Diagnostic, ...] = ()
    histories: Mapping[str, History] = field(default_factory=dict)
    """What the activity log says of wanted deployments that are not there, by their live names in lower case."""
    silent: Mapping[str, str] = field(default_factory=dict)
    """Names of which the log could not be read, and why; never a reason to be incomplete."""
    allowance: Allowance = UNKNOWN
    """What was asked beside the lists, because a plan needs it; never a reason to be incomplete."""
    ahead: int = 0
    """Seconds by which the service's clock is ahead of ours, for what its dates say of the last minutes."""

    @property
    def complete(self) -> bool:
        return self.account is not None and not self.problems

    @property
    def objects(self) -> int:
        """Files, runs, fine-tuned models and deployments; base models are the vendor's."""
        tuned = sum(1 for m in self.models if m.job or m.mark)
        return len(self.files) + len(self.jobs) + tuned + len(self.deployments)
