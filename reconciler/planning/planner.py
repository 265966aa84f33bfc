"""The planner: a pure function of specs, dataset facts and observations."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.datasets.scan import DatasetFacts
from reconciler.model.diagnostics import Diagnostic, in_order
from reconciler.model.observation import Observation
from reconciler.planning.changes import Action, Change
from reconciler.planning.closing import closings, has_closed
from reconciler.planning.deployments import DeploymentPlanner, is_owned
from reconciler.planning.graph import build_graph
from reconciler.planning.orphans import find_orphans, removals
from reconciler.planning.plan import ORDER, Look, Plan
from reconciler.planning.preflight import check_room
from reconciler.planning.spares import spare_files
from reconciler.planning.training import TrainingPlanner
from reconciler.specs.estate import Specs


def make_plan(
    specs: Specs, facts: Mapping[str, DatasetFacts], observed: Mapping[str, Observation], *, prune: bool = False
) -> Plan:
    """Compare what is wanted with what is live; `prune` plans the removal of what is owned and no longer wanted.

    `facts` is keyed by dataset, `observed` by target; both must hold everything that the specs name.
    """
    graph = build_graph(specs, facts)
    now = max((o.observed_at for o in observed.values()), default=0)
    closed = frozenset(name for name in specs.targets if has_closed(specs, name, now))
    training = TrainingPlanner(graph, facts, observed, closed)
    training.plan()
    serving = DeploymentPlanner(specs, graph, observed, training)
    serving.plan()
    orphans = find_orphans(graph, observed)
    changes = training.changes | {c.key: c for c in serving.changes}
    changes |= {c.key: c for c in spare_files(graph, observed, training.changes)}
    if prune:
        changes |= {c.key: c for c in removals(orphans, changes)}
    changes, full = check_room(specs, observed, changes)
    diagnostics: list[Diagnostic] = [*full, *training.diagnostics, *serving.diagnostics]
    trains_on = [c.target for c in training.changes.values() if c.action.trains]
    diagnostics += closings(specs, trains_on, now)
    for observation in observed.values():
        diagnostics += observation.problems
    return Plan(
        estate=specs.estate,
        changes=tuple(sorted(changes.values(), key=_order)),
        orphans=orphans,
        drift=tuple(sorted(serving.drift, key=lambda d: d.address)),
        diagnostics=in_order(diagnostics),
        targets=tuple(Look(name, o.objects, o.complete) for name, o in sorted(observed.items())),
        owned=sum(is_owned(d, specs.estate) for o in observed.values() for d in o.deployments),
        observed_at=now,
        graph=graph,
        models=training.models(),
    )


def _order(change: Change) -> tuple[int, int, str]:
    kind = ("dataset", "job", "deployment").index(change.address.kind)
    action: Action = change.action
    return (kind, ORDER.index(action) if action in ORDER else len(ORDER), change.key)
