"""Diagnostics as SARIF 2.1.0, which code-scanning pages and editors read.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from reconciler.model.diagnostics import Code, Diagnostic, Severity, SourceRange, in_order

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTICE: "note"}
SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def as_sarif(diagnostics: Iterable[Diagnostic], version: str) -> dict[str, Any]:
    """One run; `version` is the tool's."""
    ordered = in_order(diagnostics)
    rules = {d.code.id: d.code for d in ordered}
    driver = {"name": "reconciler", "version": version, "rules": [_rule(rules[id]) for id in sorted(rules)]}
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": [_result(d) for d in ordered]}
        ],
    }


def _rule(code: Code) -> dict[str, Any]:
    return {
        "id": code.id,
        "shortDescription": {"text": code.summary},
        "fullDescription": {"text": code.meaning},
        "help": {"text": code.way_out},
        "defaultConfiguration": {"level": _LEVELS[code.severity]},
    }


def _result(d: Diagnostic) -> dict[str, Any]:
    text = " ".join(part for part in (d.address, d.detail, d.hint) if part) or d.code.summary
    result: dict[str, Any] = {"ruleId": d.code.id, "level": _LEVELS[d.severity], "message": {"text": text}}
    if d.range:
        result["locations"] = [_location(d.range)]
    if d.related:
        result["relatedLocations"] = [_location(at) | {"message": {"text": word}} for word, at in d.related]
    return result


def _location(at: SourceRange) -> dict[str, Any]:
    path = PurePath(at.path)
    uri = path.as_uri() if path.is_absolute() else quote(path.as_posix())
    region = {
        "startLine": at.line,
        "startColumn": at.column,
        "endLine": at.end_line,
        "endColumn": at.end_column,
    }
    return {"physicalLocation": {"artifactLocation": {"uri": uri}, "region": region}}
