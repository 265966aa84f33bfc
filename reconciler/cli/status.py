"""`reconciler status`: targets, runs with their progress, deployments."""

from __future__ import annotations

import time
from pathlib import Path

import click

from reconciler.api.estate import load
from reconciler.cli import options
from reconciler.cli.compose import connected
from reconciler.engine import operations
from reconciler.engine.context import Stop
from reconciler.planning.closing import closings
from reconciler.planning.graph import build_graph
from reconciler.render import diagnostics as render_diagnostics
from reconciler.render import status as render_status


@click.command()
@options.root_argument
@options.parallelism_option
@options.where_options
@options.no_color_option
def status(root: Path, parallelism: int, embedded: bool, emulator_url: str | None, no_color: bool) -> None:
    """Show what is live on the targets of the specs below ROOT."""
    terminal = options.Terminal(no_color)
    estate = load(root)
    with connected(estate, options.Where(embedded, emulator_url), terminal, Stop()) as world:
        observed = operations.look(world, parallelism)
        progress = operations.progress(world, observed)
    graph = build_graph(estate.specs, estate.facts)
    click.echo(render_status.render(graph, observed, progress, terminal.out), nl=False)
    problems = [p for o in observed.values() for p in o.problems]
    problems += closings(estate.specs, estate.specs.targets, int(time.time()))
    told = render_diagnostics.render(problems, terminal.err)
    if told:
        click.echo("\n" + told, nl=False, err=True)
