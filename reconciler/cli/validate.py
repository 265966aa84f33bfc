"""`reconciler validate`: specs, references and datasets, offline."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from reconciler.api.estate import Estate, load
from reconciler.cli.options import Terminal, format_option, no_color_option, root_argument
from reconciler.cli.reporting import FORMATS, report
from reconciler.model.errors import DiagnosticsError
from reconciler.render.text import plural


@click.command()
@root_argument
@format_option(*FORMATS)
@click.option("--no-cache", is_flag=True, help="Read every training file again.")
@no_color_option
def validate(root: Path, form: str, no_cache: bool, terminal: Terminal) -> None:
    """Check the specs below ROOT and their datasets, row by row, without a network."""
    try:
        estate = load(root, every_dataset=True, cached=not no_cache)
    except DiagnosticsError as error:
        report(error.diagnostics, form, terminal, {})
        sys.exit(1)
    report(estate.diagnostics, form, terminal, {"estate": estate.specs.estate})
    if form == "text":
        click.echo(f"{terminal.out('Valid.', 'bold', 'green')} {_counted(estate)}")


def _counted(estate: Estate) -> str:
    specs = estate.specs
    rows = sum(f.rows for f in estate.facts.values())
    counted = ", ".join(
        [
            plural(len(specs.targets), "target"),
            f"{plural(len(specs.datasets), 'dataset')} ({plural(rows, 'row')})",
            plural(len(specs.jobs), "job"),
            plural(sum(len(d.spec.targets) for d in specs.deployments.values()), "deployment"),
        ]
    )
    return f"estate {specs.estate}: {counted} in {plural(specs.files, 'file')}."
