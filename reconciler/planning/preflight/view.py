"""What every check looks at: the plan so far, beside what is wanted and what is live."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from reconciler.model.address import Address
from reconciler.model.allowance import Allowance
from reconciler.model.observation import Observation
from reconciler.model.resource import DesiredDeployment, DesiredRun, ResourceGraph, RunRef
from reconciler.model.selection import EVERYTHING, Selection
from reconciler.planning.changes import Action, Change
from reconciler.planning.preflight.findings import Changes
from reconciler.specs.estate import Specs

DEPLOYS = (Action.CREATE, Action.UPDATE, Action.REPLACE)


@dataclass(frozen=True, slots=True)
class View:
    specs: Specs
    graph: ResourceGraph
    observed: Mapping[str, Observation]
    models: Mapping[Address, str]
    """The model of each wanted run that has one already."""
    changes: Changes
    stopped: Changes = field(default_factory=dict)
    """As they were planned, those that a check before this one has blocked for a reason of their own."""
    now: int = 0
    """When it was seen, in Unix seconds."""
    selection: Selection = EVERYTHING
    applying: bool = False
    """Whether the plan is about to be applied, by whoever asks now."""

    def is_chosen(self, address: str, target: str) -> bool:
        """Whether the operator asks about this one."""
        chosen = self.selection
        named = not chosen.addresses or any(fnmatchcase(address, glob) for glob in chosen.addresses)
        return named and chosen.on(target)

    def allowance(self, target: str) -> Allowance:
        return self.observed[target].allowance

    def provider(self, target: str) -> str:
        return self.specs.targets[target].spec.provider

    def trains(self, target: str | None = None) -> Iterator[tuple[Change, DesiredRun]]:
        """Runs that are started, on one target or on all."""
        for change in self.changes.values():
            if change.action.trains and isinstance(change.desired, DesiredRun) and target in (None, change.target):
                yield change, change.desired

    def deploys(
        self, target: str | None = None, *, also_stopped: bool = False
    ) -> Iterator[tuple[Change, DesiredDeployment]]:
        """Deployments that are written, on one target or on all; `also_stopped`, and those that would be."""
        for change in (*self.changes.values(), *(self.stopped.values() if also_stopped else ())):
            wanted = change.desired
            if change.action in DEPLOYS and isinstance(wanted, DesiredDeployment) and target in (None, change.target):
                yield change, wanted

    def base_of(self, desired: DesiredDeployment) -> tuple[str, bool]:
        """The base model's id behind a deployment, and whether a fine-tuned model is what is served."""
        if not isinstance(desired.model, RunRef):
            return f"{desired.model.name}-{desired.model.version}", False
        return self.graph.root_of(self.graph.runs[desired.model.address]), True


def touches(change: Change, *fields: str) -> bool:
    """Whether a deployment is new, or one of these fields is written."""
    return change.action is not Action.UPDATE or any(f.field in fields for f in change.fields)
