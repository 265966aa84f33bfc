"""`reconciler schema`: what an editor needs to know of the spec language, and a program of plans."""

from __future__ import annotations

from typing import Any

import click
import orjson

KINDS = ("specs", "plan")


@click.command()
@click.option("--kind", type=click.Choice(KINDS), default="specs", show_default=True, help="Of what.")
def schema(kind: str) -> None:
    """Print the JSON Schema of a spec file (draft-07), or of a plan as JSON.

    Editors with a YAML language server take it from the first line of a file:

        # yaml-language-server: $schema=../schema/reconciler.schema.json
    """
    click.echo(schema_json(kind), nl=False)


def schema_json(kind: str = "specs") -> bytes:
    """The schema as it stands in `schema/`."""
    return orjson.dumps(_schema(kind), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _schema(kind: str) -> dict[str, Any]:
    if kind == "plan":
        from reconciler.planning import planreading

        return planreading.schema()
    from reconciler.specs.schema import schema as make

    return make()
