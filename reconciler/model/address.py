"""Addresses: how people and plans name things.

`dataset.NAME`, `job.NAME`, `job.CHAIN/STAGE`, `deployment.NAME@TARGET`.
"""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass
from typing import Literal

Kind = Literal["dataset", "job", "deployment"]
KINDS: tuple[Kind, ...] = ("dataset", "job", "deployment")


@dataclass(frozen=True, slots=True, order=True)
class Address:
    """The name of one wanted thing; `target` is set for deployments only."""

    kind: Kind
    name: str
    target: str | None = None

    def __str__(self) -> str:
        return f"{self.kind}.{self.name}" + (f"@{self.target}" if self.target else "")

    def matches(self, pattern: str) -> bool:
        """Whether a glob such as `deployment.*@chicago` or `job.support/*` names this address."""
        return fnmatch.fnmatchcase(str(self), pattern)

    @classmethod
    def parse(cls, text: str) -> Address:
        """Read an address as `str` writes it; raises `ValueError` for anything else."""
        kind, dot, rest = text.partition(".")
        name, at, target = rest.partition("@")
        if not dot or kind not in KINDS or not name or bool(at) != (kind == "deployment") or (at and not target):
            raise ValueError(f"not an address: {text!r}")
        return cls(kind, name, target or None)
