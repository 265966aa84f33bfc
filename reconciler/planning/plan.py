"""The plan: a frozen, sorted value. Same input, same bytes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from reconciler.model import codes
from reconciler.model.address import KINDS, Address, Kind
from reconciler.model.diagnostics import Diagnostic, has_errors
from reconciler.model.resource import ResourceGraph
from reconciler.model.selection import EVERYTHING, Selection
from reconciler.planning.changes import Action, Change
from reconciler.planning.costs.cost import Hosting, PlanCost, plan_cost
from reconciler.planning.drift import Drift
from reconciler.planning.left import LeftTarget
from reconciler.planning.removal.leftovers import Leftover
from reconciler.planning.removal.orphans import Orphan
from reconciler.planning.scope import Scope, scope_of
from reconciler.planning.unset import Unset

ORDER = (Action.UPLOAD, Action.CANCEL, Action.TRAIN, Action.RETRY, Action.WAIT, Action.PARKED, Action.BLOCKED)
REFUSING = frozenset(
    {codes.LARGE_CHANGE, codes.POLICY_REFUSED, codes.POLICY_BROKEN, codes.BUDGET_EXCEEDED, codes.ESTATE_CLASH}
)
"""Errors on the plan as a whole: apply does not begin."""


def rank(kind: Kind, action: Action, key: str) -> tuple[int, int, str]:
    """The order of a plan's changes."""
    return (KINDS.index(kind), ORDER.index(action) if action in ORDER else len(ORDER), key)


@dataclass(frozen=True, slots=True)
class Look:
    """One target that was looked at."""

    name: str
    objects: int
    """Live objects that were seen."""
    complete: bool
    """Whether all of it could be read."""
    account: str = ""
    """The account or project that the name stands for, and where it is reached."""


@dataclass(frozen=True, slots=True)
class Plan:
    estate: str
    changes: tuple[Change, ...]
    """Everything that is not as it should be, in the order of `ORDER`, then deployments."""
    drift: tuple[Drift, ...]
    orphans: tuple[Orphan, ...]
    """What the estate owns and nothing wants; it stays, unless the plan's changes destroy it."""
    leftovers: tuple[Leftover, ...]
    """Models, files and unfinished runs of which the same holds."""
    diagnostics: tuple[Diagnostic, ...]
    targets: tuple[Look, ...]
    owned: int
    """Live deployments of the estate."""
    observed_at: int = field(compare=False)
    graph: ResourceGraph = field(compare=False, repr=False)
    models: Mapping[Address, str] = field(compare=False, repr=False)
    """The model of each wanted run that has one already."""
    selection: Selection = EVERYTHING
    """What the operator limits it to."""
    base: str = ""
    """The commit whose specs were compared with these."""
    left: tuple[LeftTarget, ...] = ()
    """Targets of the base that these specs do not look at."""
    unset: tuple[Unset, ...] = ()
    """Fields that left the specs and stay as they are."""
    hosting: Hosting = field(default_factory=Hosting)
    """What is live now costs a month."""

    @property
    def cost(self) -> PlanCost:
        """The sums over the changes that are really made."""
        return plan_cost(self.changes, self.hosting)

    @property
    def scope(self) -> Scope:
        """What of the specs it speaks of."""
        seen = scope_of(self.graph, {t.name: t.complete for t in self.targets}, self.selection)
        return replace(seen, base=self.base, left=self.left)

    @property
    def complete(self) -> bool:
        """Whether every target could be read."""
        return all(target.complete for target in self.targets)

    def count(self, *actions: Action) -> int:
        counts = Counter(c.action for c in self.changes)
        return sum(counts[a] for a in actions)

    @property
    def pending(self) -> bool:
        """Whether there is anything to train, upload, retry, wait for, create, change or delete."""
        return any(c.action is not Action.BLOCKED for c in self.changes)

    @property
    def failed(self) -> bool:
        """Errors, or anything wanted that is blocked."""
        return has_errors(self.diagnostics) or any(c.action is Action.BLOCKED for c in self.changes)

    @property
    def refused(self) -> bool:
        """Whether apply must not begin: the guard, the budget or a policy says no."""
        return any(d.code in REFUSING for d in self.diagnostics)

    def by_key(self) -> dict[str, Change]:
        return {c.key: c for c in self.changes}


def in_plan_order(changes: Iterable[Change]) -> tuple[Change, ...]:
    """What comes first is read first: data, runs, deployments; what goes last comes last."""
    return tuple(sorted(changes, key=lambda c: rank(c.address.kind, c.action, c.key)))
