"""The JSON Schema (draft-07) of one spec file, made from the models that read it, for editors and for CI.

It says what can be said of a file by itself. What needs more than one place to be seen stays with `validate`:
references and circles, names that stand twice, the one estate, dated models, room for a suffix. Nor can a schema tell
`1.0` from `1`; and editors read YAML 1.2, where `012`, `0x1f`, `.inf`, `True` and `NULL` are not the text that they
are here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from reconciler.model.catalog import limits
from reconciler.specs.base import MAX_NAME, NAME, PATTERN_WORDS
from reconciler.specs.chain import STAGES
from reconciler.specs.estate_keys import ESTATE_KEYS, ESTATE_MODELS, MAX_PATH, PATH
from reconciler.specs.parse import KINDS, SECTIONS
from reconciler.specs.target import PROVIDERS

Schema = dict[str, Any]

_NAME: Schema = {"type": "string", "maxLength": MAX_NAME, "pattern": NAME, "patternErrorMessage": PATTERN_WORDS[NAME]}
_VERSION: Schema = {
    "title": "Version",
    "description": "Version of the spec language; every file starts with it.",
    "const": 1,
    "default": 1,
    "examples": [1],
}
_ESTATE: Schema = {
    "title": "Estate",
    "description": "The owner's mark on every live object. Exactly one file below a spec root names it.",
    "examples": ["support-prod"],
    **_NAME,
}
_PRICES: Schema = {
    "title": "Prices",
    "description": "File of prices that hold before the tool's own; relative to this file, inside the repository.",
    "examples": ["prices.yaml"],
    "type": ["string", "null"],
    "minLength": 1,
    "maxLength": MAX_PATH,
    "pattern": PATH,
    "patternErrorMessage": PATTERN_WORDS[PATH],
}
_SECTIONS: dict[str, tuple[str, Schema]] = {
    "targets": (
        "Accounts and projects: where models are trained and served.",
        {"platform": {"provider": "openai", "project": "proj_abc123"}},
    ),
    "datasets": ("Training files: what to train on.", {"support-2026-01": {"file": "../data/support-2026-01.jsonl"}}),
    "jobs": (
        "Training runs, one each.",
        {"triage": {"target": "sweden", "base_model": "gpt-4.1-nano-2025-04-14", "training": "triage-train"}},
    ),
    "chains": (
        "Continuous fine-tuning: stages that train on top of each other.",
        {
            "support": {
                "target": "sweden",
                "base_model": "gpt-4.1-mini-2025-04-14",
                STAGES: [{"name": "2026-01", "training": "support-2026-01"}],
            }
        },
    ),
    "deployments": (
        "What is served, where.",
        {"support-chat": {"model": {"chain": "support"}, "sku": "Standard", "targets": {"sweden": {}}}},
    ),
}


def schema() -> Schema:
    """The schema of a spec file."""
    definitions = {_singular(kind): _entry(model) for kind, model in KINDS.items()}
    definitions["target"] = {"oneOf": [_entry(model) for model in PROVIDERS.values()]}
    definitions["chain"] = _chain(definitions["job"])
    definitions["deployment"] |= _sku_somewhere()
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "reconciler specs",
        "description": "Fine-tuned models as code: targets, datasets, jobs, chains and deployments.",
        "type": "object",
        "additionalProperties": False,
        "required": ["version"],
        "properties": {"version": _VERSION, "estate": _ESTATE, **_estate_keys()}
        | {kind: _section(kind) for kind in SECTIONS},
        "dependencies": {key: ["estate"] for key in ESTATE_KEYS},
        "definitions": definitions,
    }


def _estate_keys() -> Schema:
    """What holds for the whole estate; left empty, a key is as good as absent."""
    examples: dict[str, Schema] = {
        "budget": {"training": 50, "hosting": 5000},
        "retention": {"models": 3, "files": "until_trained"},
    }
    made = {
        key: _key(key, _entry(model) | {"examples": [examples[key]]}) | {"type": ["object", "null"]}
        for key, model in ESTATE_MODELS.items()
    }
    return {key: made.get(key, _PRICES) for key in ESTATE_KEYS}


def _section(kind: str) -> Schema:
    """Names to entries; a section that is empty is as good as absent."""
    about, example = _SECTIONS[kind]
    shortest = {"minLength": limits.DEPLOYMENT_NAME[0]} if kind == "deployments" else {}
    return {
        "title": kind.capitalize(),
        "description": about,
        "examples": [example],
        "type": ["object", "null"],
        "propertyNames": _NAME | shortest,
        "additionalProperties": {"$ref": f"#/definitions/{_singular(kind)}"},
    }


def _singular(kind: str) -> str:
    return kind.removesuffix("s")


def _chain(job: Schema) -> Schema:
    """A job's keys at the chain as defaults, at the stages as their own: together they make whole jobs."""
    keys = {key: _partial(value) for key, value in job["properties"].items()}
    once = {"base_model": job["properties"]["base_model"]}
    stage_name = {
        "title": "Name",
        "description": "Name of the stage: its job is CHAIN/STAGE.",
        "examples": ["2026-01"],
        **_NAME,
    }
    stage = {
        "title": "Stage",
        "description": "One run on top of the stage before it.",
        "type": "object",
        "additionalProperties": False,
        "required": ["name"],
        "properties": {"name": stage_name} | {k: v for k, v in keys.items() if k not in once},
    }
    return {
        "title": "Chain",
        "description": "Stages that train on top of each other. Every key but `stages` is a default for the stages; "
        "maps merge key by key.",
        "type": "object",
        "additionalProperties": False,
        "required": [*once, STAGES],
        "properties": {
            **{k: v for k, v in (keys | once).items() if k != "adopt"},
            STAGES: {
                "title": "Stages",
                "description": "Runs, first to last; stage N trains on the model of stage N-1.",
                "examples": [_SECTIONS["chains"][1]["support"][STAGES]],
                "type": "array",
                "minItems": 1,
                "items": stage,
            },
        },
        "allOf": [
            {
                "if": {"not": {"required": [key]}},
                "then": {"properties": {STAGES: {"items": {"required": [key]}}}},
            }
            for key in job["required"]
            if key not in once
        ],
    }


def _partial(node: Schema) -> Schema:
    """The same without keys that are needed: the other half of a map may stand elsewhere."""
    rest = {k: v for k, v in node.items() if k != "required"}
    if "properties" in rest:
        rest["properties"] = {k: _partial(v) for k, v in rest["properties"].items()}
    return rest


def _sku_somewhere() -> Schema:
    """Every target of a deployment ends up with a SKU: its own, or the deployment's."""

    def each_target(rule: Schema) -> Schema:
        return {"properties": {"targets": {"additionalProperties": rule}}}

    text = {"properties": {"sku": {"type": "string"}}}
    return {
        "if": {"required": ["sku"], **text},
        "then": each_target(text),
        "else": each_target({"required": ["sku"], **text}),
    }


def _entry(model: type[BaseModel]) -> Schema:
    """One model, with its references inlined: draft-07 ignores what stands beside a reference."""
    raw = TypeAdapter(model).json_schema(schema_generator=_Generator)
    tidy: Schema = _tidy(raw, raw.pop("$defs", {}))
    return tidy


class _Generator(GenerateJsonSchema):
    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchemaValue:
        """Mappings whose keys have rules; pydantic's own form lets keys through that miss a pattern."""
        made = super().dict_schema(schema)
        if "keys_schema" in schema and "values_schema" in schema:
            made.pop("patternProperties", None)
            made["propertyNames"] = self.generate_inner(schema["keys_schema"])
            made["additionalProperties"] = self.generate_inner(schema["values_schema"])
        return made

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        """One schema with two types: editors then report what is wrong, not that no branch fits."""
        inner = self.generate_inner(schema["schema"])
        if "const" in inner:
            inner["enum"] = [inner.pop("const")]
        if "enum" in inner:
            return inner | {"type": [inner["type"], "null"], "enum": [*inner["enum"], None]}
        if isinstance(inner.get("type"), str):
            return inner | {"type": [inner["type"], "null"]}
        return super().nullable_schema(schema)


def _tidy(node: Any, definitions: Mapping[str, Any]) -> Any:
    if isinstance(node, list):
        return [_tidy(item, definitions) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        target = definitions[node["$ref"].rpartition("/")[2]]
        return _tidy(target | {k: v for k, v in node.items() if k != "$ref"}, definitions)
    made = {k: _tidy(v, definitions) for k, v in node.items() if k not in ("properties", "discriminator", "examples")}
    made |= {k: node[k] for k in ("examples",) if k in node}
    if "title" in made:
        made["title"] = _words(made["title"])
    if "properties" in node:
        made["properties"] = {k: _key(k, _tidy(v, definitions)) for k, v in node["properties"].items()}
    if "anyOf" in made:
        made = _number_or_word(made)
    if made.get("pattern") in PATTERN_WORDS:
        made["patternErrorMessage"] = PATTERN_WORDS[made["pattern"]]
    return made


def _number_or_word(node: Schema) -> Schema:
    """`3` or `auto` as one schema with several types: of three branches, editors show the title three times."""
    branches: dict[Any, Schema] = {branch.get("type"): branch for branch in node["anyOf"]}
    number, word = branches.get("integer") or branches.get("number"), branches.get("string", {}).get("const")
    if number is None or word is None or len(branches) != 2 + ("null" in branches):
        return node
    rest = {k: v for k, v in node.items() if k != "anyOf"}
    words = {"pattern": f"^{word}$", "patternErrorMessage": f"Expected a number, or {word}."}
    return rest | number | words | {"type": list(branches)}


def _key(name: str, node: Schema) -> Schema:
    """What an editor shows of a key: a title, examples; no default that only says `absent`."""
    node["title"] = name.replace("_", " ").capitalize()
    default = node.pop("default", None)
    if isinstance(default, dict):
        default = {k: v for k, v in default.items() if v is not None}
    if default is not None:
        node["default"] = default
    if "examples" not in node:
        choices = node.get("enum") or ([node["const"]] if "const" in node else [True, False])
        node["examples"] = [choice for choice in choices if choice is not None]
    return node


def _words(title: str) -> str:
    """`NamedModel` as `Named model`; what has words already stays."""
    if " " in title:
        return title
    return re.sub(r"(?<=[a-z])(?=[A-Z][a-z])", " ", title.removesuffix("Ref")).capitalize()
