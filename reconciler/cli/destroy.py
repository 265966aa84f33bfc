"""`reconciler destroy`: takes away everything that the estate owns."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import click

from reconciler.api.estate import load
from reconciler.cli import options
from reconciler.cli.apply_report import JsonReport, TextReport
from reconciler.cli.compose import connected
from reconciler.cli.plan import document
from reconciler.cli.policies import ask
from reconciler.cli.stopping import INTERRUPTED, stoppable
from reconciler.engine import operations
from reconciler.model import codes
from reconciler.model.asked import Asked
from reconciler.model.errors import DiagnosticsError
from reconciler.model.selection import Selection
from reconciler.planning.plan import Plan


@click.command()
@options.root_argument
@click.option("--auto-approve", is_flag=True, help="Do not ask for the estate's name.")
@click.option(
    "--timeout", callback=options.duration_seconds, metavar="TIME", help="Stop after 90s, 15m, 2h ...; go on later."
)
@options.selection_options
@options.policy_option
@options.format_option("text", "json")
@options.parallelism_option
@options.where_options
@options.no_color_option
def destroy(
    root: Path,
    auto_approve: bool,
    timeout: float | None,
    selection: Selection,
    policies: tuple[str, ...],
    form: str,
    parallelism: int,
    where: options.Where,
    terminal: options.Terminal,
) -> None:
    """Take away everything that the estate of the specs below ROOT owns: deployments, runs, models, training files.

    What is protected stays, and so does every model that anything still serves. May be stopped, and run again.
    """
    asked = Asked(selection, prune=True, destroy=True)
    estate = load(root)
    report = JsonReport() if form == "json" else TextReport(terminal)
    with stoppable(timeout, terminal, report.not_begun) as stop, connected(estate, where, terminal, stop) as world:
        begun = time.monotonic()
        made = operations.plan(world, asked, parallelism)
        made = ask(made, policies, lambda plan: document(plan, root, asked).as_bytes())
        report.planned(made, root, asked, time.monotonic() - begun)
        if made.refused or not made.pending:
            sys.exit(1 if made.failed else 0)
        if not auto_approve:
            _confirm(made, terminal)
        with report.watching(made) as sink:
            begun, stop.begun = time.monotonic(), True
            outcomes = operations.apply(world, made, sink, stop, parallelism=parallelism)
    converged = operations.converged(made, outcomes, wait=True)
    report.ended(outcomes, time.monotonic() - begun, stopped=stop.is_set, converged=converged)
    sys.exit(INTERRUPTED if stop.by_signal else 0 if converged else 1)


def _confirm(made: Plan, terminal: options.Terminal) -> None:
    """The estate's name, letter by letter: a `yes` is typed without reading."""
    if not options.can_ask():
        raise DiagnosticsError([codes.DESTROY_UNCONFIRMED.at(detail=codes.DESTROY_UNCONFIRMED.way_out)])
    question = f"\nThere is no way back. To confirm, type the name of the estate ({made.estate})"
    if click.prompt(terminal.err(question, "bold"), default="", show_default=False, err=True) != made.estate:
        click.echo("Nothing was destroyed: that is not the estate's name.", err=True)
        sys.exit(1)
