"""Deployments: what is served, where."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from reconciler.model import normal
from reconciler.specs.base import PRINTABLE, Name, Strict, described
from reconciler.specs.job import JobRef

_TAG = described(
    r"^[^<>%&\\?/\x00-\x1f]+$", "The names of tags have 1 to 512 characters and none of < > % & \\ ? / among them."
)
Tags = dict[
    Annotated[str, Field(min_length=1, max_length=512, pattern=_TAG)],
    Annotated[str, Field(max_length=256, pattern=PRINTABLE)],
]
"""Resource Manager's rules for tags."""


class ChainRef(Strict):
    """The model of a chain's last stage, or of one that is named."""

    chain: Name = Field(description="Name of a chain.", examples=["support"])
    stage: Name | None = Field(default=None, description="A stage; absent: the last one.", examples=["2026-01"])


class NamedModel(Strict):
    """A base model of the vendor's."""

    name: str = Field(
        min_length=1,
        max_length=200,
        pattern=PRINTABLE,
        description="Name of a base model.",
        examples=["gpt-4.1-mini"],
    )
    version: str = Field(
        min_length=1,
        max_length=64,
        pattern=PRINTABLE,
        description="Version of the model, as text.",
        examples=["2025-04-14"],
    )


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

    sku: str | None = Field(
        default=None,
        min_length=1,
        max_length=64,
        pattern=PRINTABLE,
        description="Type of the deployment; needed here or on each target.",
        examples=list(normal.SKUS),
    )
    capacity: int | None = Field(
        default=None, ge=1, le=1_000_000, description="Thousands of tokens a minute, or PTUs.", examples=[50]
    )
    content_filter: str | None = Field(
        default=None,
        min_length=1,
        max_length=64,
        pattern=PRINTABLE,
        description="Name of a content filter (RAI policy) of the account.",
        examples=["Microsoft.DefaultV2"],
    )
    version_upgrade: Literal["NoAutoUpgrade", "OnceNewDefaultVersionAvailable", "OnceCurrentVersionExpired"] | None = (
        Field(default=None, description="When the service may change the model's version by itself.")
    )
    tags: Tags = Field(
        default={},
        description="Tags on the live object; tags that are not named here are left alone.",
        examples=[{"team": "support"}],
    )
    strategy: Literal["in_place", "versioned", "recreate"] | None = Field(
        default=None,
        description="How a new model gets under a serving name: in_place writes it under the same name, versioned puts "
        "a new deployment beside the old one, under a name with the model in it, recreate deletes first (an outage).",
    )
    protect: bool | None = Field(default=None, description="Never deleted, recreated or pruned while true.")
    ignore_drift: list[Literal["sku", "capacity", "content_filter", "version_upgrade", "tags"]] | None = Field(
        default=None,
        description="Keys that something else owns once the deployment is there, such as an autoscaler: their live "
        "values are kept.",
        examples=[["capacity"]],
    )


class Deployment(Serving):
    """One model under one name on one or more targets."""

    model: ModelField = Field(
        description="{chain: NAME}, {job: NAME} or {name: MODEL, version: VERSION}.",
        examples=[{"chain": "support"}, {"job": "triage"}, {"name": "gpt-4.1-mini", "version": "2025-04-14"}],
    )
    targets: dict[Name, Serving] = Field(
        min_length=1,
        description="Where it is served; a target may set keys anew.",
        examples=[{"sweden": {}, "chicago": {"capacity": 20, "sku": "GlobalStandard"}}],
    )

    def on(self, target: str) -> Serving:
        """The keys in force on one target; tags merge key by key."""
        own = self.targets[target]
        if not own.model_fields_set:
            return self
        tags = self.tags | own.tags
        return self.model_copy(update=own.model_dump(exclude_unset=True, exclude={"tags"}) | {"tags": tags})
