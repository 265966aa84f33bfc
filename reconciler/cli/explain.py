"""`reconciler explain`: what a diagnostic means, an example, and the way out."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

import click

from reconciler.cli.options import Terminal, format_option, no_color_option
from reconciler.model.codes import every_code
from reconciler.model.diagnostics import Code, Severity
from reconciler.render.text import Style, clean
from reconciler.specs.base import did_you_mean

COLUMNS = 80
_COLOR = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTICE: "cyan"}


def _complete(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    return [code.id for code in every_code() if code.id.startswith(incomplete)]


@click.command()
@click.argument("code", required=False, shell_complete=_complete)
@format_option("text", "markdown")
@no_color_option
def explain(code: str | None, form: str, terminal: Terminal) -> None:
    """Say what the diagnostic CODE means and what to do; without CODE, list them all."""
    style = terminal.out
    chosen = [_find(code)] if code else list(every_code())
    if form == "markdown":
        click.echo(markdown(chosen), nl=False)
    elif code:
        click.echo("\n".join(_page(chosen[0], style)))
    else:
        click.echo("\n".join(_list(chosen, style)))


def _find(id: str) -> Code:
    known = {code.id: code for code in every_code()}
    # Pasted from a message, a code still has its brackets.
    found = known.get(id.strip("[]"))
    if found is None:
        guess = did_you_mean(id, list(known)) or "reconciler explain lists them all."
        raise click.UsageError(f'There is no code "{clean(id[:80])}": {guess}')
    return found


def _list(codes: list[Code], style: Style) -> Iterator[str]:
    longest = max(len(code.id) for code in codes)
    for code in codes:
        yield f"{style(f'{code.id:<{longest}}', _COLOR[code.severity])}  {code.summary}"


def _page(code: Code, style: Style) -> Iterator[str]:
    head = style(f"{code.severity.value}:", "bold", _COLOR[code.severity])
    yield f"{head} {style(code.summary, 'bold')} {style(f'[{code.id}]', 'dim')}"
    yield ""
    yield from textwrap.wrap(code.meaning, COLUMNS)
    if code.example:
        yield "\nExample:\n"
        yield from (f"    {line}" for line in code.example.split("\n"))
    yield "\nWay out:\n"
    yield from textwrap.wrap(
        code.way_out, COLUMNS, initial_indent="    ", subsequent_indent="    ", break_on_hyphens=False
    )


def markdown(codes: list[Code]) -> str:
    """The page `docs/diagnostics.md`."""
    parts = [
        "# Diagnostics",
        "Made from `reconciler/model/codes/` by `make generate`. On a terminal: `reconciler explain CODE`.",
    ]
    for code in codes:
        parts += [f"## {code.id}", f"**{code.severity.value}: {code.summary}**", code.meaning]
        if code.example:
            parts.append(f"```text\n{code.example}\n```")
        parts.append(f"Way out: {code.way_out}")
    return "\n\n".join(parts) + "\n"
