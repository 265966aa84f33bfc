"""`reconciler dataset diff`: what changed between two versions of a training file."""

from __future__ import annotations

import sys
from pathlib import Path

import click
import orjson

from reconciler.api.training_data import shown_path
from reconciler.cli.options import Terminal, format_option, no_color_option
from reconciler.cli.reporting import report
from reconciler.datasets.difference import difference
from reconciler.datasets.reading import Reader
from reconciler.datasets.scan import Request
from reconciler.model.catalog.encodings import DEFAULT, encoding_of
from reconciler.model.diagnostics import Diagnostic, has_errors
from reconciler.render import dataset_diff as render
from reconciler.render.text import visible_json

_FILE = click.Path(path_type=Path)


@click.command()
@click.argument("before", type=_FILE)
@click.argument("after", type=_FILE)
@click.option("--model", default="", metavar="NAME", help="Base model: its encoding counts the tokens.")
@format_option("text", "json")
@no_color_option
def diff(before: Path, after: Path, model: str, form: str, terminal: Terminal) -> None:
    """Show the rows that were added, removed and changed from BEFORE to AFTER.

    Rows are compared by what they say: spaces, the order of keys, a BOM and line ends make no difference. To compare
    with what is committed: git show HEAD:data/a.jsonl > /tmp/a.jsonl
    """
    reader = Reader()
    files = (before.resolve(), after.resolve())
    names = (shown_path(files[0]), shown_path(files[1]))
    request = Request(encoding=encoding_of(model)[0] if model else DEFAULT)
    tokens: list[int] = []
    problems: list[Diagnostic] = []
    for file, name in zip(files, names, strict=True):
        found, wrong = reader.read(file, name, request)
        problems += [problem for problem in wrong if problem.severity.value == "error"]
        tokens.append(found.statistics.tokens if found and found.statistics else 0)
    if has_errors(problems):
        report(problems, "text", terminal, {})
        sys.exit(1)
    made = difference(*files)
    if form == "json":
        shown = render.as_json(made, names, (tokens[0], tokens[1]))
        click.echo(visible_json(orjson.dumps(shown, option=orjson.OPT_INDENT_2)))
    else:
        click.echo(render.as_text(made, names, (tokens[0], tokens[1]), terminal.out), nl=False)
