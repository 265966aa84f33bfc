"""Datasets: what to train on."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field, ValidationError, model_validator
from pydantic.config import JsonDict

from reconciler.specs.base import Strict, described

_PATH = described(r"^[^\x00-\x1f\x7f]+$", "Expected a path without control characters.")
_URL = described(r"^https?://[^\x00-\x20\x7f#]+$", "Expected an address that starts with https://.")
_DIGEST = described(r"^sha256:[0-9a-f]{64}$", "Expected sha256: and 64 hexadecimal digits.")
_VARIABLE = described(
    r"^RECONCILER_SAS_[A-Z0-9_]+$", "Expected a variable whose name begins with RECONCILER_SAS_, in capitals."
)
"""Specs may name no other: whatever they name is sent to where `url` points."""


_REMOTE = ("url", "digest", "sas_env")


_A_FILE: JsonDict = {"required": ["file"], "not": {"anyOf": [{"required": [key]} for key in _REMOTE]}}
_A_URL: JsonDict = {"required": ["url", "digest"], "not": {"required": ["file"]}}


def _missing(key: str) -> ValidationError:
    return ValidationError.from_exception_data("Dataset", [{"type": "missing", "loc": (key,), "input": None}])


class Dataset(Strict):
    """A training file, here or at a url. The dataset is its content: the name and the place may change freely."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [_A_FILE, _A_URL]})

    # An empty text stands for absent.
    file: str = Field(
        default_factory=str,
        min_length=1,
        max_length=4096,
        pattern=_PATH,
        description="Path of the JSONL file, relative to this spec file.",
        examples=["../data/support-2026-01.jsonl"],
    )
    url: str = Field(
        default_factory=str,
        max_length=2000,
        pattern=_URL,
        description="Blob that Azure imports, instead of `file`; this tool never downloads it.",
        examples=["https://account.blob.core.windows.net/ft/archive.jsonl"],
    )
    digest: str = Field(
        default_factory=str,
        pattern=_DIGEST,
        description="Of the rows, needed with `url`: `reconciler dataset check FILE` prints it.",
        examples=["sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
    )
    sas_env: str = Field(
        default_factory=str,
        max_length=200,
        pattern=_VARIABLE,
        description="Environment variable with the SAS token for `url`, RECONCILER_SAS_...; the token never stands in "
        "a spec.",
        examples=["RECONCILER_SAS_ARCHIVE"],
    )
    format: Literal["chat", "preference", "reinforcement", "completion"] | None = Field(
        default=None, description="What a row is; inferred when absent.", examples=["chat"]
    )

    @model_validator(mode="after")
    def _one_place(self) -> Dataset:
        if self.file and (also := [key for key in _REMOTE if getattr(self, key)]):
            raise ValueError(f"A dataset with a `file` has no `{also[0]}`: it is either here or at a url.")
        if not self.file and not (self.url and self.digest):
            raise _missing("digest" if self.url else "file")
        return self
