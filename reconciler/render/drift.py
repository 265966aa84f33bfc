"""A drift report, for people and for programs."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Any

from reconciler.planning.drift import Cause, DriftReport, Finding
from reconciler.render.diagnostics import as_json as diagnostic_json
from reconciler.render.plan import sides, value
from reconciler.render.text import Style, clean, pad, plural, when

FORMAT_VERSION = "1.0"
COLUMNS = 80
_WORD = max(len(cause) for cause in Cause)
INDENT = " " * (_WORD + 5)


def render(report: DriftReport, style: Style) -> str:
    """Each finding with its cause and the next step, then a line that counts them."""
    parts = ["\n".join(_finding(f, style)) for f in report.findings]
    return "\n\n".join([*parts, _summary(report, style)]) + "\n"


def _finding(finding: Finding, style: Style) -> Iterator[str]:
    drift = finding.drift
    head = style(f"! {pad(drift.cause.value, _WORD)}", "yellow")
    yield f"  {head} {style(clean(str(drift.address)), 'bold')}"
    column = max((len(f.field) for f in drift.fields), default=0) + 3
    for f in drift.fields:
        before, after = value(f.field, f.before), value(f.field, f.after)
        yield from sides(INDENT, pad(clean(f.field), column), before, after)
    yield from _wrapped(drift.detail)
    if drift.by or drift.at:
        who = ", ".join(part for part in (f"by {drift.by}" if drift.by else "", when(drift.at)) if part)
        for line in _wrapped(who):
            yield style(line, "dim")
    yield from _wrapped(finding.next_step)


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(
        clean(text),
        COLUMNS,
        initial_indent=INDENT,
        subsequent_indent=INDENT,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _summary(report: DriftReport, style: Style) -> str:
    counts = [(report.deployments, "deployment"), (report.runs, "run")]
    if not report.findings:
        wanted = " and ".join(plural(n, word) for n, word in counts if n) or "no deployment and no run"
        told = "\n".join(textwrap.wrap(f"No drift. The specs want {wanted}; nothing was changed behind them.", COLUMNS))
        line = told.replace("No drift.", style("No drift.", "bold", "green"), 1)
        if not report.complete:
            line = style("No drift on what could be read; not everything could.", "bold", "yellow")
    else:
        drifted = {
            kind: sum(1 for f in report.findings if f.drift.address.kind == kind) for kind in ("deployment", "job")
        }
        words = [
            f"{drifted[kind]} of {plural(n, word)}"
            for (n, word), kind in zip(counts, ("deployment", "job"), strict=True)
            if drifted[kind]
        ]
        line = style(f"Drift: {' and '.join(words)}.", "bold")
        if not report.complete:
            line += " Not everything could be read: there may be more."
    if report.ahead:
        many = "change waits" if report.ahead == 1 else "changes wait"
        return f"{line}\nThe specs are ahead: {report.ahead} {many} for an apply."
    return f"{line} The specs are otherwise applied." if report.findings and report.complete else line


def as_json(report: DriftReport, *, root: str, version: str) -> dict[str, Any]:
    """`digest` is the same while the findings are, whenever they are seen; readers ignore keys they do not know."""
    return {
        "format_version": FORMAT_VERSION,
        "reconciler_version": version,
        "estate": report.estate,
        "root": root,
        "complete": report.complete,
        "drifted": report.drifted,
        "digest": report.digest,
        "observed_at": report.observed_at,
        "summary": {
            "drift": len(report.findings),
            "ahead": report.ahead,
            "deployments": report.deployments,
            "runs": report.runs,
            "targets": report.targets,
        },
        "findings": [_finding_json(f) for f in report.findings],
        "patch": report.patch,
        "diagnostics": [diagnostic_json(d) for d in report.diagnostics],
    }


def _finding_json(finding: Finding) -> dict[str, Any]:
    drift, place = finding.drift, finding.place
    return {
        "address": str(drift.address),
        "type": drift.address.kind,
        "name": drift.address.name,
        "target": drift.address.target,
        "cause": drift.cause.value,
        "detail": drift.detail,
        "change": {
            "before": {f.field: f.before for f in drift.fields},
            "after": {f.field: f.after for f in drift.fields},
        },
        "by": drift.by,
        "at": drift.at,
        "next_step": finding.next_step,
        "range": {"filename": place.path, "line": place.line},
        "patch": finding.patch,
    }
