"""What the user is told: one type for every error, warning and notice, whatever it comes from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True, order=True)
class SourceRange:
    """A place in a file: lines and columns count from 1 in characters, the end is exclusive."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    text: str = ""
    """The first line of the range as it stands in the file."""

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


class Place(Protocol):
    """Where a value was written; `range` goes down to one of its keys or items, `value` to what stands there."""

    def range(self, *path: str | int) -> SourceRange: ...

    def value(self, *path: str | int) -> SourceRange: ...


@dataclass(frozen=True, slots=True)
class Code:
    """A kind of diagnostic. The summary is constant, so that readers learn to recognise it."""

    id: str
    severity: Severity
    summary: str
    meaning: str
    way_out: str
    example: str = ""
    """What leads to it: a few lines of a spec or of a training file, a command, or a service's answer."""

    def at(
        self,
        range: SourceRange | None = None,
        detail: str = "",
        *,
        hint: str = "",
        address: str = "",
        facts: str = "",
        related: Iterable[tuple[str, SourceRange]] = (),
    ) -> Diagnostic:
        return Diagnostic(self, detail, hint=hint, address=address, range=range, facts=facts, related=tuple(related))


@dataclass(frozen=True, slots=True)
class Diagnostic:
    code: Code
    detail: str = ""
    """Full sentences: what exactly, and what to do."""
    hint: str = ""
    """A few words that stand beside the caret."""
    address: str = ""
    range: SourceRange | None = None
    facts: str = ""
    """What a vendor's support asks for: status, code, request id."""
    related: tuple[tuple[str, SourceRange], ...] = ()
    """Other places that belong to the problem, each with a word on how."""

    @property
    def severity(self) -> Severity:
        return self.code.severity

    @property
    def sort_key(self) -> tuple[object, ...]:
        order = list(Severity).index(self.severity)
        where = (self.range.path, self.range.line, self.range.column) if self.range else ("", 0, 0)
        return (order, where, self.address, self.code.id, self.detail)


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    return any(d.severity is Severity.ERROR for d in diagnostics)


def in_order(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Errors first, then by place; the same order whatever the order of discovery."""
    return tuple(sorted(set(diagnostics), key=lambda d: d.sort_key))
