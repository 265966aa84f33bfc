"""`reconciler apply`: does what the plan says."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path

import click

from reconciler.api.estate import USUAL_BASE, load
from reconciler.cli import options
from reconciler.cli.apply_report import JsonReport, TextReport
from reconciler.cli.compose import connected
from reconciler.cli.plan import document, mention
from reconciler.cli.policies import ask
from reconciler.cli.show import plan_file_problem
from reconciler.cli.stopping import INTERRUPTED, stoppable
from reconciler.datasets.facts import DatasetFacts
from reconciler.engine import operations
from reconciler.model import codes
from reconciler.model.asked import Asked
from reconciler.model.errors import DiagnosticsError
from reconciler.planning.changes import Action
from reconciler.planning.covering import covers
from reconciler.planning.plan import Plan
from reconciler.planning.planformat import PlanDocument
from reconciler.planning.planreading import read_saved


@click.command()
@click.argument("root", type=click.Path(path_type=Path), default=options.DEFAULT_ROOT, metavar="[ROOT | PLANFILE]")
@click.option("--auto-approve", is_flag=True, help="Do not ask. A saved plan is approved already.")
@click.option(
    "--wait/--no-wait",
    default=None,
    help="Follow runs to their end, or submit and leave the rest to the next apply. Default: wait on a terminal.",
)
@click.option(
    "--timeout", callback=options.duration_seconds, metavar="TIME", help="Stop watching after 90s, 15m, 2h ..."
)
@options.asked_options
@options.policy_option
@options.format_option("text", "json")
@options.parallelism_option
@options.where_options
@options.no_color_option
def apply(
    root: Path,
    auto_approve: bool,
    wait: bool | None,
    timeout: float | None,
    asked: Asked,
    policies: tuple[str, ...],
    form: str,
    parallelism: int,
    where: options.Where,
    terminal: options.Terminal,
) -> None:
    """Upload, train and deploy until the live state is what the specs below ROOT say.

    Stops anywhere, goes on anywhere: the next apply starts from what is live.
    """
    if root.is_file() and (asked.selection.limited or asked.prune):
        raise click.UsageError("A saved plan is applied whole: --select, --target and --prune go with plan --out.")
    saved = _read_saved(root)
    if saved:
        root, asked = Path(saved.root), _as_saved(saved.asked.as_asked(), asked)
    estate = load(root, base=USUAL_BASE)
    mention(estate, terminal)
    follow = sys.stdout.isatty() if wait is None else wait
    report = JsonReport() if form == "json" else TextReport(terminal)
    with stoppable(timeout, terminal, report.not_begun) as stop, connected(estate, where, terminal, stop) as world:
        begun = time.monotonic()
        made = operations.plan(world, asked, parallelism, applying=True)
        if saved:
            _check_saved(saved, document(made, root, asked))
        made = ask(made, policies, lambda plan: document(plan, root, asked).as_bytes())
        report.planned(made, root, asked, time.monotonic() - begun)
        if made.refused or not made.pending:
            sys.exit(1 if made.failed else 0)
        check_bytes(made)
        _approve(auto_approve or saved is not None, terminal)
        with report.watching(made) as sink:
            begun, stop.begun = time.monotonic(), True
            outcomes = operations.apply(world, made, sink, stop, wait=follow, parallelism=parallelism)
    converged = operations.converged(made, outcomes, wait=follow)
    report.ended(outcomes, time.monotonic() - begun, stopped=stop.is_set, converged=converged)
    sys.exit(INTERRUPTED if stop.by_signal else 0 if converged else 1)


def _read_saved(path: Path) -> PlanDocument | None:
    """The saved plan, when the argument is a file."""
    if not path.is_file():
        return None
    try:
        return read_saved(path.read_bytes())
    except (OSError, ValueError) as error:
        raise DiagnosticsError([plan_file_problem(path, error)]) from error


def _as_saved(saved: Asked, now: Asked) -> Asked:
    """What the saved plan was asked, and the leave that its operator gives now."""
    return replace(
        saved,
        allow_large_change=saved.allow_large_change or now.allow_large_change,
        allow_over_budget=saved.allow_over_budget or now.allow_over_budget,
    )


def _check_saved(saved: PlanDocument, made: PlanDocument) -> None:
    differences = covers(saved, made)
    if differences:
        raise DiagnosticsError([codes.PLAN_STALE.at(detail=f"{d.words}.", address=d.address) for d in differences])


def check_bytes(made: Plan) -> None:
    """A file that is not here would fail its upload hours after the first step."""
    facts = [c.desired for c in made.changes if c.action is Action.UPLOAD and isinstance(c.desired, DatasetFacts)]
    absent = [f for f in facts if not f.present and not f.url]
    if absent:
        code = codes.DATASET_ABSENT
        raise DiagnosticsError(
            [code.at(detail=f"{f.file}. {code.way_out}", address=f"dataset.{f.name}") for f in absent]
        )


def _approve(approved: bool, terminal: options.Terminal) -> None:
    if approved:
        return
    if not options.can_ask():
        raise DiagnosticsError([codes.APPLY_UNAPPROVED.at(detail=codes.APPLY_UNAPPROVED.way_out)])
    question = terminal.err("\nApply these changes? Only yes is taken for an answer", "bold")
    if click.prompt(question, default="no", show_default=False, err=True) != "yes":
        click.echo("Nothing was applied: the answer was not yes.", err=True)
        sys.exit(1)
