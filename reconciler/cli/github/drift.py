"""`reconciler github drift`: one issue for what changed behind the specs."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from reconciler import __version__
from reconciler.api.estate import Estate
from reconciler.cli.compose import connected
from reconciler.cli.github.asking import Looked, for_drift, words
from reconciler.cli.github.hub import (
    Hub,
    annotate,
    attempt,
    common_options,
    footer,
    hub,
    log,
    marker,
    option,
    root_argument,
    tell,
    world_options,
)
from reconciler.cli.github.making import TERMINAL
from reconciler.cli.github.validate import PLAIN, check, refuse
from reconciler.cli.github.world import Place, world
from reconciler.engine import operations
from reconciler.engine.context import Stop
from reconciler.github.issues import Issue
from reconciler.model import codes
from reconciler.model.diagnostics import Diagnostic
from reconciler.model.errors import DiagnosticsError
from reconciler.render import annotations as notes
from reconciler.render import diagnostics as render_diagnostics
from reconciler.render import drift as render_drift
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
    looked = for_drift(extra)
    with hub(author) as here:
        checked = check(root)
        if checked.estate is None:
            refuse(here, root, checked.found)
            sys.exit(1)
        with world(root, base, offline=offline) as place:
            report, found = _look(checked.estate, root, looked, place)
        if report is None or not report["complete"]:
            here.tell(found)
            here.summary(drift_issue.unread(render_diagnostics.render(found, PLAIN)))
            sys.exit(1)
        told = drift_issue.words(report)
        here.outputs({"drift": str(bool(report["findings"])).lower(), "digest": report["digest"]})
        here.summary(drift_issue.render(report, told))
        annotate(_findings(report))
        fine = _keep(here, root, extra, report, told) if issue else True
    sys.exit(0 if fine else 1)


def _look(
    estate: Estate, root: Path, looked: Looked, place: Place
) -> tuple[dict[str, Any] | None, Sequence[Diagnostic]]:
    """The report, None where nothing could be looked at, and what was found on the way."""
    try:
        with log(), connected(estate, place.where(looked.where), TERMINAL, Stop()) as there:
            report = operations.drift(there, looked.selection, looked.parallelism)
            click.echo(render_drift.render(report, PLAIN), nl=False)
    except DiagnosticsError as error:
        return None, error.diagnostics
    shown = render_drift.as_json(report, root=str(root), version=__version__)
    return shown, report.diagnostics


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
