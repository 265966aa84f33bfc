"""`make faults N=1000`: every fault at every request of the example estate's apply, then random schedules; a table.

The random ones are of two operators, of crowds and chains, and of crowds with a service that twists its answers. Last
come whole lives of commands whose answers are mutated.

The seed is drawn anew unless it is given, and printed, so that any schedule can be run again.
"""

from __future__ import annotations

import argparse
import logging
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from reconciler.api.estate import Estate
from tests.faults import answers, estate
from tests.faults.crowds import draw_crowd, hold, retrying
from tests.faults.network import Kind, installed
from tests.faults.schedules import Report, draw, requests_of_an_apply, strike, together
from tests.faults.stage import SETTLE
from tests.faults.twists import Twist

LAGS = (0.0, SETTLE / 2)
ABOVE = SETTLE * 3
TWO = "two operators"
LAGGING = "two operators, lag above settle"
CROWDS = "crowds and chains"
EVERYTHING = "crowds with all of these"
TWISTS = {
    CROWDS: frozenset[Twist](),
    **{twist.value: frozenset({twist}) for twist in Twist},
    EVERYTHING: frozenset(Twist) - {Twist.UNMARKED},
}
"""Rows of crowds: how the service twists its answers."""
RANDOM = (TWO, LAGGING, *TWISTS)
Task = tuple[str, int, float]
"""What: a kind of fault or a row of random schedules; request or seed; lag."""


@dataclass
class Row:
    """One line of the table."""

    schedules: int = 0
    faults: int = 0
    paid_twice: int = 0
    objects: int = 0
    human: int = 0
    bad: list[str] = field(default_factory=list)

    def add(self, report: Report) -> None:
        self.schedules += 1
        self.faults += report.faults
        self.paid_twice += len(report.findings.paid_twice)
        self.objects += len(report.findings.objects)
        self.human += len(report.findings.human)
        if report.findings:
            self.bad.append(f"{report.name}: {report.findings}")

    def cells(self) -> tuple[int, ...]:
        return (self.schedules, self.faults, self.paid_twice, self.objects, self.human)


_FOR_THE_PROCESS = ExitStack()


def begin() -> None:
    """Once in each worker process, which lives for one run of the suite."""
    logging.disable(logging.WARNING)
    _FOR_THE_PROCESS.enter_context(installed())


@cache
def _estate(name: str) -> Estate:
    folder = Path(_FOR_THE_PROCESS.enter_context(tempfile.TemporaryDirectory(prefix="faults-")))
    return {"example": estate.example, "small": estate.small, "retrying": retrying}[name](folder)


def perform(task: Task) -> tuple[str, Report]:
    """One schedule, in a worker process."""
    what, number, lag = task
    report = _random(what, number) if what in RANDOM else strike(_estate("example"), number, Kind(what), lag)
    return what, Report(report.name, report.faults, report.findings, report.applies)


def _random(what: str, seed: int) -> Report:
    """A random schedule by its row and its own seed."""
    if what in TWISTS:
        return hold(_estate("retrying"), draw_crowd(seed, _requests("retrying"), TWISTS[what]))
    above = what == LAGGING
    chaos = draw(seed, _requests("small"), lag=ABOVE if above else None)
    return together(_estate("small"), chaos, plain=4 if above else 2)


@cache
def _requests(name: str) -> int:
    return requests_of_an_apply(_estate(name))


def _tasks(schedules: int, seed: int) -> list[Task]:
    """In a worker process, which knows the estates. Shuffled, so that every row has its share of what is done."""
    todo = list(tasks(schedules, seed))
    random.Random(seed).shuffle(todo)
    return todo


def tasks(schedules: int, seed: int) -> Iterator[Task]:
    whole = _requests("example")
    dice = random.Random(seed)
    for kind in Kind:
        for number in range(whole):
            yield kind.value, number, dice.choice(LAGS)
    shares = {TWO: 1, CROWDS: 2}
    for row in RANDOM:
        for _ in range(schedules // shares.get(row, 10)):
            yield row, dice.randrange(2**32), 0.0


def table(rows: dict[str, Row]) -> Iterator[str]:
    promises = ("duplicate paid runs", "lost or orphaned objects", "needed a human")
    heads = ("fault", "schedules", "faults injected", *promises)
    yield "| " + " | ".join(heads) + " |"
    yield "|---|" + "---:|" * (len(heads) - 1)
    for name, row in rows.items():
        yield f"| {name} | " + " | ".join(f"{n:,}" for n in row.cells()) + " |"


def run(schedules: int, seed: int, workers: int) -> dict[str, Row]:
    rows: dict[str, Row] = {}
    with ProcessPoolExecutor(1, initializer=begin) as drawing:
        todo = drawing.submit(_tasks, schedules, seed).result()
    with ProcessPoolExecutor(workers, initializer=begin) as pool:
        for done, (what, report) in enumerate(_reports(pool, todo), 1):
            rows.setdefault(what, Row()).add(report)
            if report.findings:
                print(f"{what}: {report.name}: {report.findings}", file=sys.stderr, flush=True)
            if done % 100 == 0:
                _progress(done, len(todo), rows)
    return _summed(rows)


def _progress(done: int, of: int, rows: dict[str, Row]) -> None:
    print(f"{done} of {of}", *table(_summed(rows)), sep="\n", file=sys.stderr, flush=True)


def _summed(rows: dict[str, Row]) -> dict[str, Row]:
    """In the order of the table, and all together last."""
    rows = {name: rows[name] for name in (*Kind, *RANDOM) if name in rows}
    total = Row()
    for name, row in rows.items():
        if name != LAGGING:
            for attribute in ("schedules", "faults", "paid_twice", "objects", "human"):
                setattr(total, attribute, getattr(total, attribute) + getattr(row, attribute))
    return {**rows, "all, lag below settle": total}


def _reports(pool: ProcessPoolExecutor, todo: list[Task]) -> Iterable[tuple[str, Report]]:
    return pool.map(perform, todo, chunksize=8)


def repeat(what: str, seed: int, times: int) -> int:
    """One random schedule by its own seed, often, as its threads meet in ever different ways; 1 if it went wrong."""
    bad = 0
    begin()
    with _FOR_THE_PROCESS:
        for number in range(times):
            report = _random(what, seed)
            if number == 0:
                print(report.name)
            if report.findings:
                bad += 1
                print(report.findings)
                for told in report.told:
                    print(f"  {told.operator.name}, struck by {told.operator.struck}")
                    print("".join(f"    {words}\n" for words in told.words), end="")
    print(f"{bad} of {times} went wrong")
    return min(bad, 1)


MUTATIONS = 60
"""In one life, about."""


def _lives(seeds: range) -> answers.Findings:
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory(prefix="answers-") as folder:
        return answers.search(seeds, Path(folder))


def mutate(mutations: int, seed: int, workers: int) -> int:
    """Lives whose answers are mutated; 1 if any of them showed what must not be."""
    lives = -(-mutations // MUTATIONS)
    parts = [range(seed + n, seed + min(n + 5, lives)) for n in range(0, lives, 5)]
    total = answers.Findings()
    with ProcessPoolExecutor(workers) as pool:
        for found in pool.map(_lives, parts):
            total.counts.update(found.counts)
            total.first = {**found.first, **total.first}
            total.mutations += found.mutations
    print(f"{total.mutations:,} answers mutated in {lives:,} lives; wrong: {total.counts.total():,}")
    for kind, count in total.counts.most_common():
        print(f"{count:,} x {kind}\n    {total.first[kind]}")
    return min(total.counts.total(), 1)


def main() -> int:
    parser = argparse.ArgumentParser(prog="make faults", description=__doc__)
    parser.add_argument("--schedules", type=int, default=1000, metavar="N", help="random schedules")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--one", type=int, metavar="SEED", help="only the random schedule with this seed of its own")
    parser.add_argument("--times", type=int, default=20, help="how often, with --one")
    parser.add_argument("--row", choices=RANDOM, default=TWO, help="with --one: of which row of the table")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--answers", type=int, metavar="N", help="only mutated answers, about N of them")
    options = parser.parse_args()
    if options.one is not None:
        return repeat(options.row, options.one, options.times)
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(2**32)
    print(f"seed {seed}", flush=True)
    if options.answers is not None:
        return mutate(options.answers, seed, options.workers)
    begun = time.monotonic()
    rows = run(options.schedules, seed, options.workers)
    print("\n".join(table(rows)))
    for row in rows.values():
        for line in row.bad[:5]:
            print(f"\n{line}")
    print(f"\n{time.monotonic() - begun:.0f} s, seed {seed}")
    mutated = mutate(options.schedules, seed, options.workers)
    lagging = rows.get(LAGGING, Row())
    return max(mutated, int(any(rows["all, lag below settle"].cells()[2:])), int(lagging.human > 0))


if __name__ == "__main__":
    sys.exit(main())
