"""Plans read back from JSON, and the JSON Schema of them."""

from __future__ import annotations

from typing import Any

import orjson
from pydantic import ValidationError

from reconciler.planning.plandigest import digest_of
from reconciler.planning.planformat import FORMAT_VERSION, PlanDocument


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of the format."""
    made = PlanDocument.model_json_schema()
    version = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": f"reconciler plan {FORMAT_VERSION}"}
    return version | {key: value for key, value in made.items() if key not in version}


def read_document(raw: bytes) -> PlanDocument:
    """Read a plan as JSON; raises `ValueError` for anything else, and for another major version."""
    data = orjson.loads(raw)
    if not isinstance(data, dict) or "resource_changes" not in data:
        raise ValueError("it has no resource_changes")
    version = str(data.get("format_version"))
    if version.split(".")[0] != FORMAT_VERSION.split(".")[0]:
        raise ValueError(f"its format_version is {version}, this release reads {FORMAT_VERSION}")
    try:
        return PlanDocument.model_validate_json(raw)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise ValueError(f"{'.'.join(map(str, first['loc']))}: {first['msg'].lower()}") from error


def read_saved(raw: bytes) -> PlanDocument:
    """Read a saved plan; raises `ValueError` also where its changes are not those that its digest speaks of."""
    saved = read_document(raw)
    if digest_of(saved) != saved.digest.changes:
        raise ValueError("its changes do not have its digest: the file was altered, or a later release wrote it")
    return saved
