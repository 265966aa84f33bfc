"""The planner: a pure function of specs, dataset facts and observations."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.datasets.scan import DatasetFacts
from reconciler.model.diagnostics import Diagnostic, in_order
from reconciler.model.observation import Observation
from reconciler.planning.clashes import clashes
from reconciler.planning.closing import closings, has_closed
from reconciler.planning.costs.costing import Costing
from reconciler.planning.deployments import DeploymentPlanner, is_owned
from reconciler.planning.graph import build_graph
from reconciler.planning.looks import looks
from reconciler.planning.naming import recognised
from reconciler.planning.plan import Plan, in_plan_order
from reconciler.planning.removal.orphans import find_orphans, removals
from reconciler.planning.removal.retention import trained_files
from reconciler.planning.removal.retired import empty_targets
from reconciler.planning.removal.spares import spare_files
from reconciler.planning.removal.teardown import leftovers_of, pruned
from reconciler.planning.training import TrainingPlanner
from reconciler.specs.estate import Specs


def make_plan(
    specs: Specs, facts: Mapping[str, DatasetFacts], observed: Mapping[str, Observation], *, prune: bool = False
) -> Plan:
    """Compare what is wanted with what is live; `prune` plans the removal of what is owned and no longer wanted.

    `facts` is keyed by dataset, `observed` by target; both must hold everything that the specs name.
    """
    graph = recognised(build_graph(specs, facts), observed)
    now = max((o.observed_at for o in observed.values()), default=0)
    closed = frozenset(name for name in specs.targets if has_closed(specs, name, now))
    training = TrainingPlanner(graph, facts, observed, closed)
    training.plan()
    serving = DeploymentPlanner(specs, graph, observed, training)
    serving.plan()
    orphans = find_orphans(graph, observed, retired=specs.retired)
    changes = training.changes | {c.key: c for c in serving.changes}
    deletes = removals(orphans, changes)
    leftovers = leftovers_of(specs, graph, observed, deletes)
    gone = list(trained_files(graph, observed, changes)) if specs.retention.files == "until_trained" else []
    if prune:
        gone += [*deletes, *pruned(leftovers)]
    spares = spare_files(graph, observed, changes, {c.key for c in gone})
    changes |= {c.key: c for c in [*spares, *gone]}
    costing = Costing(specs, graph, facts, observed)
    changes = costing.priced(changes)
    diagnostics: list[Diagnostic] = [*training.diagnostics, *serving.diagnostics]
    trains_on = [c.target for c in training.changes.values() if c.action.trains]
    diagnostics += closings(specs, trains_on, now)
    diagnostics += clashes(specs.estate, observed)
    for observation in observed.values():
        diagnostics += observation.problems
    diagnostics += empty_targets(specs, observed, orphans, leftovers)
    return Plan(
        estate=specs.estate,
        changes=in_plan_order(changes.values()),
        orphans=orphans,
        leftovers=leftovers,
        drift=tuple(sorted([*training.drift, *serving.drift], key=lambda d: d.address)),
        unset=tuple(sorted(serving.unset, key=lambda unset: unset.address)),
        diagnostics=in_order(diagnostics),
        targets=looks(specs, observed),
        owned=sum(is_owned(d, specs.estate) for o in observed.values() for d in o.deployments),
        observed_at=now,
        graph=graph,
        models=training.models(),
        hosting=costing.hosting(),
    )
