"""`reconciler github apply`: does what merged pull requests showed, and says so there."""

from __future__ import annotations

import functools
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click
import orjson

from reconciler.cli.github.child import Ended, run
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
from reconciler.cli.github.plan import FILE, make
from reconciler.cli.github.publish import outputs_of
from reconciler.cli.github.validate import check, refuse
from reconciler.cli.github.world import Place, world
from reconciler.github import approvals
from reconciler.model import codes
from reconciler.model.diagnostics import has_errors
from reconciler.planning.covering import together
from reconciler.planning.planformat import PlanDocument
from reconciler.render import annotations as notes
from reconciler.render.apply_result import Done, headline, render
from reconciler.render.diagnostics import as_json

_INERT = ("-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false")
"""What git is told, so that nothing in the checkout makes it run anything."""
_ON_ITS_WAY = ("submitted", "under way", "later", "paused")


@dataclass(frozen=True, slots=True)
class Approved:
    """What may be applied: the plans of merged pull requests, the plan with a digest, or anything."""

    merged: Sequence[approvals.Merged]
    anything: bool
    digest: str


@click.command()
@root_argument
@common_options
@world_options
@option(
    "--approval",
    type=click.Choice(["pull-request", "none"]),
    default="pull-request",
    show_default=True,
    help="Whether merged pull requests must have shown the plan.",
)
@option("--approve", default="", metavar="DIGEST", help="Approve the plan with this digest by hand.")
@option(
    "--wait/--no-wait",
    default=False,
    help="Follow runs to their end (offline always).",
)
@option("--timeout", default="", metavar="TIME", help="Stop watching after 90s, 15m, 2h ...")
def apply(
    root: Path,
    targets: str,
    arguments: str,
    author: str,
    offline: bool,
    base: Path | None,
    approval: str,
    approve: str,
    wait: bool,
    timeout: str,
) -> None:
    """Plan the specs below ROOT anew and apply what was approved; refuse the rest, unless it is progress.

    Approved is what the plan comments of merged pull requests show, back to the last apply that converged.
    """
    extra = words(arguments, targets)
    follow = [*(["--wait"] if wait or offline else ["--no-wait"]), *(["--timeout", timeout] if timeout else [])]
    with hub(author) as here:
        found = check(root)
        if has_errors(found):
            refuse(here, root, found)
            sys.exit(1)
        with world(root, base, offline=offline) as place:
            merged = _merged(here, root, extra) if approval == "pull-request" else []
            approved = Approved(merged, approval == "none", approve)
            done = _apply(here, root, extra, place, follow, approved)
        click.echo(headline(done))
        if done.state == "refused":
            tell(codes.PLAN_UNAPPROVED.at(detail=f"{codes.PLAN_UNAPPROVED.way_out} Its digest is {done.digest}."))
        if done.left:
            tell(codes.CHANGES_LEFT.at(detail=f"{', '.join(done.left[:10])}. {codes.CHANGES_LEFT.way_out}"))
        here.summary(render(done))
        fine = [_report(here, root, extra, place, pull, done) for pull in merged]
    sys.exit(0 if done.fine and all(fine) else 1)


def _merged(here: Hub, root: Path, extra: list[str]) -> list[approvals.Merged]:
    """Merged pull requests that are not done; without them nothing is approved, so an error of GitHub's ends it."""
    client, comments = here.client, here.comments
    if client is None or comments is None:
        return []
    head = _head()
    about = marker(approvals.PLAN, root, extra, {})
    found, _ = attempt(lambda: approvals.unfinished(client, comments, about, here.run.branch, head), lenient=False)
    if found is None:
        sys.exit(1)
    return found


def _head() -> str:
    """The commit that is checked out: the branch's head, which may be later than the event's; "" where git is not."""
    command = ["git", *_INERT, "rev-parse", "--verify", "HEAD"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    except OSError:
        return ""


def _apply(
    here: Hub, root: Path, extra: Sequence[str], place: Place, follow: Sequence[str], approved: Approved
) -> Done:
    """Plan anew; hand what was approved to `apply` as a saved plan, which is refused where the new one does more."""
    ended, current = make(root, extra, Path(FILE), place)
    if current is None:
        return Done("failed", told=ended.err or ended.out)
    annotate(notes.lines([as_json(d.as_diagnostic()) for d in current.diagnostics]))
    here.outputs(outputs_of(current, Path(FILE)))
    digest = current.digest.changes
    if approved.anything or approved.digest == digest:
        saved = current
    else:
        saved = together(current, list(_plans(here, place, approved.merged)))
        if here.run.scheduled:
            return _go_on(current, saved, place, follow)
    return _run(saved, digest, place, follow)


def _go_on(current: PlanDocument, approved: PlanDocument, place: Place, follow: Sequence[str]) -> Done:
    """Nobody waits for a scheduled apply: what was approved goes on, and the rest is left for somebody to look at."""
    digest = current.digest.changes
    saved, left = approvals.part(current, approved)
    if saved is None:
        return Done("converged", digest=digest, left=left)
    return replace(_run(saved, digest, place, follow), left=left)


def _run(saved: PlanDocument, digest: str, place: Place, follow: Sequence[str]) -> Done:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "approved.json"
        file.write_bytes(saved.as_bytes())
        ended = run(["apply", str(file), "--format", "json", *follow], place.env, show=_log_line)
    return _done(ended, digest)


def _plans(here: Hub, place: Place, merged: Sequence[approvals.Merged]) -> Iterator[PlanDocument]:
    """What was shown for an emulator approves nothing elsewhere."""
    client = here.client
    if client is None:
        return
    for pull in merged:
        post = pull.approved
        if post.marker and post.marker.facts.get("world") == place.kind:
            plan, fine = attempt(functools.partial(approvals.approved_plan, client, post), lenient=False)
            if not fine:
                sys.exit(1)
            if plan:
                yield plan


def _report(here: Hub, root: Path, extra: list[str], place: Place, pull: approvals.Merged, done: Done) -> bool:
    """The result on the pull request; whether that could be said."""
    facts = {"state": done.state, "world": place.kind, "digest": done.digest}
    body = render(done) + "\n" + footer(here.run, place.note) + "\n"
    return here.comment(pull.number, marker(approvals.APPLY, root, extra, facts), body)


def _log_line(line: str) -> str:
    try:
        said = orjson.loads(line)
    except orjson.JSONDecodeError:
        return line
    return "" if said["type"] in ("version", "planned_change") else f"{said['@timestamp'][11:19]} {said['@message']}\n"


def _done(ended: Ended, digest: str) -> Done:
    said = [s for line in ended.out.splitlines() if (s := _read(line))]
    steps = [s for s in said if s["type"] in ("apply_complete", "apply_errored")]
    problems = [s["diagnostic"] for s in said if s["type"] == "diagnostic"]
    results = Counter(str(s["result"]) for s in steps)
    if codes.PLAN_STALE.id in ended.err:
        state = "refused"
    elif ended.status:
        state = "failed"
    else:
        state = "under way" if any(results[r] for r in _ON_ITS_WAY) else approvals.CONVERGED
    return Done(state, steps, problems, ended.err, digest)


def _read(line: str) -> dict[str, Any] | None:
    try:
        said = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return said if isinstance(said, dict) and "type" in said else None
