"""`reconciler plan`: what apply would do, against live state."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import click

from reconciler import __version__
from reconciler.api.estate import Estate, load
from reconciler.cli import derivation, options
from reconciler.cli.completion import complete_address
from reconciler.cli.compose import connected
from reconciler.cli.policies import ask
from reconciler.engine import operations
from reconciler.engine.context import Stop
from reconciler.planning.plan import Plan
from reconciler.planning.planfile import WHOLE, Asked, to_document
from reconciler.planning.planformat import PlanDocument
from reconciler.render import diagnostics as render_diagnostics
from reconciler.render import plan as render_plan
from reconciler.render.text import duration, plural


@click.command()
@options.root_argument
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Save the plan as JSON.")
@click.option("--detailed-exitcode", is_flag=True, help="End with 2 when there is anything to do, 0 when not.")
@click.option(
    "--explain",
    "explained",
    multiple=True,
    metavar="ADDRESS",
    shell_complete=complete_address,
    help="Show how it comes to its decision on this address (or glob) instead. Repeatable.",
)
@options.selection_options
@options.prune_option
@options.safeguard_options
@options.format_option("text", "json", "markdown")
@options.parallelism_option
@options.where_options
@options.no_color_option
def plan(
    root: Path,
    out: Path | None,
    detailed_exitcode: bool,
    explained: tuple[str, ...],
    addresses: tuple[str, ...],
    targets: tuple[str, ...],
    prune: bool,
    allow_large_change: bool,
    allow_over_budget: bool,
    policies: tuple[str, ...],
    form: str,
    parallelism: int,
    embedded: bool,
    emulator_url: str | None,
    no_color: bool,
) -> None:
    """Compare the specs below ROOT with what is live, and show what apply would do and why."""
    terminal = options.Terminal(no_color)
    selection = options.selection(addresses, targets)
    estate = load(root)
    options.check_selection(selection, estate.specs)
    where = options.Where(embedded, emulator_url)
    if explained:
        if form == "markdown":
            raise click.UsageError("--explain is shown as text or JSON.")
        derivation.show(estate, root, explained, form, where, parallelism, terminal)
        return
    mention(estate, terminal)
    with connected(estate, where, terminal, Stop()) as world:
        begun = time.monotonic()
        made = operations.plan(
            world,
            selection,
            parallelism,
            prune=prune,
            allow_large_change=allow_large_change,
            allow_over_budget=allow_over_budget,
        )
    asked = Asked(selection, prune, allow_large_change=allow_large_change, allow_over_budget=allow_over_budget)
    made = ask(made, policies, lambda plan: document(plan, root, asked).as_bytes())
    shown = document(made, root, asked)
    if out:
        save(shown.as_bytes(), out)
    if form == "text":
        show_plan(shown, terminal, f"in {duration(time.monotonic() - begun)}")
    else:
        click.echo(shown.as_bytes() if form == "json" else markdown(shown))
    if made.failed:
        sys.exit(1)
    if detailed_exitcode and made.pending:
        sys.exit(2)


def mention(estate: Estate, terminal: options.Terminal) -> None:
    """That validate has something to say; its findings would drown the plan."""
    if estate.diagnostics:
        words = f"{plural(len(estate.diagnostics), 'remark')} on the specs and the training data: reconciler validate"
        click.echo(terminal.err(words, "yellow"), err=True)


def show_plan(shown: PlanDocument, terminal: options.Terminal, when: str = "") -> None:
    """The plan on standard output, its diagnostics on standard error."""
    click.echo(render_plan.render(shown, terminal.out, when), nl=False)
    told = render_diagnostics.render([d.as_diagnostic() for d in shown.diagnostics], terminal.err)
    if told:
        click.echo("\n" + told, nl=False, err=True)


def markdown(shown: PlanDocument, limit: int | None = None) -> str:
    from reconciler.render.markdown import plan as render_markdown

    return render_markdown.render(shown, *([] if limit is None else [limit])).rstrip()


def document(made: Plan, root: Path, asked: Asked = WHOLE) -> PlanDocument:
    """The plan as it is shown and saved."""
    return to_document(made, root=str(root), version=__version__, asked=asked)


def save(shown: bytes, file: Path) -> None:
    try:
        file.write_bytes(shown + b"\n")
    except OSError as error:
        raise click.UsageError(f"--out {file}: {error.strerror}") from error
