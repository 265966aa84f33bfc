"""A drift report on an issue or a summary: each finding with its cause, what moved, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from reconciler.planning.changes import FieldChange
from reconciler.planning.diagnosticformat import DiagnosticPart
from reconciler.planning.planformat import UnsetPart
from reconciler.render.drift import in_words
from reconciler.render.markdown import page
from reconciler.render.markdown.changes import FEW, field_lines
from reconciler.render.markdown.diagnostics import alerts
from reconciler.render.markdown.escaping import code, fence, label, prose
from reconciler.render.markdown.plan import left_alone
from reconciler.render.text import plural, utc, when

_TAIL = 1_000


def render(report: Mapping[str, Any], limit: int = page.COMMENT) -> str:
    """The report, as `drift --format json` writes it, in at most `limit` bytes."""
    parts = [_title(report), _subtitle(report)]
    told = [DiagnosticPart.model_validate_json(orjson.dumps(d)).as_diagnostic() for d in report["diagnostics"]]
    parts += alerts(told, limit // 5)
    patch = _patch(report["patch"], limit // 5)
    room = limit - page.size("\n\n".join([*parts, patch])) - _TAIL
    shown = page.fill(_findings(report), room)
    parts += shown
    if left := len(report["findings"]) - len(shown):
        parts.append(f"**{left:,} more** would not fit here: `reconciler drift` tells all of them.")
    parts += left_alone([UnsetPart.model_validate(x) for x in report.get("unset", ())])
    parts += [
        patch,
        f"<sub>Findings {code(report['digest'])} by reconciler {prose(report['reconciler_version'])}</sub>",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _title(report: Mapping[str, Any]) -> str:
    found = len(report["findings"])
    if found:
        return f"### {plural(found, 'drift')} in {label(report['estate'])}"
    limited = " in what was selected" if report["scope"]["select"] or report["scope"]["target"] else ""
    return f"### {f'No drift{limited}' if report['complete'] else 'Drift is not known'} in {label(report['estate'])}"


def _subtitle(report: Mapping[str, Any]) -> str:
    told = " ".join(in_words(report))
    seen = f"{plural(report['summary']['targets'], 'target')} observed {utc(report['observed_at'])}"
    parts = [f"{prose(told)} {seen}" if report["complete"] else f"**Incomplete:** {prose(told)} {seen}"]
    if ahead := report["summary"]["ahead"]:
        parts.append(f"The specs are ahead: {plural(ahead, 'change')} to apply.")
    return "\n\n".join(parts)


def _findings(report: Mapping[str, Any]) -> Iterator[str]:
    few = len(report["findings"]) <= FEW
    for finding in report["findings"]:
        who = f"by {finding['by']}" if finding["by"] else ""
        said = ", ".join(part for part in (who, when(finding["at"])) if part)
        sides = finding["change"]
        moved = [FieldChange(name, sides["before"].get(name), live) for name, live in sides["after"].items()]
        body = [
            prose(finding["detail"]),
            fence("diff", field_lines(moved, "last applied", "live")) if moved else "",
            f"**Next:** {prose(finding['next_step'])}",
        ]
        yield page.folded(page.headline(f"! {finding['cause']}", finding["address"], said), body, unfolded=few)


def _patch(patch: str, room: int) -> str:
    """The edit of the specs that accepts what is live; a part of one would be of no use."""
    if not patch:
        return ""
    shown = fence("diff", patch.rstrip("\n").split("\n"))
    if page.size(shown) > room:
        shown = "It would not fit here: `reconciler drift --format patch` prints it."
    return page.folded("The change of the specs that keeps what is live", [shown], unfolded=False)
