"""The issue about drift, in Markdown: its title, its body, and what is said when something changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.render.drift import in_words
from reconciler.render.fences import fenced
from reconciler.render.markdown.escaping import code, prose
from reconciler.render.plan import value
from reconciler.render.text import clean, pad, plural

_LIMIT = 40_000
_TITLE = 200
"""Characters of a name in a title; GitHub takes 256 in all."""


def title(report: Mapping[str, Any]) -> str:
    return f"Drift in the estate {clean(report['estate'])[:_TITLE]}"


def render(report: Mapping[str, Any], told: str) -> str:
    """The body; `told` is `words` of the same report."""
    if not report["findings"]:
        return f"### No drift in {code(report['estate'])}\n\n{prose(' '.join(in_words(report)))}\n"
    head = f"### {plural(len(report['findings']), 'drift')} in {code(report['estate'])}"
    parts = [head, prose(" ".join(in_words(report))), fenced(told, limit=_LIMIT)]
    if report.get("patch"):
        fold = f"{fenced(report['patch'], 'diff', limit=_LIMIT // 4)}\n\n</details>"
        parts.append(f"<details><summary>The change of the specs that keeps what is live</summary>\n\n{fold}")
    parts.append(
        "The next step stands below each finding. To hear no more of exactly these, close the issue as not planned; "
        "anything new opens it again."
    )
    return "\n\n".join(parts) + "\n"


def words(report: Mapping[str, Any]) -> str:
    """Each finding with its values, who did it, and the next step."""
    return "\n\n".join("\n".join(_finding(f)) for f in report["findings"])


def news(report: Mapping[str, Any]) -> str:
    """The comment that is made when the findings are others than before."""
    listed = "\n".join(f"{pad(f['cause'], 10)} {f['address']}" for f in report["findings"])
    return f"The findings have changed; now it is these:\n\n{fenced(listed, limit=5_000)}\n\n"


def clean_again(report: Mapping[str, Any]) -> str:
    """The comment with which the issue is closed."""
    return f"{prose(' '.join(in_words(report)))}\n\n"


def unread(told: str) -> str:
    """For the summary of a run that could not look at everything."""
    return f"### Drift is not known\n\nNot everything could be read.\n\n{fenced(told, limit=_LIMIT)}\n"


def _finding(finding: Mapping[str, Any]) -> Iterator[str]:
    yield f"! {pad(finding['cause'], 10)} {finding['address']}"
    before, after = finding["change"]["before"], finding["change"]["after"]
    column = max((len(name) for name in after), default=0) + 3
    for name, live in after.items():
        yield f"  {pad(name, column)}{value(name, before.get(name))} last applied   {value(name, live)} live"
    if finding["detail"]:
        yield f"  {finding['detail']}"
    if finding["by"] or finding["at"]:
        yield "  " + ", ".join(part for part in (f"by {finding['by']}" if finding["by"] else "", finding["at"]) if part)
    yield f"  {finding['next_step']}"
