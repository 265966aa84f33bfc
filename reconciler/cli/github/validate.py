"""`reconciler github validate`: the specs and the training data, with annotations at their lines."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from reconciler.api.estate import load
from reconciler.cli.github.hub import SUMMARY_LIMIT, Hub, annotate, author_option, hub, root_argument
from reconciler.github.outputs import inert
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
        found = check(root)
        annotate(notes.lines([render_diagnostics.as_json(d) for d in found]))
        here.outputs({"valid": str(not has_errors(found)).lower()})
        here.summary(words(root, found))
    sys.exit(1 if has_errors(found) else 0)


def check(root: Path) -> Sequence[Diagnostic]:
    """Every problem of the specs and of every dataset, told in the log."""
    try:
        found = load(root, every_dataset=True).diagnostics
    except DiagnosticsError as error:
        found = error.diagnostics
    with inert(lambda text: click.echo(text, nl=False)):
        click.echo(render_diagnostics.render(found, PLAIN) or "Valid.")
    return in_order(found)


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
