"""Why a wanted deployment is not there: told from the activity log, for nothing else remembers what is gone.

Somebody deleted it; or it was there and nobody deleted it, so the service did: after 15 days without a call, or after
24 hours in the developer tier (learn.microsoft.com, azure/ai-foundry/openai/how-to/fine-tuning-deploy). What the log
does not know is taken for new.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from reconciler.model import normal
from reconciler.model.observation import History, Observation
from reconciler.model.resource import DesiredDeployment, ResourceGraph, RunRef
from reconciler.planning.drift import Cause, Drift
from reconciler.planning.lineage import Lineage

IDLE_SECONDS = 15 * 86_400
DEVELOPER_SECONDS = 86_400


def explain_absence(desired: DesiredDeployment, history: History) -> Drift | None:
    """None when the log knows no such deployment: the specs are ahead."""
    if not history.writes:
        return None
    last = history.writes[-1]
    if last.deleted:
        return Drift(desired.address, Cause.DELETED, by=last.by, at=last.at)
    deletes = [n for n, write in enumerate(history.writes) if write.deleted]
    created = history.writes[deletes[-1] + 1 if deletes else 0]
    if normal.sku(desired.sku) == "DeveloperTier" and history.read_at - created.time >= DEVELOPER_SECONDS:
        return Drift(desired.address, Cause.EXPIRED, detail=f"{_LIFE['developer']}; the model is intact")
    if isinstance(desired.model, RunRef) and history.read_at - last.time >= IDLE_SECONDS:
        return Drift(desired.address, Cause.EXPIRED, detail=f"{_LIFE['idle']}; the model is intact")
    detail = "it was there, and the activity log does not say yet what became of it"
    return Drift(desired.address, Cause.VANISHED, detail=detail)


_LIFE = {
    "developer": "a deployment of the developer tier lives for 24 hours, then Azure removes it",
    "idle": "idle for 15 days, removed by Azure",
}


def absent(graph: ResourceGraph, observed: Mapping[str, Observation]) -> Mapping[str, frozenset[str]]:
    """By target, the names of wanted deployments that are not there: what to ask the activity log about.

    Whatever their models wait for; with `strategy: versioned` the name under which the last model was served, too.
    """
    lineage = Lineage(graph, observed)
    there = {name: {d.name.lower() for d in o.deployments} for name, o in observed.items() if o.complete}
    found: dict[str, set[str]] = defaultdict(set)
    for desired in graph.deployments.values():
        if desired.target in there and desired.name.lower() not in there[desired.target]:
            found[desired.target].update(set(names_of(desired, lineage)) - there[desired.target])
    return {target: frozenset(names) for target, names in sorted(found.items())}


def names_of(desired: DesiredDeployment, lineage: Lineage) -> Iterator[str]:
    """The live names that the deployment goes by, or went by, in lower case."""
    yield desired.name.lower()
    if desired.former:
        yield desired.former.lower()
    earlier = lineage.before(desired) if desired.strategy == "versioned" else None
    if earlier:
        yield from (name.lower() for name in earlier.names(desired.address))


def past_of(desired: DesiredDeployment, observation: Observation, lineage: Lineage) -> Drift | None:
    """Why it is not there; None where it never was, or nobody can tell."""
    told = (observation.histories.get(name) for name in names_of(desired, lineage))
    drifts = (explain_absence(desired, history) for history in told if history)
    return next((drift for drift in drifts if drift), None)
