"""A drift report, for people and for programs."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from reconciler.planning.drift import Cause, DriftReport, Finding
from reconciler.planning.planfile import unset_part
from reconciler.planning.scopeformat import ScopePart
from reconciler.render import scope
from reconciler.render.diagnostics import as_json as diagnostic_json
from reconciler.render.plan import LEFT, left, sides, value
from reconciler.render.text import Style, clean, pad, plural, when

FORMAT_VERSION = "1.0"
COLUMNS = 80
_WORD = max(len(cause) for cause in Cause)
INDENT = " " * (_WORD + 5)


def render(report: DriftReport, style: Style) -> str:
    """Each finding with its cause and the next step, then a line that counts them."""
    parts = ["\n".join(_finding(f, style)) for f in report.findings]
    stays = left(map(unset_part, report.unset))
    parts += ["\n".join([LEFT, *(style(line, "dim") for line in stays)])] if stays else []
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
    told = summary(ScopePart.of(report.scope), _counts(report), complete=report.complete)
    lines = [line for sentence in told for line in textwrap.wrap(sentence, COLUMNS)]
    head = next((h for h in (NONE, UNKNOWN) if lines[0].startswith(h)), lines[0])
    color = {NONE: ["green"], UNKNOWN: ["yellow"]}.get(head, [])
    lines[0] = style(head, "bold", *color) + lines[0].removeprefix(head)
    if report.ahead:
        many = "change waits" if report.ahead == 1 else "changes wait"
        lines.append(f"The specs are ahead: {report.ahead} {many} for an apply.")
    elif report.findings and report.complete and report.scope.whole:
        lines[-1] += " The specs are otherwise applied."
    return "\n".join(lines)


def _counts(report: DriftReport) -> dict[str, int]:
    return dict(Counter("run" if f.drift.address.kind == "job" else f.drift.address.kind for f in report.findings))


NONE, UNKNOWN = "No drift", "No drift found"


def summary(seen: ScopePart, drifted: Mapping[str, int], *, complete: bool) -> list[str]:
    """What a report says of everything that was looked at; `drifted` is by kind, `deployment` and `run`."""
    if drifted:
        wanted = {"deployment": seen.deployments, "run": seen.runs}
        # On a target that was read in part there is drift, but not all that there may be.
        shown = [
            f"{n} of {plural(wanted[kind], kind)}" if complete and not seen.unread else plural(n, kind)
            for kind, n in sorted(drifted.items())
        ]
        more = scope.limits(seen) or ("" if complete else "Not everything could be read: there may be more.")
        return [f"Drift: {' and '.join(shown)}.", *([more] if more else [])]
    if not complete and not seen.unread:
        return [f"{UNKNOWN}, but not everything could be read."]
    if not seen.whole:
        return [scope.nothing(NONE if complete else UNKNOWN, seen)]
    wanted_words = scope.counted(seen) or "no deployment and no run"
    return [f"{NONE}. The specs want {wanted_words}; nothing was changed behind them."]


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
            "deployments": report.scope.deployments,
            "runs": report.scope.runs,
            "targets": len(report.scope.targets),
        },
        "scope": ScopePart.of(report.scope).model_dump(mode="json"),
        "findings": [_finding_json(f) for f in report.findings],
        "unset": [unset_part(x).model_dump() for x in report.unset],
        "patch": report.patch,
        "diagnostics": [diagnostic_json(d) for d in report.diagnostics],
    }


def in_words(report: Mapping[str, Any]) -> list[str]:
    """`summary` of a report as `as_json` writes it."""
    kinds = Counter("run" if f["type"] == "job" else str(f["type"]) for f in report["findings"])
    return summary(ScopePart.model_validate_json(orjson.dumps(report["scope"])), kinds, complete=report["complete"])


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
