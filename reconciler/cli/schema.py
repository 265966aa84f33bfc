"""`reconciler schema`: what an editor needs to know of the spec language."""

from __future__ import annotations

import click
import orjson


@click.command()
def schema() -> None:
    """Print the JSON Schema (draft-07) of a spec file.

    Editors with a YAML language server take it from the first line of a file:

        # yaml-language-server: $schema=../schema/reconciler.schema.json
    """
    click.echo(schema_json(), nl=False)


def schema_json() -> bytes:
    """The schema as it stands in `schema/reconciler.schema.json`."""
    from reconciler.specs.schema import schema as make

    return orjson.dumps(make(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
