"""What the emulator remembers: plain records that one JSON file can hold."""

import base64
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer

from reconciler.emulator.clock import Anchor
from reconciler.emulator.errors import Json
from reconciler.emulator.limits import Limits

Packed = Annotated[
    bytes,
    PlainSerializer(lambda raw: base64.b64encode(raw).decode(), return_type=str, when_used="json"),
    BeforeValidator(lambda value: base64.b64decode(value) if isinstance(value, str) else value),
]

FINAL = frozenset({"succeeded", "failed", "cancelled"})


@dataclass
class File:
    id: str
    filename: str
    purpose: str
    created_at: float
    size: int | None  # None while it is being imported
    packed: Packed  # zlib
    ready_at: float  # processed from then on
    expires_at: int | None = None
    flaw: str | None = None  # why the service could not take it; shown from `ready_at`
    importing: str | None = None  # the URL it comes from, until it is here
    deleted: bool = False  # gone for clients, kept while an unfinished job reads it


@dataclass
class Upload:
    """A file on its way in parts."""

    id: str
    filename: str
    purpose: str
    mime_type: str
    size: int
    created_at: float
    parts: dict[str, Packed] = field(default_factory=dict)
    status: str = "pending"
    file_id: str | None = None
    expires_after: int | None = None


@dataclass
class Model:
    """A fine-tuned model, or (with `step`) a checkpoint of one."""

    id: str
    base: str
    job_id: str
    created_at: float
    weights: Packed
    step: int | None = None
    checkpoint_id: str | None = None


@dataclass
class Event:
    at: float
    message: str
    level: str = "info"


CurveRow = list[float | None]  # by training.COLUMNS


@dataclass
class Job:
    """A run. `phase` is our own word for where it stands; the surfaces translate it."""

    id: str
    created_at: float
    model: str  # as asked: a base model or a fine-tuned one
    base: str  # the base model's id
    training_file: str
    validation_file: str | None
    suffix: str | None
    seed: int
    method: Json
    method_given: bool
    hyperparameters: Json  # as asked, "auto" left out
    training_type: str
    metadata: dict[str, str] | None = None
    integrations: list[Any] | None = None
    phase: str = "validating"
    due: float | None = None  # when the phase ends by itself
    resolved: Json = field(default_factory=dict)
    flaw: Json | None = None  # what validation will find
    tokens: int = 0
    steps: int = 0
    steps_per_epoch: int = 1
    step_seconds: float = 1.0
    steps_before: int = 0  # done before `running_since`, when a run was paused
    running_since: float | None = None
    finished_at: float | None = None
    error: Json | None = None
    fine_tuned_model: str | None = None
    result_files: list[str] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    curve: list[CurveRow] = field(default_factory=list)
    fate: Json | None = None  # what a fault has in store for the middle of the run

    @property
    def final(self) -> bool:
        return self.phase in FINAL


@dataclass
class Space:
    """One data plane: an Azure account's, or an OpenAI project's."""

    files: dict[str, File] = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)
    models: dict[str, Model] = field(default_factory=dict)
    platform: bool = False  # OpenAI's own, not Azure's


@dataclass
class Stamp:
    """Who wrote a resource and when."""

    created_by: str
    created_at: float
    modified_by: str
    modified_at: float


@dataclass
class Deployment:
    name: str
    sku: Json
    properties: Json
    tags: dict[str, str]
    stamp: Stamp
    etag: str
    state: str = "Creating"  # in the words of the contract, which has none for an update
    used_at: float = 0.0
    base: str = ""  # the base model's name
    fine_tuned: bool = False
    failure: Json | None = None


@dataclass
class Operation:
    """A long-running write to a deployment."""

    id: str
    kind: str  # "create", "update" or "delete"
    deployment: str
    started_at: float
    due: float
    status: str = "InProgress"
    error: Json | None = None


@dataclass
class Activity:
    """An entry of the activity log."""

    id: str
    at: float
    by: str
    operation: str  # "write" or "delete"
    resource: str  # the deployment's id


@dataclass
class Account:
    name: str
    subscription: str
    group: str
    location: str
    kind: str
    sku: Json
    properties: Json
    tags: dict[str, str]
    stamp: Stamp
    etag: str
    deployments: dict[str, Deployment] = field(default_factory=dict)  # by name in lower case
    operations: dict[str, Operation] = field(default_factory=dict)
    policies: dict[str, Json] = field(default_factory=dict)  # content filters of its own
    identity: Json | None = None
    keys: dict[str, int] = field(default_factory=dict)  # how often each was made anew
    space: Space = field(default_factory=Space)

    @property
    def id(self) -> str:
        return (
            f"/subscriptions/{self.subscription}/resourceGroups/{self.group}"
            f"/providers/Microsoft.CognitiveServices/accounts/{self.name}"
        )


@dataclass
class State:
    clock: Anchor | None = None
    accounts: dict[str, Account] = field(default_factory=dict)  # by name in lower case
    projects: dict[str, Space] = field(default_factory=dict)
    switches: dict[str, Json] = field(default_factory=dict)  # by account
    project_switches: dict[str, Json] = field(default_factory=dict)
    quota: dict[str, int] = field(default_factory=dict)  # by subscription/location/usage name, where set by hand
    activity: list[Activity] = field(default_factory=list)  # oldest first
    regions: dict[str, Json] = field(default_factory=dict)  # by location: what a region does not offer
    lag: float = 0.0  # seconds by which lists trail creates
    limits: Limits = field(default_factory=Limits)

    def spaces(self) -> list[Space]:
        return [account.space for account in self.accounts.values()] + list(self.projects.values())
