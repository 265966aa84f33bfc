"""What a file is that the services do not train on, in one sentence, with the command that converts it."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reconciler.datasets.foreign.kinds import Kind, kind_of_rows
from reconciler.datasets.foreign.shapes import shape_of
from reconciler.datasets.foreign.signatures import signature_of
from reconciler.datasets.formats import format_of

_MOST_KEYS = 12


@dataclass(frozen=True, slots=True)
class Foreign:
    """A file that is something else. `what` begins a sentence, `way` is a sentence or two."""

    what: str
    way: str


def foreign_bytes(first: bytes, shown: str) -> Foreign | None:
    """Archives, tables and other encodings, by the first bytes."""
    found = signature_of(first)
    return Foreign(f"The file is {found.name}.", found.advice or _convert(shown)) if found else None


def foreign_text(lines: Sequence[bytes], shown: str) -> Foreign | None:
    """Arrays, tables and JSON over several lines, by the first lines that are not blank."""
    found = shape_of(lines)
    wanted = "The services read JSON Lines: one object a line."
    return Foreign(f"The file is {found.name}. {wanted}", found.advice or _convert(shown)) if found else None


def foreign_rows(rows: Sequence[Any], shown: str) -> Foreign | None:
    """Rows of another format, and rows of none, by the first rows."""
    if kind := kind_of_rows(rows):
        return Foreign(f"The rows are {kind.name}. {_wanted(kind)}", kind.advice or _convert(shown, kind.to))
    objects = [row for row in rows if isinstance(row, dict)]
    if not objects or any(format_of(row) for row in objects):
        return None
    keys = dict.fromkeys(key for row in objects for key in row)
    names = ", ".join(f"`{key}`" for key in list(keys)[:_MOST_KEYS]) or "none"
    return Foreign(
        f"The rows have the keys {names}.",
        "Chat rows have `messages`; preferences have `input`, `preferred_output` and `non_preferred_output`; "
        "reinforcement rows have `messages` and what the grader reads; completions have `prompt` and `completion`.",
    )


def _wanted(kind: Kind) -> str:
    if kind.to == "preference":
        return "The services train on `input`, `preferred_output` and `non_preferred_output`."
    return "The services train on `messages`."


def _convert(shown: str, to: str = "chat") -> str:
    stem = shown
    for ending in (".jsonl", ".json", ".csv", ".tsv", ".gz", ".zip", ".parquet", ".arrow", ".zst", ".xz", ".bz2"):
        stem = stem.removesuffix(ending)
    return f"Run: reconciler dataset convert {shlex.quote(shown)} --to {to} --out {shlex.quote(f'{stem}.{to}.jsonl')}"
