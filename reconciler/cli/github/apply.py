"""`reconciler github apply`: does what merged pull requests approved, and says so there."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click

from reconciler.api.estate import Estate
from reconciler.cli import options
from reconciler.cli.apply import check_bytes
from reconciler.cli.github.asking import Wanted, for_plan, words
from reconciler.cli.github.ending import allowed, of_each, state_of
from reconciler.cli.github.hub import (
    Hub,
    attempt,
    common_options,
    footer,
    hub,
    log,
    marker,
    option,
    root_argument,
    scope,
    tell,
    world_options,
)
from reconciler.cli.github.making import TERMINAL, Made, connection, make
from reconciler.cli.github.plan import FILE
from reconciler.cli.github.publish import outputs_of, save
from reconciler.cli.github.validate import PLAIN, check, refuse
from reconciler.cli.github.world import Place, world
from reconciler.cli.stopping import stops_after, stops_on_signals
from reconciler.engine import operations
from reconciler.engine.context import Stop
from reconciler.engine.operations import World
from reconciler.github import approvals
from reconciler.github.authority import Authority
from reconciler.model import codes
from reconciler.model.diagnostics import in_order
from reconciler.model.errors import DiagnosticsError
from reconciler.model.selection import Selection
from reconciler.planning.covering import Difference, covers, together
from reconciler.planning.plan import Plan
from reconciler.render.apply_result import Done, difference, headline, render
from reconciler.render.progress import ProgressLines

_INERT = ("-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false")
"""What git is told, so that nothing in the checkout makes it run anything."""
_WORKFLOW = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*\.ya?ml")


@dataclass(frozen=True, slots=True)
class Approved:
    """What may be applied: the plans of merged pull requests, the plan with a digest, or anything."""

    merged: Sequence[approvals.Merged]
    anything: bool
    digest: str

    def misses(self, made: Made) -> tuple[Difference, ...]:
        """What a plan would do that nobody approved."""
        if self.anything or self.digest == made.document.digest.changes:
            return ()
        plans = [pull.plan for pull in self.merged if pull.plan]
        return covers(together(made.document, plans), made.document)


@dataclass(frozen=True, slots=True)
class How:
    """How an apply is followed."""

    wait: bool
    timeout: float | None
    scheduled: bool
    """Nobody waits for it: what was approved goes on, and the rest is left for somebody to look at."""


def _seconds(context: click.Context, parameter: click.Parameter, text: str) -> float | None:
    return options.duration_seconds(context, parameter, text or None)


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
    "--plan-workflow",
    default="plan.yml",
    show_default=True,
    metavar="FILE",
    help="Workflow below .github/workflows whose runs plan pull requests.",
)
@option(
    "--wait/--no-wait",
    default=False,
    help="Follow runs to their end (offline always).",
)
@option("--timeout", default="", callback=_seconds, metavar="TIME", help="Stop watching after 90s, 15m, 2h ...")
def apply(
    root: Path,
    targets: str,
    arguments: str,
    author: str,
    offline: bool,
    base: Path | None,
    approval: str,
    approve: str,
    plan_workflow: str,
    wait: bool,
    timeout: float | None,
) -> None:
    """Plan the specs below ROOT anew and apply what was approved; refuse the rest, unless it is progress.

    Approved is what the plan workflow made for the last commits of merged pull requests, back to the last apply that
    converged.
    """
    if not _WORKFLOW.fullmatch(plan_workflow):
        raise click.UsageError(f"--plan-workflow {plan_workflow}: expected the name of a file such as plan.yml.")
    extra = words(arguments, targets)
    wanted = for_plan(extra)
    with hub(author) as here:
        checked = check(root, tokens=True)
        if checked.estate is None:
            refuse(here, root, checked.found)
            sys.exit(1)
        with world(root, base, offline=offline) as place:
            authority = Authority(here.run.repository, plan_workflow, place.kind, root.as_posix(), scope(extra))
            merged = _merged(here, root, extra, authority) if approval == "pull-request" else []
            approved = Approved(merged, approval == "none", approve)
            how = How(wait or offline, timeout, here.run.scheduled)
            done = _apply(here, checked.estate, root, wanted, place, approved, how)
        _tell(here, done)
        fine = _report(here, root, extra, place, merged, done)
    sys.exit(0 if done.fine and fine else 1)


def _merged(here: Hub, root: Path, extra: list[str], authority: Authority) -> list[approvals.Merged]:
    """Merged pull requests that are not done; without them nothing is approved, so an error of GitHub's ends it."""
    client, comments = here.client, here.comments
    if client is None or comments is None:
        return []
    head = _head()
    if not head:
        detail = "Git does not say which commit is checked out, so it is not known what was merged."
        tell(codes.APPROVALS_UNREAD.at(detail=detail))
        sys.exit(1)
    about = marker(approvals.PLAN, root, extra, {})
    found, _ = attempt(
        lambda: approvals.unfinished(client, comments, authority, about, here.run.branch, head),
        lenient=False,
        failed=codes.APPROVALS_UNREAD,
    )
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


def _apply(here: Hub, estate: Estate, root: Path, wanted: Wanted, place: Place, approved: Approved, how: How) -> Done:
    """Plan anew, and do it as far as it was approved."""
    stop = Stop()
    unapproved = [f"#{pull.number}: {pull.why_not}" for pull in approved.merged if pull.why_not]
    try:
        with stops_after(how.timeout, stop), connection(estate, wanted, place, stop) as there:
            made = make(there, root, wanted, applying=True)
            save(made.document, Path(FILE))
            here.outputs(outputs_of(made.document, Path(FILE)))
            done = _approved_part(there, root, wanted, made, approved, how, stop)
    except DiagnosticsError as error:
        done = Done("failed", problems=error.diagnostics)
    return replace(done, unapproved=unapproved if done.left or done.state == "refused" else ())


def _approved_part(
    there: World, root: Path, wanted: Wanted, made: Made, approved: Approved, how: How, stop: Stop
) -> Done:
    digest, left = made.document.digest.changes, approved.misses(made)
    if not left:
        return replace(_carry_out(there, made.plan, wanted, how, stop), digest=digest)
    keys = {d.key for d in left}
    going = () if "" in keys or not how.scheduled else allowed(made.plan, keys)
    if not how.scheduled:
        return Done("refused", left=left, digest=digest)
    if not going:
        return Done(approvals.CONVERGED if made.plan.complete else "incomplete", left=left, digest=digest)
    narrow = replace(wanted.asked, selection=Selection(going, wanted.asked.selection.targets))
    part = make(there, root, replace(wanted, asked=narrow), applying=True)
    if new := approved.misses(part):  # it moved between the two looks
        return Done("refused", left=new, digest=digest)
    return replace(_carry_out(there, part.plan, wanted, how, stop), left=left, digest=digest)


def _carry_out(there: World, plan: Plan, wanted: Wanted, how: How, stop: Stop) -> Done:
    """Do what a plan says, all of which is approved."""
    if plan.refused:
        return Done("failed", problems=plan.diagnostics)
    check_bytes(plan)
    with log(), stops_on_signals(stop, TERMINAL):
        sink = ProgressLines(click.echo, PLAIN)
        outcomes = operations.apply(there, plan, sink, stop, wait=how.wait, parallelism=wanted.parallelism)
    problems = in_order([*plan.diagnostics, *(d for o in outcomes for d in o.diagnostics)])
    return Done(state_of(plan, outcomes), outcomes, problems)


def _tell(here: Hub, done: Done) -> None:
    """In the log and in the step's summary."""
    with log():
        click.echo(headline(done))
        for words_of in (*(difference(d) for d in done.left), *done.unapproved):
            click.echo(words_of)
    here.tell(done.problems)
    if done.state == "refused":
        tell(codes.PLAN_UNAPPROVED.at(detail=f"{codes.PLAN_UNAPPROVED.way_out} Its digest is {done.digest}."))
    elif done.left:
        named = ", ".join(d.address for d in done.left[:10])
        tell(codes.CHANGES_LEFT.at(detail=f"{named}. {codes.CHANGES_LEFT.way_out}"))
    here.summary(render(done))


def _report(
    here: Hub, root: Path, extra: list[str], place: Place, merged: Sequence[approvals.Merged], done: Done
) -> bool:
    """The result on every pull request; whether that could be said.

    `open` says that another one is not done: the next apply then looks beyond this one.
    """
    results = of_each(done, merged)
    open_ones = any(result.state != approvals.CONVERGED for result in results)
    fine = True
    for pull, result in zip(merged, results, strict=True):
        facts = {"state": result.state, "world": place.kind, "digest": result.digest}
        facts |= {"open": "yes"} if open_ones and result.state == approvals.CONVERGED else {}
        body = render(result) + "\n" + footer(here.run, place.note) + "\n"
        fine &= here.comment(pull.number, marker(approvals.APPLY, root, extra, facts), body)
    return fine
