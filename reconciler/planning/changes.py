"""One change: what is done to one thing, the values before and after, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
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
class AtOnce:
    """What is done at once of a deployment's change that waits for a run, with the model that serves or served last."""

    name: str
    """Of the live object; with `strategy: versioned` it is the one that serves until the wanted one does."""
    fields: tuple[FieldChange, ...]
    """From the live values to the wanted ones; none where only the tags of the owner are written again."""
    wanted: Mapping[str, Any] = field(compare=False, repr=False)
    """Every field that is compared again before the write; `model` among them only where it is written."""
    fingerprint: str = field(default="", compare=False)
    """Of the run whose model is written; empty where none is, or nobody knows."""
    live: ObservedDeployment | None = field(default=None, compare=False, repr=False)
    """None where it is gone and made again."""
    cost: Cost | None = field(default=None, compare=False)
    """Of this part alone."""


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
    """Keys of the changes that must be done before this one, but for what is done at once."""
    at_once: AtOnce | None = None
    """Of a deployment; without `needs` it is the whole change."""
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


def only_at_once(change: Change, note: str = "") -> Change | None:
    """The part of a change that waits for nothing, where the rest cannot be made; None where there is none.

    `note` says what the rest waits for.
    """
    part = change.at_once
    if part is None:
        return None
    action = Action.UPDATE if part.live else Action.CREATE
    notes = (*change.notes, *([note] if note else []))
    cost = part.cost or change.cost
    return replace(change, action=action, fields=part.fields, notes=notes, needs=(), live=part.live, cost=cost)


def beside(change: Change) -> Change | None:
    """What is done at once, as a change of its own, where it is done on another live object than the rest."""
    part, desired = change.at_once, change.desired
    if part is None or not change.needs or not isinstance(desired, DesiredDeployment):
        return None
    return only_at_once(change) if part.name.lower() != desired.name.lower() else None
