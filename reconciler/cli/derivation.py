"""`reconciler plan --explain`: how the plan comes to its decision on some addresses."""

from __future__ import annotations

import sys
from pathlib import Path

import click
import orjson

from reconciler import __version__
from reconciler.api.estate import Estate
from reconciler.cli import options
from reconciler.cli.compose import connected
from reconciler.engine import operations
from reconciler.engine.context import Stop
from reconciler.render import diagnostics as render_diagnostics
from reconciler.render import explain as render_explain

UNREADABLE = 1


def show(
    estate: Estate, root: Path, patterns: tuple[str, ...], form: str, where: options.Where, parallelism: int,
    terminal: options.Terminal,
) -> None:  # fmt: skip
    """Ends with 1 when a target that a decision depends on could not be read."""
    options.check_selection(options.selection(patterns, ()), estate.specs)
    with connected(estate, where, terminal, Stop()) as world:
        made, derivations = operations.explain(world, patterns, parallelism)
    if form == "json":
        shown = render_explain.as_json(derivations, estate=estate.specs.estate, root=str(root), version=__version__)
        click.echo(orjson.dumps(shown, option=orjson.OPT_INDENT_2))
    else:
        click.echo(render_explain.render(derivations, terminal.out), nl=False)
    addresses = {str(d.address) for d in derivations} | {f"target {d.target}" for d in derivations}
    told = [d for d in made.diagnostics if d.address in addresses]
    if told and form != "json":
        click.echo("\n" + render_diagnostics.render(told, terminal.err), nl=False, err=True)
    if any(d.decision == "unknown" for d in derivations):
        sys.exit(UNREADABLE)
