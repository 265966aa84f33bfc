"""What was looked at, as JSON: in plans and in drift reports."""

from __future__ import annotations

from pydantic import Field

from reconciler.planning.part import Part
from reconciler.planning.scope import Scope


class ScopePart(Part):
    """What a plan or a report speaks of: less than the specs want, where `whole` is false."""

    whole: bool = Field(description="Whether nothing was left out and every target could be read in full.")
    select: tuple[str, ...] = Field((), description="Address globs that limit it.")
    target: tuple[str, ...] = Field((), description="Targets that limit it.")
    targets: tuple[str, ...] = Field((), description="Targets that were read in full and hold what was chosen.")
    unread: tuple[str, ...] = Field((), description="Targets that could not be read in full.")
    runs: int = Field(0, description="Runs that the specs want there, among those chosen.")
    deployments: int = Field(0, description="Deployments that the specs want there, among those chosen.")

    @classmethod
    def of(cls, scope: Scope) -> ScopePart:
        return cls(
            whole=scope.whole,
            select=scope.selection.addresses,
            target=scope.selection.targets,
            targets=scope.targets,
            unread=scope.unread,
            runs=scope.runs,
            deployments=scope.deployments,
        )
