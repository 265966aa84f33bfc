"""A look back: what the activity logs know of wanted deployments that are not there."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Executor, Future
from dataclasses import replace

from reconciler.model.observation import History, Observation
from reconciler.model.resource import ResourceGraph
from reconciler.planning.absence import absent
from reconciler.providers.base import Target
from reconciler.providers.errors import ServiceError


def look_back(
    graph: ResourceGraph, observed: Mapping[str, Observation], targets: Mapping[str, Target], pool: Executor
) -> dict[str, Observation]:
    """The observations with the history of each deployment that is not there, or why its log could not be read."""
    asked: dict[tuple[str, str], Future[History]] = {}
    for target, names in absent(graph, observed).items():
        serving = targets[target].serving
        if serving is not None:
            asked |= {(target, name): pool.submit(serving.history, name) for name in sorted(names)}
    found = dict(observed)
    for (target, name), future in asked.items():
        seen = found[target]
        try:
            found[target] = replace(seen, histories={**seen.histories, name: future.result()})
        except ServiceError as error:
            found[target] = replace(seen, silent={**seen.silent, name: error.message})
    return found
