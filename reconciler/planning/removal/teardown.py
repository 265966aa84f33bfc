"""What goes: with `--prune` what nothing wants any more, with `destroy` everything that the estate owns.

Deployments before models, models before the files that they were trained on; runs are cancelled first. Files and models
may be in use anywhere, so they go only when every target was read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from reconciler.datasets.scan import DatasetFacts
from reconciler.model.diagnostics import in_order
from reconciler.model.observation import Observation, ObservedDeployment
from reconciler.model.resource import ResourceGraph
from reconciler.planning.changes import Change, Reason
from reconciler.planning.clashes import clashes
from reconciler.planning.costs.costing import Costing
from reconciler.planning.deployments import is_owned
from reconciler.planning.graph import build_graph
from reconciler.planning.looks import looks
from reconciler.planning.plan import Plan, in_plan_order
from reconciler.planning.removal.leftovers import Leftover, Wishes, find_leftovers
from reconciler.planning.removal.orphans import find_orphans, removals
from reconciler.specs.estate import Specs

LEFT = Reason("left-specs", "nothing in the specs has these ingredients any more")
UNUSED = Reason("left-specs", "no run in the specs reads it any more")
ASKED = Reason("destroy", "everything that the estate owns is to go")


def leftovers_of(
    specs: Specs, graph: ResourceGraph, observed: Mapping[str, Observation], deletes: Iterable[Change]
) -> tuple[Leftover, ...]:
    """What nothing wants. `deletes` are the deployments that a removal takes first."""
    return find_leftovers(Wishes(graph, graph, specs.retention.models, _going(deletes)), observed)


def _going(deletes: Iterable[Change]) -> dict[tuple[str, str], str]:
    return {(c.target, c.live.name.lower()): c.key for c in deletes if isinstance(c.live, ObservedDeployment)}


def pruned(leftovers: tuple[Leftover, ...]) -> list[Change]:
    """What `--prune` takes beside deployments."""
    return [x.removal(UNUSED if x.kind == "file" else LEFT) for x in leftovers if not x.kept]


def make_destroy_plan(specs: Specs, facts: Mapping[str, DatasetFacts], observed: Mapping[str, Observation]) -> Plan:
    """The removal of everything that the estate owns and that is not protected or in use."""
    named = build_graph(specs, facts)
    nothing = ResourceGraph(specs.estate, {}, {}, frozenset())
    orphans = find_orphans(named, observed, everything=True)
    deletes = removals(orphans, {}, ASKED)
    leftovers = find_leftovers(Wishes(nothing, named, going=_going(deletes)), observed)
    costing = Costing(specs, nothing, facts, observed)
    planned = deletes + [x.removal(ASKED) for x in leftovers if not x.kept]
    changes = costing.priced({c.key: c for c in planned})
    return Plan(
        estate=specs.estate,
        changes=in_plan_order(changes.values()),
        orphans=orphans,
        leftovers=leftovers,
        drift=(),
        diagnostics=in_order([*(p for o in observed.values() for p in o.problems), *clashes(specs.estate, observed)]),
        targets=looks(specs, observed),
        owned=sum(is_owned(d, specs.estate) for o in observed.values() for d in o.deployments),
        observed_at=max((o.observed_at for o in observed.values()), default=0),
        graph=nothing,
        models={},
        hosting=costing.hosting(),
    )
