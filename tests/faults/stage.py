"""One schedule's stage: an emulator, a network, a clock, and operators who plan and apply on them as the CLI does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import count

import httpx2

from reconciler.api.estate import Estate
from reconciler.emulator.records import Job
from reconciler.engine import operations
from reconciler.engine.context import Stop
from reconciler.engine.operations import World
from reconciler.model.events import Event, Outcome, StepWaiting
from reconciler.planning.plan import Plan
from reconciler.providers import azure
from reconciler.providers.base import Pace, Target
from reconciler.specs.target import AzureTarget
from tests.faults.network import Killed, Kind, Network, Operator, reachable
from tests.faults.timekeeper import AHEAD, GLANCE, TimeKeeper, working_for

SETTLE = 30.0
PACE = Pace(poll=30.0, settle=SETTLE, events=120.0)
_NAMES = count()


class KeptStop(Stop):
    """Waits in virtual time."""

    def __init__(self, keeper: TimeKeeper, operator: Operator) -> None:
        super().__init__()
        self.keeper = keeper
        self.operator = operator

    def now(self) -> float:
        return self.keeper.now() + AHEAD.get()

    def pause(self, seconds: float) -> None:
        self.keeper.sleep(max(seconds, GLANCE), self._is_dead)
        self._alive()

    def sleep(self, seconds: float) -> None:
        super().sleep(0.0)
        self.keeper.sleep(seconds, self._is_dead)
        self._alive()
        super().sleep(0.0)

    def _is_dead(self) -> bool:
        return self.operator.dead

    def _alive(self) -> None:
        if self._is_dead():
            raise Killed


@dataclass
class Told:
    """What one operator was told."""

    operator: Operator
    plan: Plan | None = None
    outcomes: tuple[Outcome, ...] = ()
    converged: bool = False
    events: list[Event] = field(default_factory=list)

    @property
    def words(self) -> list[str]:
        told = [f"{d.code.id}: {d.detail}" for d in (self.plan.diagnostics if self.plan else ())]
        told += [e.reason for e in self.events if isinstance(e, StepWaiting)]
        return told + [f"{o.step} {o.result} {o.detail} {[d.detail for d in o.diagnostics]}" for o in self.outcomes]


class Stage:
    def __init__(
        self, loaded: Estate, *, lag: float = 0.0, travel: Callable[[], float] = lambda: 0.0, pace: Pace = PACE
    ) -> None:
        self.loaded = loaded
        self.pace = pace
        self.keeper = TimeKeeper()
        self.network = Network(self.keeper, travel)
        self.store = self.network.store
        self.store.state.lag = lag
        self.gone: list[Job] = []
        """Runs whose records were deleted."""
        for entry in loaded.specs.targets.values():
            assert isinstance(entry.spec, AzureTarget)
            self._account(entry.spec)

    def _account(self, spec: AzureTarget) -> None:
        body = f'{{"location": "{spec.region}", "kind": "OpenAI", "sku": {{"name": "S0"}}, "properties": {{}}}}'
        url = f"http://setup.test{spec.account_id}?api-version=2025-09-01"
        answer = self.network.serve("PUT", url, {"authorization": "Bearer x"}, body.encode())
        assert answer.status < 300, answer.body

    def apply(
        self,
        faults: Mapping[int, Kind] | None = None,
        *,
        wait: bool = True,
        parallelism: int = 1,
        ahead: float = 0.0,
        meanwhile: Callable[[], object] = lambda: None,
    ) -> Told:
        """One `reconciler apply`, in a process of its own as far as anybody can tell.

        `ahead` is by how much its clock is wrong; `meanwhile` is what happens between its plan and its first step.
        """
        told = Told(self.network.operator(f"operator-{next(_NAMES)}", faults))
        before = AHEAD.set(ahead)
        try:
            self.keeper.at_work(self._apply, told, wait, parallelism, meanwhile)
        finally:
            AHEAD.reset(before)
        return told

    def _apply(self, told: Told, wait: bool, parallelism: int, meanwhile: Callable[[], object]) -> None:
        operator = told.operator
        stop = KeptStop(self.keeper, operator)
        try:
            with self._world(operator, stop) as world:
                told.plan = operations.plan(world, parallelism=parallelism)
                meanwhile()
                told.outcomes = operations.apply(
                    world, told.plan, told.events.append, stop, wait=wait, parallelism=parallelism
                )
                told.converged = operations.converged(told.plan, told.outcomes, wait=wait)
        except Killed:
            operator.dead = True

    def plan(self) -> Plan:
        operator = self.network.operator(f"operator-{next(_NAMES)}")
        with self._world(operator, KeptStop(self.keeper, operator)) as world:
            return operations.plan(world, parallelism=1)

    @contextmanager
    def _world(self, operator: Operator, stop: Stop) -> Iterator[World]:
        with ExitStack() as stack:
            stack.enter_context(reachable(self.network, operator))
            stack.enter_context(working_for(self.keeper))
            client = stack.enter_context(httpx2.Client(timeout=60.0, trust_env=False, verify=False))
            targets: dict[str, Target] = {}
            for name, entry in self.loaded.specs.targets.items():
                assert isinstance(entry.spec, AzureTarget)
                url = f"http://{operator.name}.test"
                target = azure.connect(
                    name, entry.spec, client, pace=self.pace, sleep=stop.sleep, now=stop.now, emulator=url
                )
                targets[name] = target
                stack.callback(target.close)
            yield World(self.loaded.specs, self.loaded.facts, targets)
