"""`reconciler github plan`: the plan as one comment on the pull request, as summary, annotations and outputs."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from reconciler.api.estate import Estate
from reconciler.cli.github.asking import for_plan, words
from reconciler.cli.github.hub import Hub, common_options, footer, hub, marker, option, root_argument, world_options
from reconciler.cli.github.making import Made, connection, make
from reconciler.cli.github.publish import Shown, save, tell_plan
from reconciler.cli.github.validate import PLAIN, check, refuse
from reconciler.cli.github.world import Place, world
from reconciler.engine.context import Stop
from reconciler.github import approvals
from reconciler.model.diagnostics import Diagnostic
from reconciler.model.errors import DiagnosticsError
from reconciler.planning.plan import Plan
from reconciler.planning.remarks import in_brief
from reconciler.render import diagnostics as render_diagnostics
from reconciler.render.fences import fenced
from reconciler.render.markdown.escaping import code

FILE = ".reconciler/plan.json"


@click.command()
@root_argument
@common_options
@world_options
@option("--comment/--no-comment", default=True, help="Comment on the pull request.")
@option("--out", type=click.Path(path_type=Path, dir_okay=False), default=FILE, show_default=True, help="The plan.")
def plan(
    root: Path, targets: str, arguments: str, author: str, offline: bool, base: Path | None, comment: bool, out: Path
) -> None:
    """Plan the specs below ROOT and show it on the pull request. Pull requests from forks are planned offline.

    Ends with 1 when there are errors, or when the comment could not be brought up to date; with 0 else.
    """
    extra = words(arguments, targets)
    for_plan(extra)  # a slip in the options is told before anything is read
    with hub(author) as here:
        pull = here.run.pull
        checked = check(root, tokens=True, base=base)
        if checked.estate is None:
            shown = Shown(refuse(here, root, checked.found), {"state": "invalid"}, failed=True)
        else:
            with world(root, base, offline=offline or bool(pull and pull.from_fork)) as place:
                shown = _planned(here, checked.estate, root, extra, out, place)
        fine = True
        if pull and comment:
            # A pull request that changes nothing needs no comment, unless one of ours says otherwise.
            anew = shown.failed or shown.facts["state"] != "unchanged"
            told = marker(approvals.PLAN, root, extra, shown.facts)
            fine = here.comment(pull.number, told, shown.body, anew=anew)
    sys.exit(1 if shown.failed or not fine else 0)


def _planned(here: Hub, estate: Estate, root: Path, extra: Sequence[str], out: Path, place: Place) -> Shown:
    """What the comment is to show. Tells everything else on the way."""
    try:
        made = _make(estate, root, extra, place)
    except DiagnosticsError as error:
        return _unplanned(here, root, error.diagnostics)
    save(made.document, out)
    return tell_plan(here, made.document, out, place, _each_once(estate, made.plan), extra)


def _each_once(estate: Estate, made: Plan) -> list[Diagnostic]:
    """What validate and the plan have to say: the plan repeats the warnings in brief."""
    brief = set(in_brief(estate.diagnostics))
    return [*estate.diagnostics, *(d for d in made.diagnostics if d not in brief)]


def _make(estate: Estate, root: Path, extra: Sequence[str], place: Place) -> Made:
    wanted = for_plan(extra)
    with connection(estate, wanted, place, Stop()) as there:
        return make(there, root, wanted)


def _unplanned(here: Hub, root: Path, found: Sequence[Diagnostic]) -> Shown:
    told = render_diagnostics.render(found, PLAIN)
    body = f"### No plan for {code(str(root))}\n\n{fenced(told, limit=50_000)}\n"
    here.tell(found)
    here.summary(body)
    return Shown(body + "\n" + footer(here.run) + "\n", {"state": "failed"}, failed=True)
