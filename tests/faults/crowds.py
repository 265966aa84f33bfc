"""Schedules of many operators: two to five at once, half of them killed, or chains of applies that do not wait.

Several faults each, runs that fail, answers lost after the work, and a service that twists its answers.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from reconciler.api.estate import Estate
from reconciler.emulator.faults import Rule
from tests.faults import estate
from tests.faults.audit import Findings, audit, runs, was_paid
from tests.faults.network import Kind, travelling
from tests.faults.schedules import Report
from tests.faults.stage import SETTLE, Stage, Told
from tests.faults.timekeeper import KeptPool
from tests.faults.twists import Service, Twist

DAY = 86400.0
PLAIN = 4
"""Applies without faults, at most, after which everything must be in order."""
UNHEARD = (Kind.DROP_BEFORE, Kind.TOO_MANY, Kind.ERROR_BEFORE)
TEXT = estate.SMALL.replace("    seed: 7", "    retries: 3\n    seed: 7").replace("retries: 2", "retries: 3")


def retrying(folder: Path) -> Estate:
    """The small estate, with a retry for every run that a schedule can make fail."""
    return estate.small(folder, TEXT)


@dataclass(frozen=True)
class Hand:
    """One operator: when, after the start of the schedule or of the one before, and how wrong the clock is."""

    faults: dict[int, Kind]
    wait: bool
    after: float
    ahead: float


@dataclass(frozen=True)
class Crowd:
    """What happens in one schedule; everything follows from the seed."""

    seed: int
    lag: float
    travel: float
    parallelism: int
    chain: bool
    hands: tuple[Hand, ...]
    services: tuple[Rule, ...]
    twists: frozenset[Twist]


def draw_crowd(seed: int, requests: int, twists: frozenset[Twist] = frozenset()) -> Crowd:
    dice = random.Random(seed)
    unmarked = Twist.UNMARKED in twists
    chain = dice.random() < 1 / 3
    hands = _chained(dice, requests, unmarked) if chain else _at_once(dice, requests, unmarked)
    if Twist.CLOCKS in twists:
        hands = [replace(hand, ahead=dice.uniform(-40, 40) * DAY) for hand in hands]
    return Crowd(
        seed,
        lag=dice.choice((0.0, 3.0, SETTLE * 0.5, SETTLE * 0.8, SETTLE * 0.95)),
        travel=dice.choice((0.05, 0.5, 2.0)),
        parallelism=1 if chain else dice.choice((1, 4)),
        chain=chain,
        hands=tuple(hands),
        services=() if unmarked else tuple(_services(dice)),
        twists=twists,
    )


def _at_once(dice: random.Random, requests: int, unmarked: bool) -> list[Hand]:
    apart = dice.choice((0.0, 0.0, 0.3, 2.0, 15.0, 60.0, 90.0))
    count = dice.randint(2, 5)
    return [Hand(_faults(dice, requests, 0.5, unmarked), dice.random() < 0.5, apart * n, 0.0) for n in range(count)]


def _chained(dice: random.Random, requests: int, unmarked: bool) -> list[Hand]:
    pauses = (2.0, 2.0, 20.0, 100.0, 900.0)
    count = dice.randint(3, 6)
    return [Hand(_faults(dice, requests, 0.8, unmarked), False, dice.choice(pauses), 0.0) for _ in range(count)]


def _faults(dice: random.Random, requests: int, kills: float, unmarked: bool) -> dict[int, Kind]:
    """Rather early ones: writes are rare among many reads. A create without a mark in lists must show its answer."""
    kinds = UNHEARD if unmarked else tuple(k for k in Kind if not k.kills)
    faults = {int(requests * dice.random() ** 2): dice.choice(kinds) for _ in range(dice.randint(0, 8))}
    if not unmarked and dice.random() < kills:
        faults[int(requests * dice.random() ** 2)] = dice.choice([k for k in Kind if k.kills])
    return faults


def _services(dice: random.Random) -> Iterator[Rule]:
    create = "/fine_tuning/jobs$"
    if dice.random() < 0.4:
        yield Rule("fail_run", "POST", create, skip=dice.randint(0, 3), code="internalFailure")
    if dice.random() < 0.3:
        status = dice.choice((500, 503, 409, 429, 408))
        yield Rule("status_after", "POST", create, skip=dice.randint(0, 3), status=status)
    if dice.random() < 0.3:
        yield Rule("status_after", "POST", "/cancel$", count=dice.randint(1, 3), status=500)


def hold(loaded: Estate, crowd: Crowd) -> Report:
    """The schedule, then plain applies by others; with lists that hide marks only the look at what was paid."""
    dice = random.Random(crowd.seed)
    stage = Stage(loaded, lag=crowd.lag, travel=travelling(dice, crowd.travel))
    service = Service(stage, crowd.twists, dice)
    rules = [replace(rule) for rule in crowd.services]
    stage.store.faults.rules += rules
    told = _chain(stage, crowd) if crowd.chain else _together(stage, crowd)
    stage.store.faults.rules.clear()
    stage.keeper.run_out()
    stage.keeper.sleep(SETTLE)  # what was heard only now must be listed, or the next apply cannot know of it
    struck = sum(len(t.operator.struck) for t in told) + sum(rule.hits for rule in rules)
    name = f"seed {crowd.seed}: {crowd}"
    if Twist.UNMARKED in crowd.twists:
        return Report(name, struck + service.hits, _unpaid(stage), 0, told)
    service.settle()
    return Report(name, struck + service.hits, *_in_order(stage, told))


def _in_order(stage: Stage, told: list[Told]) -> tuple[Findings, int, list[Told]]:
    applies = 0
    while applies == 0 or (applies < PLAIN and not told[-1].converged):
        told.append(stage.apply())
        applies += 1
    findings = audit(stage)
    if not told[-1].converged:
        findings.human.append(f"{applies} plain applies did not converge: {told[-1].words}")
    return findings, applies, told


def _unpaid(stage: Stage) -> Findings:
    """A run that lists show without its mark is cancelled before it costs anything."""
    findings = Findings()
    for mark, jobs in runs(stage).items():
        findings.paid_twice += [f"{mark}: {j.id} was paid" for j in jobs if was_paid(j)]
        findings.objects += [f"{mark}: {j.id} is {j.phase}" for j in jobs if j.phase != "cancelled"]
    return findings


def _together(stage: Stage, crowd: Crowd) -> list[Told]:
    def work(hand: Hand) -> Told:
        stage.keeper.sleep(hand.after)
        return stage.apply(hand.faults, wait=hand.wait, parallelism=crowd.parallelism, ahead=hand.ahead)

    def everybody() -> list[Told]:
        with KeptPool(stage.keeper, len(crowd.hands)) as pool:
            return list(pool.map(work, crowd.hands))

    return stage.keeper.at_work(everybody)


def _chain(stage: Stage, crowd: Crowd) -> list[Told]:
    told = []
    for hand in crowd.hands:
        told.append(stage.apply(hand.faults, wait=False, ahead=hand.ahead))
        stage.keeper.sleep(hand.after)
    return told
