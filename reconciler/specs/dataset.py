"""Datasets: what to train on."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from reconciler.specs.base import Strict


class Dataset(Strict):
    """A training file. The dataset is its content: the name and the path may change freely."""

    file: str = Field(
        min_length=1,
        max_length=4096,
        description="Path of the JSONL file, relative to this spec file.",
        examples=["../data/support-2026-01.jsonl"],
    )
    format: Literal["chat"] | None = Field(default=None, description="What a row is; inferred when absent.")
