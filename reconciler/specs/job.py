"""Jobs: one training run each."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from reconciler.specs.base import PRINTABLE, Name, Strict, described

Auto = Literal["auto"]

_JOB = described(
    r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(/[a-z0-9]([a-z0-9.-]*[a-z0-9])?)?$", "Expected the name of a job, or CHAIN/STAGE."
)
ADOPT = described(
    r"^((ftjob-|ft-|ft:)[A-Za-z0-9._:-]+|[A-Za-z0-9._-]+\.ft-[A-Za-z0-9._-]+)$",
    "Expected the id of a run (ftjob-...) or of a fine-tuned model.",
)
_SUFFIX = described(r"^[a-z0-9-]*$", "A suffix has small letters, digits and dashes.")


class JobRef(Strict):
    """The model of another job, or of one of its checkpoints."""

    job: str = Field(
        pattern=_JOB, max_length=127, description="Name of a job, or CHAIN/STAGE.", examples=["support-base"]
    )
    checkpoint: int | None = Field(
        default=None,
        ge=1,
        le=1_000_000_000,
        description="Step of the checkpoint; absent: the final model.",
        examples=[200],
    )


def _base_kind(value: Any) -> str:
    return "<job>" if isinstance(value, dict | JobRef) else "<model>"


BaseModelField = Annotated[
    Annotated[str, Field(min_length=1, max_length=200, pattern=PRINTABLE), Tag("<model>")]
    | Annotated[JobRef, Tag("<job>")],
    Discriminator(_base_kind),
]


class Hyperparameters(Strict):
    """As in the vendor's API; `auto` is the same as absent."""

    n_epochs: Annotated[int, Field(ge=1, le=50)] | Auto | None = Field(
        default=None, description="Passes over the training data, 1 to 50.", examples=[3, "auto"]
    )
    batch_size: Annotated[int, Field(ge=1, le=256)] | Auto | None = Field(
        default=None, description="Rows a step, 1 to 256.", examples=[4, "auto"]
    )
    learning_rate_multiplier: Annotated[float, Field(gt=0, le=100)] | Auto | None = Field(
        default=None, description="Scales the service's learning rate.", examples=[0.1, "auto"]
    )

    beta: Annotated[float, Field(gt=0, le=2)] | Auto | None = Field(
        default=None, description="dpo: how closely it stays with the base model, above 0 to 2.", examples=[0.1, "auto"]
    )
    l2_multiplier: Annotated[float, Field(ge=0, le=1_000_000)] | Auto | None = Field(
        default=None, description="dpo on Azure: how strongly large weights are held back.", examples=[0.1, "auto"]
    )
    compute_multiplier: Annotated[float, Field(gt=0.00001, le=10)] | Auto | None = Field(
        default=None, description="reinforcement: how much it explores, above 0.00001 to 10.", examples=[1.0, "auto"]
    )
    eval_interval: Annotated[int, Field(ge=1, le=1_000_000_000)] | Auto | None = Field(
        default=None, description="reinforcement: steps between two evaluations.", examples=[5, "auto"]
    )
    eval_samples: Annotated[int, Field(ge=1, le=1_000_000_000)] | Auto | None = Field(
        default=None, description="reinforcement: answers for each row of an evaluation.", examples=[1, "auto"]
    )
    reasoning_effort: Literal["default", "low", "medium", "high"] | None = Field(
        default=None, description="reinforcement: how long the model may think.", examples=["medium"]
    )

    def explicit(self) -> dict[str, Any]:
        """Those that the user fixed; `default` is a reasoning effort's word for `auto`."""
        return {k: v for k, v in self.model_dump(exclude_none=True).items() if v not in ("auto", "default")}


@cache
def _no_hyperparameters() -> Hyperparameters:
    """One for all the jobs that set none: a spec never changes."""
    return Hyperparameters()


DPO_ONLY = ("beta", "l2_multiplier")
REINFORCEMENT_ONLY = ("compute_multiplier", "eval_interval", "eval_samples", "reasoning_effort")


class Job(Strict):
    """A training run: what it starts from, what it learns, and how."""

    target: Name = Field(description="Where it trains.", examples=["sweden"])
    base_model: BaseModelField = Field(
        description="A dated snapshot, a fine-tuned model id, or {job: NAME}.",
        examples=["gpt-4.1-mini-2025-04-14", {"job": "support-base"}],
    )
    suffix: str | None = Field(
        default=None,
        pattern=_SUFFIX,
        max_length=64,
        description="Part of the model's name; default: the job's.",
        examples=["support"],
    )
    training: Name = Field(description="Dataset to train on.", examples=["support-2026-01"])
    validation: Name | None = Field(
        default=None, description="Dataset to measure on; must share no row with training.", examples=["support-valid"]
    )
    method: Literal["supervised", "dpo", "reinforcement"] = Field(
        default="supervised", description="How it learns.", examples=["supervised"]
    )
    hyperparameters: Hyperparameters = Field(
        default_factory=_no_hyperparameters,
        description="Left to the service where absent.",
        examples=[{"n_epochs": 3, "batch_size": "auto", "learning_rate_multiplier": 0.1}],
    )
    grader: dict[str, Any] | None = Field(
        default=None,
        description="reinforcement: what gives the reward, as in the vendor's API.",
        examples=[
            {
                "type": "string_check",
                "name": "exact",
                "input": "{{sample.output_text}}",
                "reference": "{{item.answer}}",
                "operation": "eq",
            }
        ],
    )
    response_format: dict[str, Any] | None = Field(
        default=None,
        description="reinforcement: the JSON Schema of the answers, as in the vendor's API.",
        examples=[{"type": "json_schema", "json_schema": {"name": "answer", "schema": {"type": "object"}}}],
    )
    seed: int | None = Field(
        default=None, ge=0, le=2147483647, description="Number that makes the run repeatable.", examples=[7]
    )
    training_type: Literal["standard", "data_zone", "global", "developer"] | None = Field(
        default=None, description="Azure: where the run may be computed; changes its price, never its identity."
    )
    adopt: str | None = Field(
        default=None,
        pattern=ADOPT,
        max_length=200,
        description="A live run, or a fine-tuned model, that counts as this job's: nothing is trained. "
        "Written by `reconciler import`.",
        examples=["ftjob-0d5e8f1c2b3a49f6a7b8c9d0e1f2a3b4"],
    )
    retries: int = Field(default=0, ge=0, le=10, description="New attempts after a failed run.", examples=[1])
    generation: int = Field(
        default=1,
        ge=1,
        le=1_000_000,
        description="Raise it to train the same thing again on purpose.",
        examples=[2],
    )
