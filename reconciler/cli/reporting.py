"""How checks tell what they found: for people, for programs, for GitHub, for code scanning."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import click
import orjson

from reconciler import __version__
from reconciler.cli.options import Terminal
from reconciler.model.diagnostics import Diagnostic, has_errors, in_order
from reconciler.render import diagnostics as render_diagnostics
from reconciler.render.text import visible_json

FORMATS = ("text", "json", "github", "sarif")


def report(diagnostics: Iterable[Diagnostic], form: str, terminal: Terminal, more: Mapping[str, Any]) -> None:
    """In text on standard error, else on standard output; `more` are further keys of the JSON form."""
    found = in_order(diagnostics)
    if form == "text":
        click.echo(render_diagnostics.render(found, terminal.err), nl=False, err=True)
    elif form == "github":
        from reconciler.render import annotations

        click.echo(annotations.render(found), nl=False)
    elif form == "sarif":
        from reconciler.render.sarif import as_sarif

        click.echo(visible_json(orjson.dumps(as_sarif(found, __version__), option=orjson.OPT_INDENT_2)))
    else:
        shown = [render_diagnostics.as_json(d) for d in found]
        document = {"format_version": "1.0", "valid": not has_errors(found), "diagnostics": shown, **more}
        click.echo(visible_json(orjson.dumps(document, option=orjson.OPT_INDENT_2)))
