"""The use cases: plan, apply and drift, each a few lines over the rooms below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from reconciler.datasets.scan import DatasetFacts
from reconciler.engine import PARALLELISM
from reconciler.engine.allowances import Questions, add_allowances
from reconciler.engine.context import Context, Stop
from reconciler.engine.executor import GOOD, Executor
from reconciler.engine.history import look_back
from reconciler.engine.observe import Wanted, observe
from reconciler.engine.pool import make_pool
from reconciler.model import codes, marks
from reconciler.model.address import Address
from reconciler.model.asked import WHOLE, Asked
from reconciler.model.diagnostics import Diagnostic, in_order
from reconciler.model.events import EventSink, Outcome, Result
from reconciler.model.observation import Observation
from reconciler.model.selection import EVERYTHING, Selection
from reconciler.planning import preflight
from reconciler.planning.costs.budget import check_budget
from reconciler.planning.derivation import Derivation
from reconciler.planning.drift import DriftReport
from reconciler.planning.explaining.explain import explain as derive
from reconciler.planning.findings import make_report
from reconciler.planning.graph import build_graph
from reconciler.planning.left import Base, left_targets, tell_left
from reconciler.planning.plan import Plan
from reconciler.planning.planner import make_plan
from reconciler.planning.remarks import in_brief
from reconciler.planning.removal.guard import guard
from reconciler.planning.removal.teardown import make_destroy_plan
from reconciler.planning.selecting import check_selection, select
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
    base: Base | None = None
    """Earlier specs; a plan warns of the targets that have left since."""
    remarks: tuple[Diagnostic, ...] = ()
    """What was found in the specs and the training data, and is no error."""


def look(world: World, parallelism: int = PARALLELISM, *, every_checkpoint: bool = False) -> dict[str, Observation]:
    """Observe every target; reads are cheap, so more of them run at once than writes."""
    graph = build_graph(world.specs, world.facts)
    marks_of = frozenset(mark for run in graph.runs.values() for mark in run.marks)
    wanted = Wanted(marks_of, graph.checkpointed(), every_checkpoint, graph.adopted(), graph.tuned_bases())
    with make_pool(1 if parallelism <= 1 else READS) as pool:
        return observe(world.targets, world.specs.estate, pool, wanted)


def look_further_back(
    world: World, observed: Mapping[str, Observation], parallelism: int = PARALLELISM
) -> dict[str, Observation]:
    """The observations with what the activity logs know of wanted deployments that are not there."""
    graph = build_graph(world.specs, world.facts)
    with make_pool(1 if parallelism <= 1 else READS) as pool:
        return look_back(graph, observed, world.targets, pool)


def progress(world: World, observed: Mapping[str, Observation]) -> dict[str, RunProgress]:
    """How far the estate's unfinished runs are, by job id; what cannot be read is left out."""
    found = {}
    for name, observation in observed.items():
        for job in observation.jobs:
            if not job.phase.final and marks.is_estates(job.mark, world.specs.estate):
                with suppress(ServiceError):
                    found[job.id] = world.targets[name].training.progress(job.id)
    return found


def plan(world: World, asked: Asked = WHOLE, parallelism: int = PARALLELISM, *, applying: bool = False) -> Plan:
    """What apply would do, or destroy, against live state; `applying` says that whoever asks is about to do it."""
    return _plan(world, asked, parallelism, applying=applying)[0]


def explain(
    world: World, patterns: Sequence[str], asked: Asked = WHOLE, parallelism: int = PARALLELISM
) -> tuple[Plan, tuple[Derivation, ...]]:
    """The plan that `plan` makes, and how it came to its decisions on some addresses (or globs of them)."""
    check_selection(Selection(tuple(patterns)), world.specs)
    made, observed = _plan(world, asked, parallelism)
    return made, derive(made, world.facts, observed, patterns)


def _plan(
    world: World, asked: Asked, parallelism: int, *, applying: bool = False
) -> tuple[Plan, Mapping[str, Observation]]:
    removes = asked.prune or asked.destroy
    if not removes:
        check_selection(asked.selection, world.specs)
    observed = look(world, parallelism, every_checkpoint=removes)
    if asked.destroy:
        made = make_destroy_plan(world.specs, world.facts, observed)
    else:
        observed = look_further_back(world, observed, parallelism)
        made = make_plan(world.specs, world.facts, observed, prune=asked.prune)
    if removes:  # what has left the specs has an address, too
        check_selection(asked.selection, world.specs, [c.address for c in made.changes])
    made = _compared(select(made, asked.selection), world)
    if not asked.destroy:
        made = replace(made, diagnostics=in_order([*made.diagnostics, *in_brief(world.remarks)]))
    if asked.destroy:  # nobody guards it but the operator who asks for it
        return made, observed
    closer = look_closer(world, observed, preflight.questions(made), parallelism)
    made = preflight.check(made, world.specs, closer, asked.selection, applying=applying)
    made = check_budget(made, world.specs.budget, allowed=asked.allow_over_budget)
    return (made if asked.allow_large_change else guard(made)), closer


def _compared(made: Plan, world: World) -> Plan:
    if world.base is None:
        return made
    left = left_targets(world.base, world.specs)
    told = tell_left(left, world.base, made.hosting.currency)
    return replace(made, base=world.base.name, left=left, diagnostics=in_order([*made.diagnostics, *told]))


def look_closer(
    world: World, observed: Mapping[str, Observation], questions: Questions, parallelism: int = PARALLELISM
) -> Mapping[str, Observation]:
    """The observations with the answers to questions that only some plans have."""
    if not questions:
        return observed
    with make_pool(1 if parallelism <= 1 else max(parallelism, 32)) as pool:
        return add_allowances(observed, world.targets, questions, pool)


def drift(world: World, selection: Selection = EVERYTHING, parallelism: int = PARALLELISM) -> DriftReport:
    """What changed behind the specs."""
    check_selection(selection, world.specs)
    observed = look_further_back(world, look(world, parallelism), parallelism)
    made = _compared(select(make_plan(world.specs, world.facts, observed), selection), world)
    report = make_report(made, observed)
    left = (d for d in made.diagnostics if d.code is codes.TARGET_LEFT)
    return replace(report, diagnostics=in_order([*report.diagnostics, *left]))


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
    done = all(o.result in GOOD or o.result in on_its_way for o in outcomes)
    return plan.complete and not plan.failed and done
