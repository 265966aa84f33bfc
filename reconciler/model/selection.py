"""What the operator limits an operation to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Selection:
    """Address globs, and target names. Both limit writes, never what is looked at."""

    addresses: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
