"""What was looked at, and so what a sentence about everything may speak of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from reconciler.model.resource import DesiredDeployment, DesiredRun, ResourceGraph
from reconciler.model.selection import EVERYTHING, Selection
from reconciler.planning.left import LeftTarget


@dataclass(frozen=True, slots=True)
class Scope:
    """Part of what the specs want, where the operator limits it or a target could not be read."""

    selection: Selection = EVERYTHING
    targets: tuple[str, ...] = ()
    """Those that were read in full and hold something that was chosen; without a limit all that were read."""
    unread: tuple[str, ...] = ()
    """Targets that could not be read, or not in full."""
    runs: int = 0
    """Wanted, chosen, and on `targets`."""
    deployments: int = 0
    base: str = ""
    """The commit whose specs were compared with these; empty without one."""
    left: tuple[LeftTarget, ...] = ()
    """Targets of the base that these specs do not look at."""

    @property
    def whole(self) -> bool:
        return not (self.selection.limited or self.unread or self.left)


def scope_of(graph: ResourceGraph, read: Mapping[str, bool], selection: Selection) -> Scope:
    """`read` says of each target whether it could be read in full."""
    complete = {name for name, fine in read.items() if fine}
    runs = [run for run in _chosen(graph.runs.values(), selection) if run.target in complete]
    deployments = [d for d in _chosen(graph.deployments.values(), selection) if d.target in complete]
    targets = complete
    if selection.targets:
        targets = complete & set(selection.targets)
    elif selection.limited:
        targets = {thing.target for thing in (*runs, *deployments)}
    return Scope(selection, tuple(sorted(targets)), tuple(sorted(read.keys() - complete)), len(runs), len(deployments))


def _chosen(
    things: Iterable[DesiredRun | DesiredDeployment], selection: Selection
) -> Iterable[DesiredRun | DesiredDeployment]:
    return (thing for thing in things if selection.takes((thing.address,), thing.target))
