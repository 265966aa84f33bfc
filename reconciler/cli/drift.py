"""`reconciler drift`: did live change behind the specs?"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click
import orjson

from reconciler import __version__
from reconciler.api.estate import USUAL_BASE, load
from reconciler.cli import options
from reconciler.cli.compose import connected
from reconciler.cli.stopping import stoppable
from reconciler.engine import operations
from reconciler.model.selection import Selection
from reconciler.render import diagnostics as render_diagnostics
from reconciler.render import drift as render_drift
from reconciler.render.text import clean, visible_json

INCOMPLETE, DRIFTED = 1, 2


@click.command()
@options.root_argument
@options.selection_options
@options.format_option("text", "json", "markdown", "patch")
@options.timeout_option
@options.parallelism_option
@options.where_options
@options.no_color_option
def drift(
    root: Path,
    selection: Selection,
    form: str,
    timeout: float | None,
    parallelism: int,
    where: options.Where,
    terminal: options.Terminal,
) -> None:
    """Say what changed behind the specs below ROOT, what caused it, and what to do.

    Ends with 2 on drift, 0 when only the specs are ahead, 1 when not everything could be read. The format `patch` is a
    unified diff that accepts what is live, for `git apply`.
    """
    estate = load(root, base=USUAL_BASE)
    with stoppable(timeout, terminal) as stop, connected(estate, where, terminal, stop) as world:
        report = operations.drift(world, selection, parallelism)
    if form in ("json", "markdown"):
        shown = render_drift.as_json(report, root=str(root), version=__version__)
        as_json = visible_json(orjson.dumps(shown, option=orjson.OPT_INDENT_2))
        click.echo(as_json if form == "json" else _markdown(shown))
    elif form == "patch":
        click.echo(_for_people(report.patch) if sys.stdout.isatty() else report.patch, nl=False)
    else:
        click.echo(render_drift.render(report, terminal.out), nl=False)
    if form in ("text", "patch") and report.diagnostics:
        click.echo("\n" + render_diagnostics.render(report.diagnostics, terminal.err), nl=False, err=True)
    if not report.complete:
        sys.exit(INCOMPLETE)
    if report.drifted:
        sys.exit(DRIFTED)


def _for_people(patch: str) -> str:
    """What a program reads is the file's own bytes; a terminal shows what they would hide."""
    return "\n".join(map(clean, patch.split("\n")))


def _markdown(shown: dict[str, Any]) -> str:
    from reconciler.render.markdown import drift as render_markdown

    return render_markdown.render(shown).rstrip()
