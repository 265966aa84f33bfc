"""The format of a plan as JSON, key by key: what is written, saved, shown and published as a JSON Schema.

The shape follows Terraform's (`resource_changes[].change.actions`, `action_reason`, `resource_drift`). Readers ignore
keys that they do not know and refuse another major `format_version`. A key that a later 1.x adds needs a default here,
so that older plans can still be read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any, Literal

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from reconciler.model.address import Kind
from reconciler.model.diagnostics import Code, Diagnostic, Severity, SourceRange
from reconciler.model.selection import Selection
from reconciler.planning.changes import Action, FieldChange, Unknown
from reconciler.planning.costs.costformat import ChangeCostPart, PlanCostPart

FORMAT_VERSION = "1.0"
_FIELDS = ("name", "model", "source", "sku", "capacity", "content_filter", "version_upgrade")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="allow")


class AskedPart(_Part):
    """What the operator asked for; a saved plan is made again in the same way before it is applied."""

    select: tuple[str, ...] = Field(description="Address globs that limit the plan.")
    target: tuple[str, ...] = Field(description="Targets that limit the plan.")
    prune: bool = Field(description="Whether what is owned and no longer wanted is destroyed.")
    allow_large_change: bool = Field(False, description="Whether the guard against large changes is off.")
    destroy: bool = Field(False, description="Whether everything that the estate owns is to go.")
    allow_over_budget: bool = Field(False, description="Whether the plan may go over the budget.")

    @property
    def selection(self) -> Selection:
        return Selection(self.select, self.target)


class TargetPart(_Part):
    """One target that was looked at."""

    name: str
    objects: int = Field(description="Live files, runs, fine-tuned models and deployments that were seen.")
    complete: bool = Field(description="Whether everything on it could be read.")


class WantedPart(_Part):
    """What the specs hold."""

    runs: int
    deployments: int


class DigestPart(_Part):
    """SHA-256, in hex."""

    specs: str = Field(description="Of everything wanted, wherever in the files it stands.")
    changes: str = Field(description="Of the estate and what apply would write: each key, action and value.")


class SummaryPart(_Part):
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


class ValuesPart(_Part):
    """Values before and after: a run's ingredients, a deployment's fields by their names in the specs."""

    actions: tuple[Literal["no-op", "create", "update", "delete"], ...]
    before: dict[str, Any] | None = Field(description="Live values; null where nothing is live.")
    after: dict[str, Any] = Field(description="Wanted values, as far as they are known.")
    after_unknown: dict[str, bool] = Field(description="Fields whose value only the apply will bring to light.")


class PlacePart(_Part):
    """Where in the specs the cause stands; lines count from 1."""

    filename: str
    line: int


class ChangePart(_Part):
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
        if self.action is Action.DELETE:
            return _in_order((name for name in before if name != "name" or before[name] != self.name), before, known)
        return _in_order(known, before, known)


class OrphanPart(_Part):
    """A live deployment of the estate that nothing wants."""

    address: str
    target: str
    name: str
    reason: str
    protected: bool


class LeftoverPart(_Part):
    """A model, a training file or an unfinished run of the estate that nothing wants."""

    kind: Literal["model", "run", "file"]
    address: str
    target: str
    name: str = Field(description="The model's or run's id, the file's name.")
    kept: str = Field(description="Why it stays even with --prune; empty where that takes it.")
    spared: bool = Field(description="Whether only retention keeps it.")


class DriftValues(_Part):
    before: dict[str, Any] = Field(description="Values last applied.")
    after: dict[str, Any] = Field(description="Live values.")


class DriftPart(_Part):
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


class PointPart(_Part):
    line: int
    column: int


class RangePart(_Part):
    """A place in a file: lines and columns count from 1 in characters, the end is exclusive."""

    filename: str
    start: PointPart
    end: PointPart
    code: str = Field("", description="The first line of the range as it stands in the file.")

    def as_range(self) -> SourceRange:
        return SourceRange(
            self.filename, self.start.line, self.start.column, self.end.line, self.end.column, text=self.code
        )


class RelatedPart(_Part):
    """Another place that belongs to the problem."""

    note: str
    range: RangePart


class DiagnosticPart(_Part):
    severity: Severity
    code: str
    summary: str
    detail: str
    hint: str = ""
    facts: str = ""
    address: str = ""
    range: RangePart | None = None
    related: tuple[RelatedPart, ...] = ()

    def as_diagnostic(self) -> Diagnostic:
        """The value as it was when the plan was made."""
        code = Code(self.code, self.severity, self.summary, meaning="", way_out="")
        at = self.range.as_range() if self.range else None
        related = tuple((r.note, r.range.as_range()) for r in self.related)
        return Diagnostic(
            code, self.detail, hint=self.hint, address=self.address, range=at, facts=self.facts, related=related
        )


class PlanDocument(_Part):
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
    wanted: WantedPart
    digest: DigestPart
    summary: SummaryPart
    cost: PlanCostPart | None = None
    resource_changes: tuple[ChangePart, ...]
    orphans: tuple[OrphanPart, ...]
    leftovers: tuple[LeftoverPart, ...] = ()
    resource_drift: tuple[DriftPart, ...]
    diagnostics: tuple[DiagnosticPart, ...]

    @property
    def objects(self) -> int:
        return sum(t.objects for t in self.targets)

    def as_json(self) -> dict[str, Any]:
        """What was read, and keys of a later 1.x with it."""
        return self.model_dump(mode="json", exclude_unset=True)


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of the format."""
    made = PlanDocument.model_json_schema()
    version = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": f"reconciler plan {FORMAT_VERSION}"}
    return version | {key: value for key, value in made.items() if key not in version}


def read_document(raw: bytes) -> PlanDocument:
    """Read a plan as JSON; raises `ValueError` for anything else, and for another major version."""
    data = orjson.loads(raw)
    if not isinstance(data, dict) or "resource_changes" not in data:
        raise ValueError("it has no resource_changes")
    version = str(data.get("format_version"))
    if version.split(".")[0] != FORMAT_VERSION.split(".")[0]:
        raise ValueError(f"its format_version is {version}, this release reads {FORMAT_VERSION}")
    try:
        return PlanDocument.model_validate_json(raw)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise ValueError(f"{'.'.join(map(str, first['loc']))}: {first['msg'].lower()}") from error


def read_saved(raw: bytes) -> PlanDocument:
    """Read a saved plan; raises `ValueError` also where its changes are not those that its digest speaks of."""
    saved = read_document(raw)
    if changes_digest(saved.estate, orjson.loads(raw)["resource_changes"]) != saved.digest.changes:
        raise ValueError("its changes do not have its digest: the file was altered")
    return saved


def changes_digest(estate: str, changes: Iterable[Mapping[str, Any]]) -> str:
    """Of what apply would write. Words, costs, line numbers and how far runs are leave it as it is."""
    writing = {action.value for action in Action if action.writes}
    told = [
        [c["key"], c["action"], c["change"]["after"], c["change"]["after_unknown"]]
        for c in changes
        if c["action"] in writing
    ]
    return digest([estate, sorted(told, key=lambda change: str(change[0]))])


def digest(value: object) -> str:
    return hashlib.sha256(orjson.dumps(value, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _in_order(names: Iterable[str], before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[FieldChange, ...]:
    def rank(name: str) -> tuple[int, str]:
        return (_FIELDS.index(name) if name in _FIELDS else len(_FIELDS), name)

    ordered = sorted(names, key=lambda n: (n == "protect", rank(n)))
    return tuple(FieldChange(name, before.get(name), after.get(name)) for name in ordered)
