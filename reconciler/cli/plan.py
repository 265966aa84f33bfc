"""`reconciler plan`: what apply would do, against live state."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path

import click

from reconciler import __version__
from reconciler.api.estate import USUAL_BASE, Estate, load
from reconciler.cli import derivation, options
from reconciler.cli.completion import complete_address
from reconciler.cli.compose import connected
from reconciler.cli.policies import ask
from reconciler.cli.stopping import stoppable
from reconciler.engine import operations
from reconciler.model.asked import WHOLE, Asked
from reconciler.planning.derivation import Derivation
from reconciler.planning.plan import Plan
from reconciler.planning.planfile import to_document
from reconciler.planning.planformat import PlanDocument
from reconciler.planning.remarks import in_brief
from reconciler.render import diagnostics as render_diagnostics
from reconciler.render import plan as render_plan
from reconciler.render.text import duration, plural, visible_json


@click.command()
@options.root_argument
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Save the plan as JSON.")
@click.option("--detailed-exitcode", is_flag=True, help="End with 2 when there is anything to do, 0 when not.")
@click.option(
    "--base",
    metavar="REF",
    default=USUAL_BASE,
    show_default="the last commit that was pushed, else HEAD",
    help="Warn of targets that have left the specs since HEAD parted from this branch or commit; or a folder, ./PATH. "
    'With "" nothing is compared.',
)
@click.option(
    "--explain",
    "explained",
    multiple=True,
    metavar="ADDRESS",
    shell_complete=complete_address,
    help="Show how the plan comes to its decision on this address (or glob) instead. Repeatable.",
)
@options.asked_options
@options.policy_option
@options.format_option("text", "json", "markdown")
@options.timeout_option
@options.parallelism_option
@options.where_options
@options.no_color_option
def plan(
    root: Path,
    out: Path | None,
    detailed_exitcode: bool,
    base: str,
    explained: tuple[str, ...],
    asked: Asked,
    policies: tuple[str, ...],
    form: str,
    timeout: float | None,
    parallelism: int,
    where: options.Where,
    terminal: options.Terminal,
) -> None:
    """Compare the specs below ROOT with what is live, and show what apply would do and why."""
    if explained:
        _check_explained(form, asked)
    estate = load(root, base=base)
    mention(estate, terminal)
    with stoppable(timeout, terminal) as stop, connected(estate, where, terminal, stop) as world:
        begun = time.monotonic()
        made, derivations = operations.explain(world, explained, asked, parallelism)
        made = ask(made, policies, lambda plan: document(plan, root, asked).as_bytes())
    shown = document(made, root, asked)
    if out:
        save(shown.as_bytes(), out)
    if explained:
        derivation.show(derivations, made, root, form, terminal)
    else:
        _show(shown, form, terminal, f"in {duration(time.monotonic() - begun)}")
    sys.exit(_status(made, derivations, detailed_exitcode=detailed_exitcode))


def _check_explained(form: str, asked: Asked) -> None:
    if form == "markdown":
        raise click.UsageError("--explain is shown as text or JSON.")
    if asked.selection.limited:
        raise click.UsageError("--explain explains the whole plan: --select and --target do not go with it.")


def _status(made: Plan, derivations: Sequence[Derivation], *, detailed_exitcode: bool) -> int:
    """1 for errors, and where a decision that is explained depends on what could not be read."""
    if made.failed or any(d.decision == "unknown" for d in derivations):
        return 1
    return 2 if detailed_exitcode and made.pending else 0


def mention(estate: Estate, terminal: options.Terminal) -> None:
    """That validate has more to say; all of its findings would drown the plan, which has the warnings of each kind."""
    more = len(estate.diagnostics) - len(in_brief(estate.diagnostics))
    if more:
        words = f"{plural(more, 'remark')} more on the specs and the training data: reconciler validate"
        click.echo(terminal.err(words, "yellow"), err=True)


def _show(shown: PlanDocument, form: str, terminal: options.Terminal, when: str) -> None:
    if form == "text":
        show_plan(shown, terminal, when)
    else:
        click.echo(visible_json(shown.as_bytes()) if form == "json" else markdown(shown))


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
