"""`reconciler targets`: which targets can be planned apart, for CI systems that fan out over runners."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import orjson

from reconciler.cli import options
from reconciler.model.diagnostics import has_errors
from reconciler.model.errors import DiagnosticsError
from reconciler.planning.shards import MATRIX, Shard, shards
from reconciler.render.text import Style, clean, pad, plural, visible_json, width
from reconciler.specs.parse import load


@click.command()
@options.root_argument
@click.option(
    "--most",
    type=click.IntRange(1, 10_000),
    default=MATRIX,
    show_default=True,
    metavar="N",
    help="Shards at most; the default is what a matrix of GitHub's takes.",
)
@options.format_option("text", "json")
@options.no_color_option
def targets(root: Path, most: int, form: str, terminal: options.Terminal) -> None:
    """Print the shards of the specs below ROOT: targets that need nothing of each other's.

    Reads the specs alone. The JSON is a list for `strategy.matrix`; each shard's `arguments` select it.
    """
    specs, problems = load(root)
    if has_errors(problems):
        raise DiagnosticsError(problems)
    found = shards(specs, most)
    if form == "json":
        click.echo(visible_json(orjson.dumps([as_json(shard) for shard in found])))
    else:
        click.echo(render(found, terminal.out), nl=False)


def as_json(shard: Shard) -> dict[str, Any]:
    arguments = " ".join(f"--target {name}" for name in shard.targets)
    return {
        "name": shard.name, "targets": list(shard.targets), "arguments": arguments, "resources": shard.resources
    }  # fmt: skip


def render(found: Sequence[Shard], style: Style) -> str:
    """A line a shard, and how many there are."""
    column = max((width(s.name) for s in found), default=0) + 3
    lines = []
    for shard in found:
        facts = style(plural(shard.resources, "resource"), "dim")
        others = f"{', '.join(map(clean, shard.targets))}   " if len(shard.targets) > 1 else ""
        lines.append(f"{style(pad(clean(shard.name), column), 'bold')}{others}{facts}")
    many = sum(len(s.targets) for s in found)
    return "\n".join([*lines, f"{plural(many, 'target')} in {plural(len(found), 'shard')}."]) + "\n"
