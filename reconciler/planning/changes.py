"""One change: what is done to one thing, the values before and after, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from reconciler.datasets.scan import DatasetFacts
from reconciler.model.address import Address
from reconciler.model.diagnostics import SourceRange
from reconciler.model.marks import FileMark
from reconciler.model.money import Cost
from reconciler.model.observation import ObservedDeployment, ObservedFile, ObservedJob, ObservedModel
from reconciler.model.resource import DesiredDeployment, DesiredRun


class Action(Enum):
    """What a plan can say about a thing; the value is the word that people read."""

    UPLOAD = "upload"
    TRAIN = "train"
    RETRY = "retry"
    WAIT = "wait"
    CREATE = "add"
    UPDATE = "change"
    REPLACE = "replace"
    DELETE = "destroy"
    REMOVE = "remove"
    """A training file that nothing needs any more, every copy of it."""
    CANCEL = "cancel"
    BLOCKED = "blocked"
    PARKED = "parked"
    NONE = "none"

    @property
    def trains(self) -> bool:
        return self in (Action.TRAIN, Action.RETRY)

    @property
    def removes(self) -> bool:
        return self in (Action.DELETE, Action.REMOVE)

    @property
    def writes(self) -> bool:
        return self in _WRITING


_WRITING = frozenset(Action) - {Action.WAIT, Action.BLOCKED, Action.PARKED, Action.NONE}


class Unknown(Enum):
    """A value that only the apply will bring to light."""

    AFTER_TRAINING = "(known after training)"

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field, by its name in the spec; None stands for absent."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a change is made. It explains and never decides; `code` is stable, `text` completes "because ..."."""

    code: str
    text: str
    at: SourceRange | None = None


@dataclass(frozen=True, slots=True)
class Change:
    address: Address
    target: str
    action: Action
    reason: Reason
    fields: tuple[FieldChange, ...] = ()
    notes: tuple[str, ...] = ()
    """Facts in a few words each, such as `412 rows`."""
    needs: tuple[str, ...] = ()
    """Keys of the changes that must be done before this one."""
    also: tuple[Address, ...] = ()
    """Other addresses that share this run."""
    cost: Cost | None = None
    """What it costs to make it; None where it costs nothing."""
    desired: DesiredRun | DesiredDeployment | DatasetFacts | None = field(default=None, compare=False, repr=False)
    live: ObservedJob | ObservedDeployment | ObservedFile | ObservedModel | None = field(
        default=None, compare=False, repr=False
    )

    @property
    def key(self) -> str:
        """Unique in a plan: a dataset may be uploaded to several targets, a duplicate run shares its address."""
        if self.action is Action.REMOVE:
            return f"{self.address}@{self.target}#{self._digest16}"
        if self.address.kind == "dataset":
            spare = f"#{self.live.id}" if isinstance(self.live, ObservedFile) else ""
            return f"{self.address}@{self.target}{spare}"
        if self.action is Action.CANCEL and isinstance(self.live, ObservedJob):
            return f"{self.address}#{self.live.id}"
        if self.action is Action.DELETE and isinstance(self.live, ObservedDeployment):
            return f"{self.address}#{self.live.name}"
        if self.action is Action.DELETE and isinstance(self.live, ObservedModel):
            return f"{self.address}#{self.live.id}"
        return str(self.address)

    @property
    def _digest16(self) -> str:
        """Of the file's content, also before the file is there."""
        if isinstance(self.desired, DatasetFacts):
            return self.desired.digest[:16]
        mark = FileMark.read(self.live.filename) if isinstance(self.live, ObservedFile) else None
        return mark.digest16 if mark else ""
