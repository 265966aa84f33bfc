"""Diagnostics in the JSON plan."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from reconciler.model.diagnostics import Code, Diagnostic, Severity, SourceRange
from reconciler.planning.part import Part


class PointPart(Part):
    line: int
    column: int


class RangePart(Part):
    """A place in a file: lines and columns count from 1 in characters, the end is exclusive."""

    filename: str
    start: PointPart
    end: PointPart
    code: str = Field("", description="The first line of the range as it stands in the file.")

    @classmethod
    def of(cls, at: SourceRange) -> RangePart:
        text: dict[str, Any] = {"code": at.text} if at.text else {}
        start, end = PointPart(line=at.line, column=at.column), PointPart(line=at.end_line, column=at.end_column)
        return cls(filename=at.path, start=start, end=end, **text)

    def as_range(self) -> SourceRange:
        return SourceRange(
            self.filename, self.start.line, self.start.column, self.end.line, self.end.column, text=self.code
        )


class RelatedPart(Part):
    """Another place that belongs to the problem."""

    note: str
    range: RangePart


class DiagnosticPart(Part):
    severity: Severity
    code: str
    summary: str
    detail: str
    hint: str = ""
    facts: str = ""
    address: str = ""
    range: RangePart | None = None
    related: tuple[RelatedPart, ...] = ()

    @classmethod
    def of(cls, found: Diagnostic) -> DiagnosticPart:
        texts = {"hint": found.hint, "facts": found.facts, "address": found.address}
        more: dict[str, Any] = {key: text for key, text in texts.items() if text}
        if found.range:
            more["range"] = RangePart.of(found.range)
        if found.related:
            more["related"] = tuple(RelatedPart(note=note, range=RangePart.of(at)) for note, at in found.related)
        code = found.code
        return cls(severity=found.severity, code=code.id, summary=code.summary, detail=found.detail, **more)

    def as_diagnostic(self) -> Diagnostic:
        """The value as it was when the plan was made."""
        code = Code(self.code, self.severity, self.summary, meaning="", way_out="")
        at = self.range.as_range() if self.range else None
        related = tuple((r.note, r.range.as_range()) for r in self.related)
        return Diagnostic(
            code, self.detail, hint=self.hint, address=self.address, range=at, facts=self.facts, related=related
        )
