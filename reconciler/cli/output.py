"""`reconciler output`: the names that callers use, as they are now."""

from __future__ import annotations

import sys
from pathlib import Path

import click
import orjson

from reconciler.api.estate import load
from reconciler.cli import options
from reconciler.cli.compose import connected
from reconciler.cli.stopping import stoppable
from reconciler.engine import operations
from reconciler.planning.graph import build_graph
from reconciler.planning.serving import served_now
from reconciler.render import diagnostics as render_diagnostics
from reconciler.render import output as render_output
from reconciler.render.text import visible_json


@click.command()
@options.root_argument
@options.format_option("text", "json")
@options.timeout_option
@options.parallelism_option
@options.where_options
@options.no_color_option
def output(
    root: Path, form: str, timeout: float | None, parallelism: int, where: options.Where, terminal: options.Terminal
) -> None:
    """Print what callers need: for each deployment its current name, endpoint and model."""
    estate = load(root)
    with stoppable(timeout, terminal) as stop, connected(estate, where, terminal, stop) as world:
        observed = operations.look(world, parallelism)
    served = served_now(build_graph(estate.specs, estate.facts), observed)
    if form == "json":
        click.echo(visible_json(orjson.dumps(render_output.as_json(served), option=orjson.OPT_INDENT_2)))
    else:
        click.echo(render_output.render(served, terminal.out), nl=False)
    problems = [p for o in observed.values() for p in o.problems]
    if problems:
        click.echo("\n" + render_diagnostics.render(problems, terminal.err), nl=False, err=True)
        sys.exit(1)
