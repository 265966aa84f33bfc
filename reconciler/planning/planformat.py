"""The format of a plan as JSON, key by key: what is written, saved, shown and published as a JSON Schema.

The shape follows Terraform's (`resource_changes[].change.actions`, `action_reason`, `resource_drift`). Readers ignore
keys that they do not know and refuse another major `format_version`. A key that a later 1.x adds needs a default here,
so that older plans can still be read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from pydantic import Field

from reconciler.model.address import Kind
from reconciler.model.asked import Asked
from reconciler.model.selection import Selection
from reconciler.planning.changes import Action, FieldChange, Unknown
from reconciler.planning.costs.costformat import ChangeCostPart, PlanCostPart
from reconciler.planning.diagnosticformat import DiagnosticPart
from reconciler.planning.diff import same
from reconciler.planning.part import Part
from reconciler.planning.scopeformat import ScopePart

FORMAT_VERSION = "1.1"
_FIELDS = ("name", "model", "source", "sku", "capacity", "content_filter", "version_upgrade")
NOT_LIVE = frozenset({"strategy"})
"""Values that say how a deployment is written and are no field of it."""


class AskedPart(Part):
    """What the operator asked for; a saved plan is made again in the same way before it is applied."""

    select: tuple[str, ...] = Field(description="Address globs that limit the plan.")
    target: tuple[str, ...] = Field(description="Targets that limit the plan.")
    prune: bool = Field(description="Whether what is owned and no longer wanted is destroyed.")
    allow_large_change: bool = Field(False, description="Whether the guard against large changes is off.")
    destroy: bool = Field(False, description="Whether everything that the estate owns is to go.")
    allow_over_budget: bool = Field(False, description="Whether the plan may go over the budget.")

    def as_asked(self) -> Asked:
        """The value as it was when the plan was made."""
        return Asked(
            Selection(self.select, self.target),
            prune=self.prune,
            destroy=self.destroy,
            allow_large_change=self.allow_large_change,
            allow_over_budget=self.allow_over_budget,
        )


class TargetPart(Part):
    """One target that was looked at."""

    name: str
    objects: int = Field(description="Live files, runs, fine-tuned models and deployments that were seen.")
    complete: bool = Field(description="Whether everything on it could be read.")
    account: str = Field("", description="The account or project that the name stands for, and where it is reached.")


class WantedPart(Part):
    """What the specs hold."""

    runs: int
    deployments: int


class DigestPart(Part):
    """SHA-256, in hex."""

    specs: str = Field(description="Of everything wanted, wherever in the files it stands.")
    changes: str = Field(
        description="Of the estate and what apply would write: each key, account and action, the values before and "
        "after, and the runs that make those that are not known yet."
    )


class SummaryPart(Part):
    """How many changes of each sort; a replacement counts as one to add and one to destroy."""

    train: int
    add: int
    change: int
    destroy: int
    upload: int
    remove: int = Field(0, description="Training files that nothing needs any more.")
    wait: int
    cancel: int
    parked: int
    blocked: int


class MakerPart(Part):
    """The training run that makes, or has made, the model that a deployment is to serve."""

    job: str = Field(description="Address of the run.")
    fingerprint: str = Field(description="SHA-256 of its ingredients, in hex.")
    checkpoint: int | None = Field(None, description="Step of the checkpoint; null for the final model.")

    @property
    def identity(self) -> tuple[str, int | None]:
        """Equal for two references to one set of weights, whatever the job is called."""
        return self.fingerprint, self.checkpoint


class AtOncePart(Part):
    """What is written before the run that the rest of a deployment's change waits for."""

    name: str = Field(description="Of the live deployment.")
    before: dict[str, Any] = Field(description="Live values; a field that has none is not there yet.")
    after: dict[str, Any] = Field(description="The model, where it is written, is one that served before.")


class ValuesPart(Part):
    """Values before and after: a run's ingredients, a deployment's fields by their names in the specs."""

    actions: tuple[Literal["no-op", "create", "update", "delete"], ...]
    before: dict[str, Any] | None = Field(description="Live values; null where nothing is live.")
    after: dict[str, Any] = Field(description="Wanted values, as far as they are known.")
    after_unknown: dict[str, bool] = Field(description="Fields whose value only the apply will bring to light.")
    at_once: AtOncePart | None = Field(None, description="The part of a deployment's change that waits for no run.")
    made_by: dict[str, MakerPart] = Field({}, description="Fields whose value a training run makes or has made.")


class PlacePart(Part):
    """Where in the specs the cause stands; lines count from 1."""

    filename: str
    line: int


class ChangePart(Part):
    """One change to one thing, and why."""

    key: str = Field(description="Unique in the plan.")
    address: str = Field(description="dataset.NAME, job.NAME, job.CHAIN/STAGE or deployment.NAME@TARGET.")
    type: Kind
    name: str
    target: str
    action: Action
    action_reason: str = Field(description="A stable word for the reason; expect words that you do not know.")
    reason: str = Field(description='For people: completes "because ...".')
    notes: tuple[str, ...] = Field(description="Facts in a few words each, such as `412 rows`.")
    needs: tuple[str, ...] = Field(description="Keys of the changes that are made before this one.")
    change: ValuesPart
    range: PlacePart | None = None
    also: tuple[str, ...] = Field((), description="Other addresses that share this run.")
    cost: ChangeCostPart | None = None

    @property
    def fields(self) -> tuple[FieldChange, ...]:
        """Of a deployment, in the order of the specs' language."""
        if self.type != "deployment":
            return ()
        before = self.change.before or {}
        known = {**dict.fromkeys(self.change.after_unknown, Unknown.AFTER_TRAINING), **self.change.after}
        names = before if self.action is Action.DELETE else known
        return _in_order((name for name in names if self._tells(name, before, known)), before, known)

    def _tells(self, name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
        """Whether a value is worth a line: a name as the address has it is none, nor what a new deployment keeps."""
        if name == "name" and self.name in (before.get(name), after.get(name)):
            return False
        stays = name in before and name in after and same(name, before[name], after[name])
        return name not in NOT_LIVE and not stays


class UnsetPart(Part):
    """Fields of a deployment that left the specs: they stay as they are."""

    address: str
    target: str
    name: str = Field(description="Of the live deployment.")
    fields: dict[str, Any] = Field(description="Live values, which are those that were last applied.")


class OrphanPart(Part):
    """A live deployment of the estate that nothing wants."""

    address: str
    target: str
    name: str
    reason: str
    protected: bool
    unread: bool = Field(False, description="Whether its target could not be read in full, so that it stays.")


class LeftoverPart(Part):
    """A model, a training file or an unfinished run of the estate that nothing wants."""

    kind: Literal["model", "run", "file"]
    address: str
    target: str
    name: str = Field(description="The model's or run's id, the file's name.")
    kept: str = Field(description="Why it stays even with --prune; empty where that takes it.")
    spared: bool = Field(description="Whether only retention keeps it.")


class DriftValues(Part):
    before: dict[str, Any] = Field(description="Values last applied.")
    after: dict[str, Any] = Field(description="Live values.")


class DriftPart(Part):
    """A live object that somebody or something changed behind the specs."""

    address: str
    cause: str = Field(description="One word, such as `edited` or `expired`; expect words that you do not know.")
    detail: str = Field(description="What happened, where the fields do not say it.")
    change: DriftValues
    by: str
    at: str

    @property
    def fields(self) -> tuple[FieldChange, ...]:
        return _in_order(self.change.after, self.change.before, self.change.after)


class PlanDocument(Part):
    """A plan, as it is printed, saved and shown."""

    format_version: str
    reconciler_version: str
    estate: str
    root: str = Field(description="The spec root as the user named it.")
    asked: AskedPart
    complete: bool = Field(description="Whether every target could be read.")
    errored: bool = Field(description="Errors, or anything wanted that is blocked.")
    observed_at: int = Field(ge=0, lt=10**11, description="When the targets were looked at, in Unix seconds.")
    targets: tuple[TargetPart, ...]
    scope: ScopePart | None = Field(None, description="What of the specs the plan speaks of; since format 1.1.")
    wanted: WantedPart
    digest: DigestPart
    summary: SummaryPart
    cost: PlanCostPart | None = None
    resource_changes: tuple[ChangePart, ...]
    orphans: tuple[OrphanPart, ...]
    leftovers: tuple[LeftoverPart, ...] = ()
    unset: tuple[UnsetPart, ...] = ()
    resource_drift: tuple[DriftPart, ...]
    diagnostics: tuple[DiagnosticPart, ...]

    @property
    def objects(self) -> int:
        return sum(t.objects for t in self.targets)

    @property
    def has_befores(self) -> bool:
        """Whether it says from which values its changes start, and which runs make its models: since format 1.1."""
        return not re.fullmatch(r"1(\.0)?", self.format_version)

    @property
    def writing(self) -> tuple[ChangePart, ...]:
        """The changes that apply would make; to wait, for one, is not among them."""
        return tuple(c for c in self.resource_changes if c.action.writes)

    @property
    def accounts(self) -> dict[str, str]:
        """What the names of the targets stand for."""
        return {t.name: t.account for t in self.targets}

    def as_json(self) -> dict[str, Any]:
        """What was read, and keys of a later 1.x with it."""
        return self.model_dump(mode="json", exclude_unset=True)

    def as_bytes(self) -> bytes:
        """The document as it is printed and saved: UTF-8 JSON."""
        return self.model_dump_json(exclude_unset=True, indent=2).encode()


def _in_order(names: Iterable[str], before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[FieldChange, ...]:
    def rank(name: str) -> tuple[int, str]:
        return (_FIELDS.index(name) if name in _FIELDS else len(_FIELDS), name)

    ordered = sorted(names, key=lambda n: (n == "protect", rank(n)))
    return tuple(FieldChange(name, before.get(name), after.get(name)) for name in ordered)
