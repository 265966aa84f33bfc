"""Fields of deployments that left the specs: they stay as they are, and the plan says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.model.address import Address


@dataclass(frozen=True, slots=True)
class Unset:
    """One deployment with the values that we gave it and that the specs do not set any more."""

    address: Address
    target: str
    name: str
    """Of the live object."""
    fields: Mapping[str, Any]
    """Live values, by the names of the specs."""
