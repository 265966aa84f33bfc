"""What serves now: for each wanted deployment the live one that callers should name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reconciler.model.address import Address
from reconciler.model.observation import Observation, ObservedDeployment
from reconciler.model.resource import DesiredDeployment, ResourceGraph


@dataclass(frozen=True, slots=True)
class Served:
    """One wanted deployment; `live` is None while nothing serves under its address."""

    address: Address
    endpoint: str
    live: ObservedDeployment | None


def served_now(graph: ResourceGraph, observed: Mapping[str, Observation]) -> tuple[Served, ...]:
    """By address. With `strategy: versioned`, an older version until the wanted one serves."""
    served = []
    for address, desired in sorted(graph.deployments.items()):
        observation = observed[desired.target]
        endpoint = observation.account.endpoint if observation.account else ""
        served.append(Served(address, endpoint, current(desired, observation, graph.estate)))
    return tuple(served)


def current(desired: DesiredDeployment, observation: Observation, estate: str) -> ObservedDeployment | None:
    """The live object that serves under the address; the wanted name first, then the one written last."""
    own = [d for d in observation.deployments if _is(d, desired, estate) and d.provisioning_state == "Succeeded"]
    return max(own, key=lambda d: (d.name.lower() == desired.name.lower(), d.modified_at), default=None)


def _is(live: ObservedDeployment, desired: DesiredDeployment, estate: str) -> bool:
    mark = live.mark
    return mark is not None and mark.estate == estate and mark.address == str(desired.address)
