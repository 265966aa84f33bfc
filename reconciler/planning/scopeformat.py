"""What was looked at, as JSON: in plans and in drift reports."""

from __future__ import annotations

from pydantic import Field

from reconciler.planning.costs.costformat import AmountPart, amount_part
from reconciler.planning.left import LeftTarget
from reconciler.planning.part import Part
from reconciler.planning.scope import Scope


class LeftPart(Part):
    """An account or project that the specs looked at in the base, and do not any more."""

    target: str = Field(description="Its name at the base.")
    account: str
    deployments: tuple[str, ...] = Field(description="Names of the deployments that the base wanted there.")
    monthly: AmountPart = Field(description="What these cost a month without usage.")


class ScopePart(Part):
    """What a plan or a report speaks of: not of everything, where `whole` is false."""

    whole: bool = Field(description="Whether nothing was left out, has left, or could not be read in full.")
    select: tuple[str, ...] = Field((), description="Address globs that limit it.")
    target: tuple[str, ...] = Field((), description="Targets that limit it.")
    targets: tuple[str, ...] = Field((), description="Targets that were read in full and hold what was chosen.")
    unread: tuple[str, ...] = Field((), description="Targets that could not be read in full.")
    runs: int = Field(0, description="Runs that the specs want there, among those chosen.")
    deployments: int = Field(0, description="Deployments that the specs want there, among those chosen.")

    base: str = Field("", description="The commit whose specs were compared with these; empty without one.")
    left: tuple[LeftPart, ...] = Field((), description="Targets that have left the specs since the base.")

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
            base=scope.base,
            left=tuple(_left(target) for target in scope.left),
        )


def _left(target: LeftTarget) -> LeftPart:
    return LeftPart(
        target=target.name,
        account=target.account,
        deployments=target.deployments,
        monthly=amount_part(target.monthly),
    )
