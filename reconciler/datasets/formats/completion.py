"""Completion rows: `{"prompt": ..., "completion": ...}`, for babbage-002 and davinci-002.

Rules: OpenAI's OpenAPI document of 2024-12 (FineTuneCompletionRequestInput).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconciler.datasets.formats.parts import Problems, kind_of, shown
from reconciler.model import codes

KEYS = frozenset({"prompt", "completion"})


def check(row: Mapping[str, Any]) -> Problems:
    """Each problem of one row."""
    for key in sorted(row.keys() - KEYS):
        yield codes.ROW_KEY, f"The key {shown(key)} is no part of a completion."
    for key in ("prompt", "completion"):
        if not isinstance(row.get(key), str):
            found = kind_of(row[key]) if key in row else "missing"
            yield codes.ROW_COMPLETION, f"`{key}` must be a text; it is {found}."
    completion = row.get("completion")
    if isinstance(completion, str) and not completion.strip():
        yield codes.ROW_COMPLETION, "`completion` is empty."
