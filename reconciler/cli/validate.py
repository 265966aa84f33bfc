"""`reconciler validate`: specs, references and datasets, offline."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli.compose import load_offline
from reconciler.cli.options import Terminal, no_color_option, root_argument
from reconciler.render import diagnostics as render_diagnostics
from reconciler.render.text import plural


@click.command()
@root_argument
@no_color_option
def validate(root: Path, no_color: bool) -> None:
    """Check the specs below ROOT and their datasets, row by row, without a network."""
    terminal = Terminal(no_color)
    loaded = load_offline(root, every_dataset=True)
    click.echo(render_diagnostics.render(loaded.diagnostics, terminal.err), nl=False, err=True)
    specs = loaded.specs
    rows = sum(f.rows for f in loaded.facts.values())
    counted = ", ".join(
        [
            plural(len(specs.targets), "target"),
            f"{plural(len(specs.datasets), 'dataset')} ({plural(rows, 'row')})",
            plural(len(specs.jobs), "job"),
            plural(sum(len(d.spec.targets) for d in specs.deployments.values()), "deployment"),
        ]
    )
    files = plural(specs.files, "file")
    click.echo(f"{terminal.out('Valid.', 'bold', 'green')} estate {specs.estate}: {counted} in {files}.")
