"""`reconciler github drift`: one issue for what changed behind the specs."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click
import orjson

from reconciler.cli.github.child import run, silent
from reconciler.cli.github.hub import (
    Hub,
    annotate,
    attempt,
    common_options,
    footer,
    hub,
    marker,
    option,
    root_argument,
    tell,
    words,
    world_options,
)
from reconciler.cli.github.validate import check, refuse
from reconciler.cli.github.world import Place, world
from reconciler.github.issues import Issue
from reconciler.model import codes
from reconciler.model.diagnostics import has_errors
from reconciler.render import annotations as notes
from reconciler.render import drift_issue

KIND = "drift"


@click.command()
@root_argument
@common_options
@world_options
@option("--comment/--no-comment", "issue", default=True, help="Keep an issue about the drift.")
def drift(root: Path, targets: str, arguments: str, author: str, offline: bool, base: Path | None, issue: bool) -> None:
    """Look for drift below ROOT and keep one issue about it: edited in place, closed by a complete clean read.

    Ends with 0 also when there is drift: the issue says so. Ends with 1 when not everything could be read; then the
    issue stays as it was, for errors are not drift.
    """
    extra = words(arguments, targets)
    with hub(author) as here:
        found = check(root)
        if has_errors(found):
            refuse(here, root, found)
            sys.exit(1)
        with world(root, base, offline=offline) as place:
            report, told = _look(root, extra, place)
        if report is None or not report["complete"]:
            problems = report["diagnostics"] if report else []
            annotate(notes.lines(problems))
            here.summary(drift_issue.unread(told or drift_issue.problems(problems)))
            sys.exit(1)
        here.outputs({"drift": str(bool(report["findings"])).lower(), "digest": report["digest"]})
        here.summary(drift_issue.render(report, told))
        annotate(_findings(report))
        fine = _keep(here, root, extra, report, told) if issue else True
    sys.exit(0 if fine else 1)


def _look(root: Path, extra: Sequence[str], place: Place) -> tuple[dict[str, Any] | None, str]:
    """The report, and the same in words."""
    ended = run(["drift", str(root), "--format", "json", *extra], place.env, show=silent)
    try:
        report = orjson.loads(ended.out)
    except orjson.JSONDecodeError:
        return None, ended.err or ended.out
    return report, drift_issue.words(report)


def _keep(here: Hub, root: Path, extra: list[str], report: Mapping[str, Any], told: str) -> bool:
    issues = here.issues
    if issues is None:
        tell(codes.GITHUB_OUTSIDE.at(detail=codes.GITHUB_OUTSIDE.way_out))
        return True
    about = marker(KIND, root, extra, {"digest": report["digest"]})
    body = drift_issue.render(report, told) + "\n" + footer(here.run) + "\n"

    def keep() -> Issue | None:
        if report["findings"]:
            return issues.report(about, drift_issue.title(report), body, drift_issue.news(report) + footer(here.run))
        return issues.resolve(about, body, drift_issue.clean_again(report) + footer(here.run))

    _, fine = attempt(keep, lenient=False)
    return fine


def _findings(report: Mapping[str, Any]) -> Iterator[str]:
    """At the lines that speak of what has drifted."""
    for finding in report["findings"][: notes.MOST]:
        title, at = f"{finding['cause']} {finding['address']}", finding["range"]
        yield notes.notice(title, finding["next_step"], at["filename"], at["line"])
