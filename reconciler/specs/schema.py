"""The JSON Schema (draft-07) of one spec file, made from the models that read it, for editors and for CI.

It describes what a file says by itself. What needs more than one place to be seen stays with `validate`: references
and circles, names that stand twice, the one estate, dated models, room for a suffix. Nor can a schema tell `1.0` from
`1`; and editors read YAML 1.2, where `012`, `0x1f`, `.inf`, `True` and `NULL` are no strings as they are here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import core_schema

from reconciler.model.catalog import limits
from reconciler.specs.base import MAX_NAME, NAME, PATTERN_WORDS
from reconciler.specs.chain import OF_FIRST_STAGE, STAGES
from reconciler.specs.parse import KINDS, SECTIONS
from reconciler.specs.target import PROVIDERS

Schema = dict[str, Any]

_SECTIONS = {
    "targets": "Accounts and projects: where models are trained and served.",
    "datasets": "Training files: what to train on.",
    "jobs": "Single training runs.",
    "chains": "Continuous fine-tuning: stages that train on top of each other.",
    "deployments": "What is served, where.",
}
_NAMES = {"targets": "sweden", "datasets": "support-2026-01", "jobs": "triage", "chains": "support"}
_EVERY_KEY = "Every key but `stages` is a default for the stages; maps merge key by key."


def schema() -> Schema:
    """The schema of a spec file."""
    definitions = dict(_definitions())
    sections = {key: _section(key, definitions) for key in SECTIONS}
    properties = {"version": _VERSION, "estate": _ESTATE, **sections}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "reconciler specs",
        "description": "Fine-tuned models as code: targets, datasets, jobs, chains and deployments.",
        "type": "object",
        "additionalProperties": False,
        "required": ["version"],
        "properties": properties,
        "definitions": definitions,
    }


_NAME: Schema = {
    "type": "string",
    "pattern": NAME,
    "maxLength": MAX_NAME,
    "patternErrorMessage": PATTERN_WORDS[NAME],
}
_VERSION: Schema = {
    "title": "Version",
    "description": "Version of the spec language. Every file starts with it.",
    "const": 1,
    "default": 1,
    "examples": [1],
}
_ESTATE: Schema = {
    **_NAME,
    "title": "Estate",
    "description": "The owner's mark on every live object. Exactly one file of a spec root names it.",
    "examples": ["support-prod"],
}


def _section(key: str, definitions: Schema) -> Schema:
    """A mapping of names to entries; an empty section is nothing."""
    singular = key.removesuffix("s")
    names = dict(_NAME)
    if key == "deployments":
        names["minLength"] = limits.DEPLOYMENT_NAME[0]
    required = definitions[singular].get("required", ())
    first = {k: v["examples"][0] for k, v in definitions[singular].get("properties", {}).items() if k in required}
    return {
        "title": key.capitalize(),
        "description": _SECTIONS[key],
        "type": ["object", "null"],
        "propertyNames": names,
        "additionalProperties": {"$ref": f"#/definitions/{singular}"},
        "examples": [{_NAMES.get(key, "support-chat"): first or definitions[singular]["examples"][0]}],
    }


def _definitions() -> Iterator[tuple[str, Schema]]:
    yield "target", _target()
    for key in SECTIONS:
        if key in KINDS:
            yield key.removesuffix("s"), _of_model(KINDS[key])
        elif key == "chains":
            yield "chain", _chain(_of_model(KINDS["jobs"]))
    raise NotImplementedError
