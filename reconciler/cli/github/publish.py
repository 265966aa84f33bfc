"""`reconciler github publish`: plans that are there already, on the pull request; and what every plan tells."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from reconciler.cli.compose import make_folder
from reconciler.cli.github.hub import (
    COMMENT_LIMIT,
    SUMMARY_LIMIT,
    Hub,
    annotate,
    author_option,
    footer,
    hub,
    marker,
    option,
    scope,
)
from reconciler.cli.github.world import LIVE, Place
from reconciler.cli.plan import markdown
from reconciler.cli.plan import save as save_bytes
from reconciler.cli.show import merged_plan
from reconciler.github import approvals
from reconciler.github.artifacts import artifact_name
from reconciler.model.diagnostics import Diagnostic
from reconciler.planning.changes import Action
from reconciler.planning.planformat import PlanDocument
from reconciler.render import annotations as notes
from reconciler.render.diagnostics import as_json

_ROOM = 1_500
"""Bytes of a comment that are kept for its first and last lines."""
_FILE = click.Path(path_type=Path, dir_okay=False)
_WEIGHTY = (Action.DELETE, Action.REPLACE, Action.TRAIN, Action.RETRY)


@dataclass(frozen=True, slots=True)
class Shown:
    """What the comment on a pull request is to show."""

    body: str
    facts: Mapping[str, str]
    failed: bool


@click.command()
@click.argument("files", nargs=-1, type=_FILE, metavar="PLANFILE...")
@option("--plans", default="", metavar="GLOB", help="Plans by their names: --plans 'parts/*/plan.json'.")
@option("--out", type=_FILE, default="plan.json", show_default=True, help="The whole.")
@author_option
def publish(files: tuple[Path, ...], plans: str, out: Path, author: str) -> None:
    """Show plans that plan --out saved, the parts of one estate, as one comment on the pull request.

    For estates that several jobs plan, each with targets of its own.
    """
    files = (*files, *(sorted(Path().glob(plans)) if plans else ()))
    if not files:
        raise click.UsageError("There are no plans: name files, or a glob with --plans.")
    plan = merged_plan(files)
    save(plan, out)
    with hub(author) as here:
        shown = tell_plan(here, plan, out, LIVE, [d.as_diagnostic() for d in plan.diagnostics], [])
        about = marker(approvals.PLAN, Path(plan.root), [], shown.facts)
        fine = here.comment(here.run.pull.number, about, shown.body) if here.run.pull else True
    sys.exit(1 if shown.failed or not fine else 0)


def save(plan: PlanDocument, file: Path) -> None:
    """Keep a plan in a file, for the next step to upload. Raises `OSError` or `click.UsageError` where it cannot be."""
    make_folder(file.parent)
    save_bytes(plan.as_bytes(), file)


def tell_plan(
    here: Hub, plan: PlanDocument, file: Path, place: Place, found: Sequence[Diagnostic], extra: Sequence[str]
) -> Shown:
    """Annotations, outputs and the summary of a plan that `file` holds; what its comment is to show comes back."""
    annotate(notes.lines([as_json(d) for d in found]))
    annotate(_changes(plan, notes.MOST - len(found)))
    artifact = artifact_name(place.kind, Path(plan.root).as_posix(), scope(extra))
    here.outputs({**outputs_of(plan, file), "artifact": artifact})
    here.summary(_joined(place.note, markdown(plan, SUMMARY_LIMIT)))
    commit = f"commit {here.run.pull.head[:10]}" if here.run.pull else ""
    body = _joined(place.note, markdown(plan, COMMENT_LIMIT - _ROOM), footer(here.run, commit))
    facts = {"state": _state(plan), "world": place.kind, "digest": plan.digest.changes, "run": here.run.id}
    return Shown(body, facts, failed=plan.errored)


def _joined(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part) + "\n"


def _state(plan: PlanDocument) -> str:
    return "planned" if plan.resource_changes or plan.resource_drift else "unchanged"


def outputs_of(plan: PlanDocument, file: Path) -> dict[str, str]:
    """The step's outputs; all of them are strings there."""
    return {
        "changes": str(any(c.action is not Action.BLOCKED for c in plan.resource_changes)).lower(),
        "to_train": str(plan.summary.train),
        "to_add": str(plan.summary.add),
        "to_change": str(plan.summary.change),
        "to_destroy": str(plan.summary.destroy),
        "cost": (plan.cost.training.amount if plan.cost else None) or "",
        "digest": plan.digest.changes,
        "plan": str(file),
    }


def _changes(plan: PlanDocument, most: int) -> Iterator[str]:
    """What takes away or trains, at the lines that ask for it."""
    listed = [c for c in plan.resource_changes if c.action in _WEIGHTY]
    for change in sorted(listed, key=lambda c: _WEIGHTY.index(c.action))[: max(most, 0)]:
        if change.range:
            at = change.range
            yield notes.notice(
                f"{change.action.value} {change.address}", f"because {change.reason}", at.filename, at.line
            )
