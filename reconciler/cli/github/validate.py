"""`reconciler github validate`: the specs and the training data, with annotations at their lines."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from reconciler.api.estate import Estate, load
from reconciler.cli.github.hub import SUMMARY_LIMIT, Hub, annotate, author_option, hub, log, root_argument
from reconciler.model.diagnostics import Diagnostic, has_errors, in_order
from reconciler.model.errors import DiagnosticsError
from reconciler.render import annotations as notes
from reconciler.render import diagnostics as render_diagnostics
from reconciler.render.fences import fenced
from reconciler.render.markdown.escaping import code
from reconciler.render.text import Style

PLAIN = Style(False)


@click.command()
@root_argument
@author_option
def validate(root: Path, author: str) -> None:
    """Check the specs below ROOT and their datasets; nothing is asked of a service."""
    with hub(author) as here:
        found = check(root).found
        annotate(notes.lines([render_diagnostics.as_json(d) for d in found]))
        here.outputs({"valid": str(not has_errors(found)).lower()})
        here.summary(words(root, found))
    sys.exit(1 if has_errors(found) else 0)


@dataclass(frozen=True, slots=True)
class Checked:
    """Every problem of the specs and of every dataset; the estate, unless there is an error among them."""

    found: Sequence[Diagnostic]
    estate: Estate | None


def check(root: Path, *, tokens: bool | None = None, base: Path | None = None) -> Checked:
    """Read the specs and the training data, and tell the log what is wrong; whoever plans needs the `tokens` too.

    `base` is a checkout to compare with: plans then warn of targets that have left the specs.
    """
    folder = str(base.resolve()) if base and base.is_dir() else None
    try:
        estate = load(root, every_dataset=True, tokens=tokens, base=folder)
        checked = Checked(in_order(estate.diagnostics), estate)
    except DiagnosticsError as error:
        checked = Checked(error.diagnostics, None)
    with log():
        click.echo(render_diagnostics.render(checked.found, PLAIN) or "Valid.")
    return checked


def words(root: Path, found: Sequence[Diagnostic], limit: int = SUMMARY_LIMIT) -> str:
    """The findings in Markdown."""
    head = "are not valid" if has_errors(found) else "are valid"
    body = [fenced(render_diagnostics.render(found, PLAIN), limit=limit // 2)] if found else []
    return "\n\n".join([f"### The specs below {code(str(root))} {head}", *body]) + "\n"


def refuse(here: Hub, root: Path, found: Sequence[Diagnostic]) -> str:
    """The specs are in error: annotations and the summary; the words for a comment come back."""
    annotate(notes.lines([render_diagnostics.as_json(d) for d in found]))
    here.summary(words(root, found))
    return words(root, found, limit=60_000)
