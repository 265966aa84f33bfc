"""What the estate owns and the specs no longer want: reported always, removed only with `--prune`.

Deployments that left the specs, and older versions of a `versioned` deployment, which serve until the new one does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from reconciler.model.address import Address
from reconciler.model.observation import Observation, ObservedDeployment
from reconciler.model.resource import ResourceGraph
from reconciler.planning.changes import Action, Change, Reason


@dataclass(frozen=True, slots=True)
class Orphan:
    """One live deployment of the estate that nothing wants. `superseded`: another version took its place."""

    address: Address
    target: str
    live: ObservedDeployment
    superseded: bool
    protected: bool
    """By its tags, or by the specs where they still name it."""
    retired: bool = False
    """Whether its whole target is."""
    unread: bool = False
    """Whether its target could not be read in full: then it stays."""

    @property
    def why(self) -> str:
        if self.retired:
            return "its target is retired"
        return "a newer version takes its place" if self.superseded else "it left the specs"


def find_orphans(
    graph: ResourceGraph,
    observed: Mapping[str, Observation],
    *,
    everything: bool = False,
    retired: frozenset[str] = frozenset(),
) -> tuple[Orphan, ...]:
    """By address. Only what carries the estate's tags counts; `everything`: what the specs want, too."""
    found = (replace(o, retired=o.target in retired) for o in _orphans(graph, observed, everything))
    return tuple(sorted(found, key=lambda o: (o.address, o.live.name)))


def _orphans(graph: ResourceGraph, observed: Mapping[str, Observation], everything: bool) -> Iterator[Orphan]:
    wanted = {(d.target, d.name.lower()) for d in graph.deployments.values() if not everything}
    for target, observation in observed.items():
        for live in observation.deployments:
            mark = live.mark
            if mark is None or mark.estate != graph.estate or (target, live.name.lower()) in wanted:
                continue
            address = _address(mark.address, live.name, target)
            named = graph.deployments.get(address)
            protected = mark.protect or bool(named and named.protect)
            superseded = named is not None and not everything
            yield Orphan(address, target, live, superseded, protected, unread=not observation.complete)


def _address(text: str, name: str, target: str) -> Address:
    """The address in the tags, unless they were copied from elsewhere or broken."""
    try:
        address = Address.parse(text)
    except ValueError:
        return Address("deployment", name, target)
    return address if address.target == target else Address("deployment", name, target)


def removals(orphans: tuple[Orphan, ...], changes: Mapping[str, Change], reason: Reason | None = None) -> list[Change]:
    """What is destroyed: nothing that is protected or on a target that was not read in full, and an old version only
    once the new one serves.
    """
    return [
        Change(
            orphan.address,
            orphan.target,
            Action.DELETE,
            reason or Reason("superseded" if orphan.superseded else "left-specs", orphan.why),
            needs=(str(orphan.address),) if str(orphan.address) in changes else (),
            live=orphan.live,
        )
        for orphan in orphans
        if not (orphan.protected or orphan.unread) and not _stuck(changes.get(str(orphan.address)))
    ]


def _stuck(change: Change | None) -> bool:
    return change is not None and change.action in (Action.BLOCKED, Action.PARKED)
