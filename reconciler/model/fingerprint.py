"""The fingerprint of a run: SHA-256 over what determines the resulting weights, and nothing else."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

FINGERPRINT_VERSION = 1


def canonical_json(value: object) -> bytes:
    """UTF-8 JSON with sorted keys and no spaces; a whole float is written as the integer it equals."""
    return orjson.dumps(_whole(value), option=orjson.OPT_SORT_KEYS)


def _whole(value: object) -> object:
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    if isinstance(value, Mapping):
        return {str(k): _whole(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_whole(v) for v in value]
    return value


@dataclass(frozen=True, slots=True)
class Ingredients:
    """Everything that goes into a fingerprint. `auto` and absent hyperparameters are the same and left out."""

    base_model: str | None
    """A dated snapshot or a fine-tuned model id; None when the run starts from another run."""
    parent: str | None
    """The parent run's fingerprint, 64 hex digits."""
    checkpoint: int | None
    """The step of the parent's checkpoint; None for its final model."""
    method: str
    hyperparameters: Mapping[str, Any]
    training: str
    """Digest of the training data, 64 hex digits."""
    validation: str | None = None
    seed: int | None = None
    grader: Mapping[str, Any] | None = None
    response_format: Mapping[str, Any] | None = None
    generation: int = 1
    adopt: str | None = None
    """The id of a live run or model that was taken over: its weights are what they are, whatever the spec says."""

    def as_dict(self) -> dict[str, Any]:
        """The canonical form: absent ingredients are absent, never null."""
        if self.adopt is not None:
            return {"version": FINGERPRINT_VERSION, "adopt": self.adopt}
        base: Any = self.base_model
        if self.parent is not None:
            base = {"run": self.parent} | ({"checkpoint": self.checkpoint} if self.checkpoint is not None else {})
        explicit = {k: v for k, v in self.hyperparameters.items() if v is not None and v != "auto"}
        optional = {
            "validation": self.validation,
            "seed": self.seed,
            "grader": self.grader,
            "response_format": self.response_format,
        }
        return {
            "version": FINGERPRINT_VERSION,
            "base": base,
            "method": self.method,
            "hyperparameters": explicit,
            "training": self.training,
            "generation": self.generation,
            **{k: v for k, v in optional.items() if v is not None},
        }

    def fingerprint(self) -> str:
        """64 lower-case hex digits."""
        return hashlib.sha256(canonical_json(self.as_dict())).hexdigest()
