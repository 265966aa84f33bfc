"""Drift: what changed behind the specs, and what caused it.

Spec against last applied is a change of ours; live against last applied is drift. This room says only what the facts
say: a field that moved, tags that are gone, a run that somebody cancelled, a deployment that the activity log knows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import orjson

from reconciler.model.address import Address
from reconciler.model.diagnostics import Diagnostic, SourceRange
from reconciler.planning.changes import FieldChange
from reconciler.planning.scope import Scope
from reconciler.planning.unset import Unset
from reconciler.specs.patch import Edit, diff


class Cause(StrEnum):
    """What happened to a live object; the value is the word that people read."""

    EDITED = "edited"
    UPGRADED = "upgraded"
    UNTAGGED = "untagged"
    RETAGGED = "retagged"
    FAILED = "failed"
    DELETED = "deleted"
    EXPIRED = "expired"
    VANISHED = "vanished"
    CANCELLED = "cancelled"
    RETIRED = "retired"


GONE = (Cause.DELETED, Cause.EXPIRED, Cause.VANISHED)
"""Causes of a deployment that is not there any more."""


@dataclass(frozen=True, slots=True)
class Drift:
    """A live object that somebody or something changed behind the specs."""

    address: Address
    cause: Cause
    fields: tuple[FieldChange, ...] = ()
    """`before` is the value last applied, `after` the live one."""
    by: str = ""
    at: str = ""
    """When, as the service writes it: ISO 8601; empty where nobody says."""
    detail: str = ""
    """What happened, where the fields do not say it: a clause without a full stop."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One drift, with what an operator may do about it."""

    drift: Drift
    next_step: str
    """What apply does about it, and the other way; a sentence or two."""
    place: SourceRange
    """Where the specs speak of it."""
    accepts: tuple[Edit, ...] = field(default=(), compare=False, repr=False)
    """The edits of the specs that accept the live values; none where that is not sensible."""

    @property
    def patch(self) -> str:
        """A unified diff of the spec file; empty where there is nothing to accept."""
        return diff(self.accepts)


@dataclass(frozen=True, slots=True)
class DriftReport:
    """Everything that changed behind the specs. Without `complete` there may be more than was seen."""

    estate: str
    findings: tuple[Finding, ...]
    """By address."""
    complete: bool
    """Whether every target could be read, and the activity log where it was needed."""
    diagnostics: tuple[Diagnostic, ...]
    """What could not be read."""
    ahead: int
    """Changes that the specs ask for by themselves: not drift, apply makes them."""
    scope: Scope
    """What of the specs was looked at."""
    observed_at: int
    unset: tuple[Unset, ...] = ()
    """Fields that left the specs and stay as they are: no drift, and nobody vouches for them."""

    @property
    def patch(self) -> str:
        """A unified diff that accepts every live value that can be accepted."""
        return diff(edit for f in self.findings for edit in f.accepts)

    @property
    def drifted(self) -> bool:
        return bool(self.findings)

    @property
    def digest(self) -> str:
        """64 hex digits that stay the same while the findings do, whenever and in whatever order they are seen."""
        seen = sorted([str(f.drift.address), f.drift.cause.value, _sides(f.drift.fields)] for f in self.findings)
        return hashlib.sha256(orjson.dumps(seen, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _sides(fields: Sequence[FieldChange]) -> dict[str, Any]:
    return {f.field: [f.before, f.after] for f in fields}
