"""One apply in memory: specs, a cloud, and everything that was told on the way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from reconciler.engine import operations
from reconciler.engine.context import Context, Stop
from reconciler.engine.operations import World
from reconciler.model.asked import Asked
from reconciler.model.events import Event, Outcome, Result, StepFinished, StepStarted, StepWaiting
from reconciler.planning.plan import Plan
from reconciler.providers.base import Pace
from tests.support.accounts import PACE, Cloud
from tests.support.estate import graph_of, load_text


class Impatient(Stop):
    """Waits only in its memory: its clock moves on by what was to be waited."""

    def __init__(self) -> None:
        super().__init__()
        self.slept: list[float] = []
        self.paused = 0.0

    def now(self) -> float:
        return sum(self.slept) + self.paused

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        super().sleep(0.0)

    def pause(self, seconds: float) -> None:
        self.paused += seconds
        super().pause(0.0)


@dataclass
class Story:
    """What an apply did and told."""

    plan: Plan
    outcomes: tuple[Outcome, ...]
    events: list[Event] = field(default_factory=list)

    @property
    def results(self) -> dict[str, Result]:
        return {o.step: o.result for o in self.outcomes}

    @property
    def started(self) -> list[str]:
        return [e.step for e in self.events if isinstance(e, StepStarted)]

    @property
    def finished(self) -> list[str]:
        return [e.outcome.step for e in self.events if isinstance(e, StepFinished)]

    def waited(self, step: str) -> list[str]:
        return [e.reason for e in self.events if isinstance(e, StepWaiting) and e.step == step]

    def codes(self) -> dict[str, list[str]]:
        return {o.step: [d.code.id for d in o.diagnostics] for o in self.outcomes if o.diagnostics}


def apply(
    cloud: Cloud,
    text: str,
    *,
    wait: bool = True,
    stop: Stop | None = None,
    parallelism: int = 1,
    contents: Mapping[str, str] | None = None,
    prune: bool = False,
) -> Story:
    """Plan and apply the specs."""
    world = cloud.world(load_text(text), contents)
    made = operations.plan(world, Asked(prune=prune), 1)
    return carry_out(cloud, world, made, wait=wait, stop=stop, parallelism=parallelism)


def destroy(cloud: Cloud, text: str) -> Story:
    """Plan and carry out the removal of everything."""
    world = cloud.world(load_text(text))
    return carry_out(cloud, world, operations.plan(world, Asked(destroy=True), 1))


def carry_out(
    cloud: Cloud, world: World, made: Plan, *, wait: bool = True, stop: Stop | None = None, parallelism: int = 1
) -> Story:
    events: list[Event] = []
    outcomes = operations.apply(world, made, events.append, stop or Impatient(), wait=wait, parallelism=parallelism)
    return Story(made, outcomes, events)


def left_to_do(cloud: Cloud, text: str) -> list[str]:
    """What a plan would do now: `action address`."""
    made = operations.plan(cloud.world(load_text(text)), parallelism=1)
    return [f"{c.action.value} {c.address}" for c in made.changes]


def context(cloud: Cloud, text: str, pace: Pace = PACE) -> tuple[Context, list[Event]]:
    """A context to call one operation of the engine in."""
    events: list[Event] = []
    graph = graph_of(text)
    targets = {name: account.target(pace) for name, account in cloud.accounts.items()}
    return Context(graph, targets, events.append, Impatient()), events


def reasons(events: Iterable[Event]) -> list[str]:
    return [e.reason for e in events if isinstance(e, StepWaiting)]
