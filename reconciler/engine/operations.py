"""The use cases: plan, apply and drift, each a few lines over the rooms below."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from reconciler.datasets.scan import DatasetFacts
from reconciler.engine import PARALLELISM
from reconciler.engine.allowances import Questions, add_allowances
from reconciler.engine.context import Context, Stop
from reconciler.engine.executor import GOOD, Executor
from reconciler.engine.history import look_back
from reconciler.engine.observe import Wanted, observe
from reconciler.engine.pool import make_pool
from reconciler.model import marks
from reconciler.model.address import Address
from reconciler.model.events import EventSink, Outcome, Result
from reconciler.model.observation import Observation
from reconciler.model.selection import Selection
from reconciler.planning import preflight
from reconciler.planning.costs.budget import check_budget
from reconciler.planning.derivation import Derivation
from reconciler.planning.drift import DriftReport
from reconciler.planning.explaining.explain import explain as derive
from reconciler.planning.findings import make_report
from reconciler.planning.graph import build_graph
from reconciler.planning.plan import Plan
from reconciler.planning.planner import make_plan
from reconciler.planning.policy import select
from reconciler.planning.removal.guard import guard
from reconciler.planning.removal.teardown import make_destroy_plan
from reconciler.planning.steps import make_steps
from reconciler.providers.base import RunProgress, Target
from reconciler.providers.errors import ServiceError
from reconciler.specs.estate import Specs

READS = 64
"""Reads at the same time, over all targets; as many as there are connections."""


@dataclass(frozen=True, slots=True)
class World:
    """Specs with their datasets' facts, and the targets that they name."""

    specs: Specs
    facts: Mapping[str, DatasetFacts]
    targets: Mapping[str, Target]


def look(world: World, parallelism: int = PARALLELISM, *, every_checkpoint: bool = False) -> dict[str, Observation]:
    """Observe every target; reads are cheap, so more of them run at once than writes."""
    graph = build_graph(world.specs, world.facts)
    marks_of = frozenset(run.mark for run in graph.runs.values())
    wanted = Wanted(marks_of, graph.checkpointed(), every_checkpoint, graph.adopted())
    with make_pool(1 if parallelism <= 1 else READS) as pool:
        return observe(world.targets, world.specs.estate, pool, wanted)


def progress(world: World, observed: Mapping[str, Observation]) -> dict[str, RunProgress]:
    """How far the estate's unfinished runs are, by job id; what cannot be read is left out."""
    found = {}
    for name, observation in observed.items():
        for job in observation.jobs:
            if not job.phase.final and marks.is_estates(job.mark, world.specs.estate):
                with suppress(ServiceError):
                    found[job.id] = world.targets[name].training.progress(job.id)
    return found


def plan(
    world: World,
    selection: Selection | None = None,
    parallelism: int = PARALLELISM,
    *,
    prune: bool = False,
    allow_large_change: bool = False,
    allow_over_budget: bool = False,
    applying: bool = False,
) -> Plan:
    """What apply would do, against live state; `applying` says that whoever asks is about to do it."""
    selection = selection or Selection()
    observed = look(world, parallelism, every_checkpoint=prune)
    made = select(make_plan(world.specs, world.facts, observed, prune=prune), selection)
    closer = look_closer(world, observed, preflight.questions(made), parallelism)
    made = preflight.check(made, world.specs, closer, selection, applying=applying)
    made = check_budget(made, world.specs.budget, allowed=allow_over_budget)
    return made if allow_large_change else guard(made)


def look_closer(
    world: World, observed: Mapping[str, Observation], questions: Questions, parallelism: int = PARALLELISM
) -> Mapping[str, Observation]:
    """The observations with the answers to questions that only some plans have."""
    if not questions:
        return observed
    with make_pool(1 if parallelism <= 1 else max(parallelism, 32)) as pool:
        return add_allowances(observed, world.targets, questions, pool)


def explain(
    world: World, patterns: Iterable[str], parallelism: int = PARALLELISM
) -> tuple[Plan, tuple[Derivation, ...]]:
    """The whole plan, and how it came to its decisions on some addresses."""
    observed = look(world, parallelism)
    made = make_plan(world.specs, world.facts, observed)
    made = preflight.check(made, world.specs, look_closer(world, observed, preflight.questions(made), parallelism))
    return made, derive(made, world.facts, observed, patterns)


def drift(world: World, selection: Selection | None = None, parallelism: int = PARALLELISM) -> DriftReport:
    """What changed behind the specs."""
    observed = look(world, parallelism)
    made = select(make_plan(world.specs, world.facts, observed), selection or Selection())
    with make_pool(parallelism) as pool:
        histories, unread = look_back(made, world.targets, pool)
    return make_report(made, observed, histories, unread)


def plan_destroy(world: World, parallelism: int = PARALLELISM) -> Plan:
    """The removal of everything that the estate owns; nobody guards it but the operator who asks for it."""
    observed = look(world, parallelism, every_checkpoint=True)
    return make_destroy_plan(world.specs, world.facts, observed)


def apply(
    world: World,
    plan: Plan,
    sink: EventSink,
    stop: Stop,
    *,
    wait: bool = True,
    parallelism: int = PARALLELISM,
) -> tuple[Outcome, ...]:
    """Do what the plan says. Every step looks again before it writes, so an older plan does no harm."""
    context = Context(plan.graph, world.targets, sink, stop, models=dict(plan.models))
    shared: dict[Address, tuple[Address, ...]] = {c.address: c.also for c in plan.changes if c.also}
    with make_pool(parallelism) as pool:
        return Executor(context, pool, wait=wait, shared=shared).run(make_steps(plan))


def converged(plan: Plan, outcomes: tuple[Outcome, ...], *, wait: bool) -> bool:
    """Whether everything wanted is live, or, without waiting, is on its way."""
    on_its_way = () if wait else (Result.SUBMITTED, Result.UNDER_WAY, Result.LATER)
    return not plan.failed and all(o.result in GOOD or o.result in on_its_way for o in outcomes)
