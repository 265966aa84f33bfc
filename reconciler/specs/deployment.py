"""Deployments: what is served, where."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from reconciler.specs.base import Name, Strict
from reconciler.specs.job import JobRef

Tags = dict[
    Annotated[str, Field(min_length=1, max_length=512, pattern=r"^[^<>%&\\?/\x00-\x1f]+$")],
    Annotated[str, Field(max_length=256)],
]
"""Resource Manager's rules for tags."""


class ChainRef(Strict):
    """The model of a chain's last stage, or of one that is named."""

    chain: Name = Field(description="Name of a chain.")
    stage: Name | None = Field(default=None, description="Absent: the last stage.")


class NamedModel(Strict):
    """A base model of the vendor's."""

    name: str = Field(min_length=1, max_length=200, description="Such as gpt-4.1-mini.")
    version: str = Field(min_length=1, max_length=64, description='Such as "2025-04-14".')


def _model_kind(value: Any) -> str:
    if isinstance(value, ChainRef) or (isinstance(value, dict) and "chain" in value):
        return "<chain>"
    if isinstance(value, JobRef) or (isinstance(value, dict) and "job" in value):
        return "<job>"
    return "<name>"


ModelField = Annotated[
    Annotated[ChainRef, Tag("<chain>")] | Annotated[JobRef, Tag("<job>")] | Annotated[NamedModel, Tag("<name>")],
    Discriminator(_model_kind),
]


class Serving(Strict):
    """The keys that a target may set for itself; all optional there."""

    sku: str | None = Field(default=None, min_length=1, max_length=64, description="Standard, GlobalStandard, ...")
    capacity: int | None = Field(default=None, ge=1, le=1_000_000, description="Thousands of tokens a minute, or PTUs.")
    content_filter: str | None = Field(default=None, min_length=1, max_length=64, description="Name of a RAI policy.")
    version_upgrade: Literal["NoAutoUpgrade", "OnceNewDefaultVersionAvailable", "OnceCurrentVersionExpired"] | None = (
        Field(default=None, description="When the service may change the model's version by itself.")
    )
    tags: Tags = Field(default={}, description="Tags on the live object; others are left alone.")
    strategy: Literal["in_place"] | None = Field(default=None, description="How a new model gets under a serving name.")
    protect: bool | None = Field(default=None, description="Never deleted, recreated or pruned while true.")


class Deployment(Serving):
    """One model under one name on one or more targets."""

    model: ModelField = Field(description="{chain: NAME}, {job: NAME} or {name: MODEL, version: VERSION}.")
    targets: dict[Name, Serving] = Field(min_length=1, description="Where it is served; a target may set keys anew.")

    def on(self, target: str) -> Serving:
        """The keys in force on one target; tags merge key by key."""
        own = self.targets[target]
        tags = self.tags | own.tags
        return self.model_copy(update=own.model_dump(exclude_unset=True, exclude={"tags"}) | {"tags": tags})
