"""`reconciler status`: targets, runs with their progress, deployments."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from reconciler.api.estate import load
from reconciler.cli import options
from reconciler.cli.compose import connected
from reconciler.cli.stopping import stoppable
from reconciler.engine import operations
from reconciler.model.allowance import Question
from reconciler.planning.closing import closings
from reconciler.planning.planner import make_plan
from reconciler.planning.retirement import calendar
from reconciler.render import calendar as render_calendar
from reconciler.render import cost as render_cost
from reconciler.render import diagnostics as render_diagnostics
from reconciler.render import status as render_status


@click.command()
@options.root_argument
@options.timeout_option
@options.parallelism_option
@options.where_options
@options.no_color_option
def status(
    root: Path, timeout: float | None, parallelism: int, where: options.Where, terminal: options.Terminal
) -> None:
    """Show what is live on the targets of the specs below ROOT.

    Ends with 1 when a target could not be read in full.
    """
    estate = load(root)
    with stoppable(timeout, terminal) as stop, connected(estate, where, terminal, stop) as world:
        observed = operations.look(world, parallelism)
        offers = {name: {Question.MODELS} for name, o in observed.items() if o.account is not None}
        observed = dict(operations.look_closer(world, observed, offers, parallelism))
        progress = operations.progress(world, observed)
    made = make_plan(estate.specs, estate.facts, observed)
    click.echo(render_status.render(made.graph, observed, progress, terminal.out), nl=False)
    if monthly := render_cost.hosting(made.hosting):
        click.echo(f"\n{monthly}")
    days = render_calendar.render(
        calendar(estate.specs, made.graph, observed, made.models, by_table=True), made.observed_at, terminal.out
    )
    click.echo(f"\n{days}" if days else "", nl=False)
    problems = [p for o in observed.values() for p in o.problems]
    remarks = closings(estate.specs, estate.specs.targets, made.observed_at)
    told = render_diagnostics.render([*problems, *remarks], terminal.err)
    if told:
        click.echo("\n" + told, nl=False, err=True)
    if not made.complete:
        sys.exit(1)
