"""`reconciler plan --explain`: how the plan comes to its decision on some addresses."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
import orjson

from reconciler import __version__
from reconciler.cli import options
from reconciler.model.diagnostics import Diagnostic
from reconciler.planning.derivation import Derivation
from reconciler.planning.plan import REFUSING, Plan
from reconciler.render import diagnostics as render_diagnostics
from reconciler.render import explain as render_explain
from reconciler.render.text import visible_json


def show(derivations: Sequence[Derivation], made: Plan, root: Path, form: str, terminal: options.Terminal) -> None:
    """The derivations on standard output; on standard error what the plan says of them, and of itself as a whole."""
    if form == "json":
        shown = render_explain.as_json(derivations, estate=made.estate, root=str(root), version=__version__)
        click.echo(visible_json(orjson.dumps(shown, option=orjson.OPT_INDENT_2)))
        return
    click.echo(render_explain.render(derivations, terminal.out), nl=False)
    told = [d for d in made.diagnostics if _concerns(d, derivations)]
    if told:
        click.echo("\n" + render_diagnostics.render(told, terminal.err), nl=False, err=True)


def _concerns(diagnostic: Diagnostic, derivations: Sequence[Derivation]) -> bool:
    addresses = {str(d.address) for d in derivations} | {f"target {d.target}" for d in derivations}
    return diagnostic.address in addresses or diagnostic.code in REFUSING
