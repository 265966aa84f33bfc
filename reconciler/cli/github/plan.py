"""`reconciler github plan`: the plan as one comment on the pull request, as summary, annotations and outputs."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from reconciler.cli.compose import make_folder
from reconciler.cli.github.child import Ended, run
from reconciler.cli.github.hub import (
    Hub,
    common_options,
    footer,
    hub,
    marker,
    option,
    root_argument,
    words,
    world_options,
)
from reconciler.cli.github.publish import tell_plan
from reconciler.cli.github.validate import check, refuse
from reconciler.cli.github.world import Place, world
from reconciler.github import approvals
from reconciler.model.diagnostics import has_errors
from reconciler.planning.planformat import PlanDocument
from reconciler.planning.planreading import read_saved
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
    with hub(author) as here:
        pull = here.run.pull
        found = check(root)
        if has_errors(found):
            body, facts, failed = refuse(here, root, found), {"state": "invalid"}, True
        else:
            annotated = [render_diagnostics.as_json(d) for d in found]
            with world(root, base, offline=offline or bool(pull and pull.from_fork)) as place:
                body, facts, failed = _planned(here, root, extra, out, place, annotated)
        fine = True
        if pull and comment:
            # A pull request that changes nothing needs no comment, unless one of ours says otherwise.
            anew = failed or facts["state"] != "unchanged"
            fine = here.comment(pull.number, marker(approvals.PLAN, root, extra, facts), body, anew=anew)
    sys.exit(1 if failed or not fine else 0)


def make(root: Path, extra: Sequence[str], out: Path, place: Place) -> tuple[Ended, PlanDocument | None]:
    """A plan in a file, and as it reads; None when there is none."""
    make_folder(out.parent)
    out.unlink(missing_ok=True)
    ended = run(["plan", str(root), "--out", str(out), *extra], place.env)
    try:
        return ended, read_saved(out.read_bytes())
    except (OSError, ValueError):
        return ended, None


def _planned(
    here: Hub, root: Path, extra: Sequence[str], out: Path, place: Place, found: Sequence[Mapping[str, Any]]
) -> tuple[str, dict[str, str], bool]:
    """Body and facts of the comment, and whether the plan failed. Tells everything else on the way."""
    ended, made = make(root, extra, out, place)
    if made is None:
        body = f"### No plan for {code(str(root))}\n\n{fenced(ended.err or ended.out, limit=50_000)}\n"
        here.summary(body)
        return body + "\n" + footer(here.run) + "\n", {"state": "failed"}, True
    body, facts = tell_plan(here, made, out, place, found)
    return body, facts, ended.status != 0
