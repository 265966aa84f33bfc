"""What the operator limits an operation to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from reconciler.model.address import Address


@dataclass(frozen=True, slots=True)
class Selection:
    """Address globs, and target names. Both limit writes, never what is looked at."""

    addresses: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()

    @property
    def limited(self) -> bool:
        return bool(self.addresses or self.targets)

    def on(self, target: str) -> bool:
        """Whether what stands on the target may be chosen."""
        return not self.targets or target in self.targets

    def takes(self, addresses: Iterable[Address], target: str) -> bool:
        """Whether a thing on the target is chosen by one of its addresses."""
        named = not self.addresses or any(a.matches(glob) for a in addresses for glob in self.addresses)
        return named and self.on(target)


EVERYTHING = Selection()
