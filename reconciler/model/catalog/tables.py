"""The vendors' tables, one versioned JSON file each, read on first use: `azure.json`, `openai.json`.

Every row names its source, which has a page and the day it was read. The tables are for checks without a service:
whatever an account's own lists say is taken before them, and a message from a table says how old it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

import orjson

VENDORS = ("azure", "openai")


@dataclass(frozen=True, slots=True)
class Source:
    page: str
    as_of: str
    """The day it was read, YYYY-MM-DD."""


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """A base model that the vendor trains. What no source says is None or empty."""

    id: str
    alias: str
    """The name without a date that means this snapshot; empty where the name never moves."""
    format: str
    """Resource Manager's `format`; case matters there."""
    methods: tuple[str, ...] | None
    training_types: tuple[str, ...] | None
    """In the words of the specs."""
    access: str
    """`invitation`, `preview`, or empty where everybody may train it."""
    source: Source
    format_source: Source


@dataclass(frozen=True, slots=True)
class Retirement:
    """The three days of a base model. After `base` only existing customers train on it, until `training`."""

    models: tuple[str, ...]
    base: date
    training: date
    serving: date
    """Until when what was trained on it answers."""
    source: Source


@dataclass(frozen=True, slots=True)
class Table:
    """What one vendor's pages say."""

    vendor: str
    as_of: str
    models: Mapping[str, ModelFacts]
    """By id in lower case."""
    retirements: Mapping[str, Retirement]
    """By id in lower case."""
    row_tokens: tuple[tuple[str, int], ...]
    """Start of a model's name, and tokens of a training row; the first that fits holds."""
    encodings: tuple[tuple[str, str], ...]
    vision: tuple[str, ...]
    """Ids of the models that learn from images; empty where the vendor does not say."""
    prices: Mapping[str, Any]
    """By service, in the form of the file that `prices:` names in a spec."""


@cache
def table(vendor: str) -> Table:
    """The table of `azure` or `openai`; any other provider has an empty one."""
    if vendor not in VENDORS:
        return Table(vendor, "", {}, {}, (), (), (), {})
    raw = orjson.loads(files(__package__).joinpath(f"{vendor}.json").read_bytes())
    sources = {name: Source(**source) for name, source in raw["sources"].items()}
    facts = [_model(row, sources) for row in raw["models"]]
    return Table(
        vendor,
        raw["as_of"],
        {model.id.lower(): model for model in facts},
        {id.lower(): found for found in _retirements(raw["retirements"], sources) for id in found.models},
        _starts(raw["row_tokens"], "tokens"),
        _starts(raw.get("encodings", ()), "encoding"),
        tuple(id for row in raw.get("vision", ()) for id in row["models"]),
        raw["prices"],
    )


def tables() -> Iterator[Table]:
    return (table(vendor) for vendor in VENDORS)


def _model(row: Mapping[str, Any], sources: Mapping[str, Source]) -> ModelFacts:
    methods, types = row.get("methods"), row.get("training_types")
    return ModelFacts(
        id=row["id"],
        alias=row.get("alias", ""),
        format=row.get("format", ""),
        methods=tuple(methods) if methods else None,
        training_types=tuple(types) if types else None,
        access=row.get("access", ""),
        source=sources[row["source"]],
        format_source=sources[row.get("format_source", row["source"])],
    )


def _retirements(rows: Iterable[Mapping[str, Any]], sources: Mapping[str, Source]) -> Iterator[Retirement]:
    for row in rows:
        base, training, serving = (date.fromisoformat(row[key]) for key in ("base", "training", "serving"))
        yield Retirement(tuple(row["models"]), base, training, serving, sources[row["source"]])


def _starts(rows: Iterable[Mapping[str, Any]], value: str) -> tuple[tuple[str, Any], ...]:
    return tuple((row["starts"], row[value]) for row in rows)
