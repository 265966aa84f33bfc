"""Live names: those of the specs, and those under which an earlier release deployed the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from reconciler.model import live_names, normal
from reconciler.model.address import Address
from reconciler.model.observation import Observation, ObservedDeployment
from reconciler.model.resource import DesiredDeployment, DesiredRun, NamedModel, ResourceGraph, RunRef


def names(
    name: str, strategy: str | None, model: RunRef | NamedModel, runs: Mapping[Address, DesiredRun]
) -> tuple[str, str]:
    """The live name, and the one of earlier releases where that was another one."""
    if strategy != "versioned":
        return name, ""
    if isinstance(model, NamedModel):
        return live_names.versioned(name, model.name, model.version), live_names.versioned_before(name, model.version)
    step, run = f"-{model.checkpoint}" if model.checkpoint is not None else "", runs[model.address]
    return f"{name}-{run.mark}{step}", f"{name}-{run.former_mark}{step}"


def recognised(graph: ResourceGraph, observed: Mapping[str, Observation]) -> ResourceGraph:
    """The graph with the earlier name of each deployment that is live under it, with the model that is wanted."""
    found = {}
    for address, desired in graph.deployments.items():
        if desired.former and desired.target in observed and _is_live(desired, observed[desired.target], graph.estate):
            found[address] = replace(desired, name=desired.former, former="")
    return replace(graph, deployments={**graph.deployments, **found}) if found else graph


def _is_live(desired: DesiredDeployment, observation: Observation, estate: str) -> bool:
    """Under its earlier name, as this deployment, and not under the one of today."""
    if any(_is(d.name, desired.name) for d in observation.deployments):
        return False
    return any(
        _is(d.name, desired.former)
        and d.mark is not None
        and (d.mark.estate, d.mark.address) == (estate, str(desired.address))
        and _serves(d, desired.model)
        for d in observation.deployments
    )


def _serves(live: ObservedDeployment, model: RunRef | NamedModel) -> bool:
    """Whether it serves the wanted base model: its former name did not say which. A mark says it."""
    if isinstance(model, RunRef):
        return True
    return normal.same_model(live.model_name, model.name) and live.model_version == model.version


def _is(one: str, other: str) -> bool:
    return one.lower() == other.lower()
