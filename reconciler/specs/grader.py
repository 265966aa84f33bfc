"""Graders of reinforcement runs, in the vendor's own words.

https://platform.openai.com/docs/guides/graders and the OpenAPI document of 2026-08 (Grader...); `multi` takes a map
from names to graders, as the guide and real runs do, where the document has a single one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from reconciler.specs.base import Strict

_TEMPLATE = re.compile(r"\{\{\s*item\.([^{}\s]+?)\s*\}\}")
_Text = Annotated[str, Field(min_length=1)]


class Grader(Strict):
    """What the vendors add is let through, with a warning: there is no other way to use a new key."""

    model_config = ConfigDict(extra="allow")

    pass_threshold: float | None = Field(default=None, description="From where on it counts as passed.")


class StringCheck(Grader):
    """1 when the texts compare as asked, else 0."""

    type: Literal["string_check"] = Field(description="The kind of grader.")
    name: _Text = Field(description="Any name.")
    input: str = Field(description="What is compared; may hold {{sample...}} and {{item...}}.")
    reference: str = Field(description="What it is compared with.")
    operation: Literal["eq", "ne", "like", "ilike"] = Field(description="How they are compared.")


class TextSimilarity(Grader):
    """How alike two texts are, 0 to 1."""

    type: Literal["text_similarity"] = Field(description="The kind of grader.")
    name: _Text = Field(description="Any name.")
    input: str = Field(description="What is compared; may hold {{sample...}} and {{item...}}.")
    reference: str = Field(description="What it is compared with.")
    evaluation_metric: Literal[
        "cosine", "fuzzy_match", "bleu", "gleu", "meteor",
        "rouge_1", "rouge_2", "rouge_3", "rouge_4", "rouge_5", "rouge_l",
    ] = Field(description="How alike is measured.")  # fmt: skip


class Python(Grader):
    """A function `grade(sample, item)` that the service runs."""

    type: Literal["python"] = Field(description="The kind of grader.")
    name: _Text = Field(description="Any name.")
    source: _Text = Field(description="The source code.")
    image_tag: str | None = Field(default=None, description="The image in which it runs.")


class SamplingParams(Strict):
    """How a grading model answers."""

    seed: int | None = Field(default=None, description="For repeatable answers.")
    top_p: Annotated[float, Field(gt=0, le=1)] | None = Field(default=None, description="Nucleus sampling.")
    temperature: Annotated[float, Field(ge=0, le=2)] | None = Field(default=None, description="How freely it answers.")
    max_completions_tokens: Annotated[int, Field(ge=1)] | None = Field(default=None, description="Of one answer.")
    reasoning_effort: Literal["none", "minimal", "low", "medium", "high"] | None = Field(
        default=None, description="Of a reasoning model."
    )


class ScoreModel(Grader):
    """Another model gives the score."""

    type: Literal["score_model"] = Field(description="The kind of grader.")
    name: _Text = Field(description="Any name.")
    model: _Text = Field(description="The model that grades.")
    input: list[dict[str, Any]] = Field(min_length=1, description="Messages for it; may hold templates.")
    range: Annotated[list[float], Field(min_length=2, max_length=2)] | None = Field(
        default=None, description="Lowest and highest score; default 0 to 1."
    )
    sampling_params: SamplingParams | None = Field(default=None, description="How it answers.")


class LabelModel(Grader):
    """Another model chooses a label."""

    type: Literal["label_model"] = Field(description="The kind of grader.")
    name: _Text = Field(description="Any name.")
    model: _Text = Field(description="The model that grades.")
    input: list[dict[str, Any]] = Field(min_length=1, description="Messages for it; may hold templates.")
    labels: Annotated[list[str], Field(min_length=1)] = Field(description="What it may choose from.")
    passing_labels: Annotated[list[str], Field(min_length=1)] = Field(description="Which of them pass.")


class Multi(Grader):
    """A formula over other graders."""

    type: Literal["multi"] = Field(description="The kind of grader.")
    name: _Text | None = Field(default=None, description="Any name.")
    graders: Annotated[dict[str, dict[str, Any]], Field(min_length=1)] = Field(
        description="Graders by the names they have in the formula."
    )
    calculate_output: _Text = Field(description="The formula, such as 0.5 * exact + 0.5 * style.")


GRADERS: dict[str, type[Grader]] = {
    "string_check": StringCheck,
    "text_similarity": TextSimilarity,
    "python": Python,
    "score_model": ScoreModel,
    "label_model": LabelModel,
    "multi": Multi,
}


def item_paths(value: Any) -> Iterator[str]:
    """What the templates of a grader, as plain data, read of a row: `KEY` for `{{item.KEY}}`."""
    if isinstance(value, str):
        yield from (found.removesuffix("[]") for found in _TEMPLATE.findall(value))
    elif isinstance(value, dict):
        for below in value.values():
            yield from item_paths(below)
    elif isinstance(value, list | tuple):
        for below in value:
            yield from item_paths(below)
