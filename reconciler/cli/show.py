"""`reconciler show`: saved plans as people read them."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli import options
from reconciler.cli.plan import markdown, show_plan
from reconciler.model import codes
from reconciler.model.diagnostics import Diagnostic
from reconciler.model.errors import DiagnosticsError
from reconciler.planning.merging import merge
from reconciler.planning.planformat import PlanDocument
from reconciler.planning.planreading import read_saved
from reconciler.render.markdown.page import COMMENT
from reconciler.render.text import utc, visible_json


@click.command()
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False), metavar="PLANFILE..."
)
@click.option(
    "--limit",
    type=click.IntRange(20_000, 1_000_000_000),
    default=COMMENT,
    show_default=True,
    metavar="BYTES",
    help="Length of the Markdown; the default fits a comment on GitHub, a step summary takes 1000000.",
)
@options.format_option("text", "json", "markdown")
@options.no_color_option
def show(files: tuple[Path, ...], limit: int, form: str, terminal: options.Terminal) -> None:
    """Show plans that were saved with plan --out, as they were printed.

    Several files become one plan: the parts of one estate, each made for targets of its own.
    """
    plan = merged_plan(files)
    if form == "text":
        show_plan(plan, terminal, utc(plan.observed_at))
    elif form == "markdown":
        click.echo(markdown(plan, limit))
    else:
        click.echo(visible_json(plan.as_bytes()))


def merged_plan(files: tuple[Path, ...]) -> PlanDocument:
    """The files as one plan; raises `DiagnosticsError`."""
    try:
        return merge(read_plans(files))
    except ValueError as error:
        detail = f"{', '.join(map(str, files))}: {error}. {codes.PLAN_PARTS.way_out}"
        raise DiagnosticsError([codes.PLAN_PARTS.at(detail=detail)]) from error


def read_plans(files: tuple[Path, ...]) -> list[PlanDocument]:
    """Every file that is no plan is told, not the first alone."""
    plans, problems = [], list[Diagnostic]()
    for file in files:
        try:
            plans.append(read_saved(file.read_bytes()))
        except (OSError, ValueError) as error:
            problems.append(plan_file_problem(file, error))
    if problems:
        raise DiagnosticsError(problems)
    return plans


def plan_file_problem(file: Path, error: Exception) -> Diagnostic:
    words = error.strerror if isinstance(error, OSError) else error
    return codes.PLAN_FILE.at(detail=f"{file}: {words}. {codes.PLAN_FILE.way_out}")
