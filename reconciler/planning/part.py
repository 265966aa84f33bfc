"""The base of the parts of a document: frozen, strict, and open to keys of a later 1.x."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="allow")
