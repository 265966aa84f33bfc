"""Retention: what of the past is kept, for the whole estate."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from reconciler.specs.base import Strict

KEPT_MODELS = 3


class Retention(Strict):
    """How much of what nothing wants any more stays at the services."""

    models: int = Field(
        default=KEPT_MODELS,
        ge=0,
        le=1_000,
        description="Models that --prune leaves of each suffix beyond those in the specs: the newest, for git revert.",
        examples=[3],
    )
    files: Literal["keep", "until_trained"] = Field(
        default="keep",
        description="keep: training files stay until --prune; until_trained: apply removes a file once every run that "
        "needs it has succeeded.",
    )
