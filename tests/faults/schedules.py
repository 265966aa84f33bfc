"""Schedules of faults: one at each request of a whole apply, and many at once, drawn from a seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from reconciler.api.estate import Estate
from reconciler.emulator.faults import Rule
from tests.faults.audit import Findings, audit, runs
from tests.faults.network import LATENESS, Kind, travelling
from tests.faults.stage import SETTLE, Stage, Told
from tests.faults.timekeeper import KeptPool

RESTART = 2.0
"""Seconds from the end of one process to the first request of the next; vendors date objects by whole seconds."""


@dataclass
class Report:
    """How one schedule went."""

    name: str
    faults: int
    findings: Findings
    applies: int
    told: list[Told] = field(default_factory=list)


def requests_of_an_apply(loaded: Estate) -> int:
    return len(Stage(loaded).apply().operator.sent)


def strike(loaded: Estate, number: int, kind: Kind, lag: float = 0.0) -> Report:
    """One fault at one request, then a plain apply by somebody who knows nothing of the first."""
    stage = Stage(loaded, lag=lag)
    first = stage.apply({number: kind})
    stage.keeper.sleep(RESTART)
    second = stage.apply()
    findings = audit(stage)
    if not second.converged:
        findings.human.append(f"the second apply did not converge: {second.words}")
    in_time = kind is not Kind.LATE or LATENESS + lag < SETTLE
    if not kind.kills and in_time:
        findings.paid_twice += [f"heard twice: {mark}" for mark, jobs in runs(stage).items() if len(jobs) > 1]
    name = f"{kind.value} at request {number} ({' '.join(first.operator.sent[number])}), lag {lag:g} s"
    return Report(name, len(first.operator.struck), findings, 2, [first, second])


@dataclass(frozen=True)
class Chaos:
    """What happens in one random schedule; everything follows from the seed."""

    seed: int
    lag: float
    parallelism: int
    travel: float
    wait: tuple[bool, bool]
    apart: float
    """Virtual seconds between the starts of the two operators."""
    faults: tuple[dict[int, Kind], dict[int, Kind]]
    services: tuple[Rule, ...]


def draw(seed: int, requests: int, *, lag: float | None = None) -> Chaos:
    """Several faults for two operators who apply at the same time."""
    dice = random.Random(seed)
    drawn = [_faults(dice, requests) for _ in range(2)]
    return Chaos(
        seed,
        lag=dice.choice((0.0, 3.0, SETTLE * 0.8)) if lag is None else lag,
        parallelism=dice.choice((1, 4)),
        travel=dice.choice((0.05, 0.5, 2.0)),
        wait=(dice.random() < 0.7, dice.random() < 0.7),
        apart=dice.choice((0.0, 0.0, 1.0, 10.0, 60.0)),
        faults=(drawn[0], drawn[1]),
        services=tuple(_service_faults(dice)),
    )


def _faults(dice: random.Random, requests: int) -> dict[int, Kind]:
    """At most one kill an operator, and rather early: writes are rare among many reads."""
    kinds = [k for k in Kind if not k.kills]
    faults = {int(requests * dice.random() ** 2): dice.choice(kinds) for _ in range(dice.randint(1, 6))}
    if dice.random() < 0.4:
        faults[int(requests * dice.random() ** 2)] = dice.choice([k for k in Kind if k.kills])
    return faults


def _service_faults(dice: random.Random) -> Iterator[Rule]:
    """What the service itself gets wrong and a later apply can mend."""
    if dice.random() < 0.2:
        yield Rule("preempt_run", "POST", "/fine_tuning/jobs$", skip=dice.randint(0, 2))
    if dice.random() < 0.2:
        yield Rule("fail_provisioning", "PUT", "/deployments/", skip=dice.randint(0, 2), code="Internal")
    if dice.random() < 0.2:
        yield Rule("no_effect", "PUT", "/deployments/", skip=dice.randint(0, 2))
    if dice.random() < 0.3:
        yield Rule("status", "PUT", "/deployments/", skip=dice.randint(0, 2), status=409, code="RequestConflict")


def together(loaded: Estate, chaos: Chaos, plain: int = 2) -> Report:
    """Two operators at once amid the faults, then plain applies by others."""
    dice = random.Random(chaos.seed)
    stage = Stage(loaded, lag=chaos.lag, travel=travelling(dice, chaos.travel))
    stage.store.faults.rules += [replace(rule) for rule in chaos.services]
    told = at_once(stage, chaos)
    stage.store.faults.rules.clear()
    stage.keeper.run_out()
    stage.keeper.sleep(SETTLE)  # what was heard only now must be listed, or the next apply cannot know of it
    applies = 0
    while applies == 0 or (applies < plain and not _is_done(stage, told[-1])):
        told.append(stage.apply(parallelism=chaos.parallelism))
        applies += 1
    findings = audit(stage)
    if not told[-1].converged:
        findings.human.append(f"{applies} plain applies did not converge: {told[-1].words}")
    faults = sum(len(t.operator.struck) for t in told) + sum(rule.hits for rule in stage.store.faults.rules)
    return Report(f"seed {chaos.seed}: {chaos}", faults, findings, applies, told)


def _is_done(stage: Stage, last: Told) -> bool:
    """Whether the last apply left nothing to do. Where lists lag beyond the settle time, once they show everything."""
    if stage.store.state.lag <= SETTLE:
        return last.converged
    stage.store.clock.advance(stage.store.state.lag)
    return last.converged and not stage.plan().changes


def at_once(stage: Stage, chaos: Chaos) -> list[Told]:
    def work(number: int) -> Told:
        stage.keeper.sleep(chaos.apart * number)
        return stage.apply(chaos.faults[number], wait=chaos.wait[number], parallelism=chaos.parallelism)

    def both() -> list[Told]:
        with KeptPool(stage.keeper, 2) as pool:
            return list(pool.map(work, range(2)))

    return stage.keeper.at_work(both)
