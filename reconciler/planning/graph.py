"""Specs and dataset facts to the resource graph: every run with its fingerprint and mark, parents before children."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.datasets.scan import DatasetFacts
from reconciler.model import marks
from reconciler.model.address import Address
from reconciler.model.fingerprint import Ingredients
from reconciler.model.resource import DesiredDeployment, DesiredRun, NamedModel, ResourceGraph, RunRef
from reconciler.planning.naming import names
from reconciler.specs.base import Entry
from reconciler.specs.deployment import ChainRef, Deployment
from reconciler.specs.estate import Specs
from reconciler.specs.job import Job, JobRef
from reconciler.specs.references import default_suffix


def build_graph(specs: Specs, facts: Mapping[str, DatasetFacts]) -> ResourceGraph:
    """Specs must be free of errors, and `facts` must hold every dataset that a job names."""
    runs: dict[Address, DesiredRun] = {}
    for name in _parents_first(specs.jobs):
        run = _run(specs.estate, specs.jobs[name], facts, runs)
        runs[run.address] = run
    deployments: dict[Address, DesiredDeployment] = {}
    for name in sorted(specs.deployments):
        entry = specs.deployments[name]
        for target in sorted(entry.spec.targets):
            deployment = _deployment(specs, entry, target, runs)
            deployments[deployment.address] = deployment
    stages = {stage for chain in specs.chains.values() for stage in chain}
    heads = {chain[-1] for chain in specs.chains.values()} | (specs.jobs.keys() - stages)
    return ResourceGraph(specs.estate, runs, deployments, frozenset(Address("job", name) for name in heads))


def _parents_first(jobs: Mapping[str, Entry[Job]]) -> list[str]:
    ordered: dict[str, None] = {}
    for start in sorted(jobs):
        path = []
        name: str | None = start
        while name is not None and name not in ordered:
            path.append(name)
            base = jobs[name].spec.base_model
            name = base.job if isinstance(base, JobRef) else None
        ordered.update(dict.fromkeys(reversed(path)))
    return list(ordered)


def _run(
    estate: str, entry: Entry[Job], facts: Mapping[str, DatasetFacts], runs: Mapping[Address, DesiredRun]
) -> DesiredRun:
    job = entry.spec
    base: str | RunRef
    if isinstance(job.base_model, JobRef):
        base = RunRef(Address("job", job.base_model.job), job.base_model.checkpoint)
        parent = runs[base.address].fingerprint
    else:
        base, parent = job.base_model, None
    ingredients = Ingredients(
        base_model=None if parent else job.base_model if isinstance(job.base_model, str) else None,
        parent=parent,
        checkpoint=base.checkpoint if isinstance(base, RunRef) else None,
        method=job.method,
        hyperparameters=job.hyperparameters.explicit(),
        training=facts[job.training].digest,
        validation=facts[job.validation].digest if job.validation else None,
        seed=job.seed,
        grader=job.grader,
        response_format=job.response_format,
        generation=job.generation,
        adopt=job.adopt,
    )
    fingerprint = ingredients.fingerprint()
    mark = marks.run_mark(estate, fingerprint)
    return DesiredRun(
        address=Address("job", entry.name),
        target=job.target,
        base=base,
        ingredients=ingredients,
        fingerprint=fingerprint,
        mark=mark,
        former_mark=marks.former_run_mark(estate, fingerprint),
        suffix=marks.run_suffix(mark, job.suffix if job.suffix is not None else default_suffix(entry.name)),
        training=job.training,
        validation=job.validation,
        training_type=job.training_type,
        retries=job.retries,
        place=entry.place,
    )


def _deployment(
    specs: Specs, entry: Entry[Deployment], target: str, runs: Mapping[Address, DesiredRun]
) -> DesiredDeployment:
    spec = entry.spec
    own = spec.on(target)
    assert own.sku is not None  # the references were checked
    model: RunRef | NamedModel
    if isinstance(spec.model, ChainRef):
        stages = specs.chains[spec.model.chain]
        stage = f"{spec.model.chain}/{spec.model.stage}" if spec.model.stage else stages[-1]
        model = RunRef(Address("job", stage))
    elif isinstance(spec.model, JobRef):
        model = RunRef(Address("job", spec.model.job), spec.model.checkpoint)
    else:
        model = NamedModel(spec.model.name, spec.model.version)
    place = entry.place
    name, former = names(entry.name, own.strategy, model, runs)
    return DesiredDeployment(
        address=Address("deployment", entry.name, target),
        target=target,
        name=name,
        former=former,
        model=model,
        sku=own.sku,
        capacity=own.capacity,
        content_filter=own.content_filter,
        version_upgrade=own.version_upgrade,
        tags=own.tags,
        strategy=own.strategy or "in_place",
        protect=own.protect,
        ignore_drift=frozenset(own.ignore_drift or ()),
        place=type(place)(place.document, (*place.path, "targets", target), defaults=place.path),
    )
