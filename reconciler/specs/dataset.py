"""Datasets: what to train on."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from reconciler.specs.base import Strict, described

_PATH = described(r"^[^\x00-\x1f\x7f]+$", "Expected a path without control characters.")


class Dataset(Strict):
    """A training file. The dataset is its content: the name and the path may change freely."""

    file: str = Field(
        min_length=1,
        max_length=4096,
        pattern=_PATH,
        description="Path of the JSONL file, relative to this spec file.",
        examples=["../data/support-2026-01.jsonl"],
    )
    format: Literal["chat"] | None = Field(default=None, description="What a row is; inferred when absent.")
