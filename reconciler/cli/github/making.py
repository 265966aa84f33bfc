"""A plan in this process: made, judged by the policies, and told in the log."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from reconciler.api.estate import Estate
from reconciler.cli.compose import connected
from reconciler.cli.github.asking import Wanted
from reconciler.cli.github.hub import log
from reconciler.cli.github.world import Place
from reconciler.cli.options import Terminal
from reconciler.cli.plan import document, show_plan
from reconciler.cli.policies import ask
from reconciler.engine import operations
from reconciler.engine.context import Stop
from reconciler.engine.operations import World
from reconciler.planning.plan import Plan
from reconciler.planning.planformat import PlanDocument

TERMINAL = Terminal(no_color=True)


@dataclass(frozen=True, slots=True)
class Made:
    """A plan, and the document that shows it."""

    plan: Plan
    document: PlanDocument


@contextmanager
def connection(estate: Estate, wanted: Wanted, place: Place, stop: Stop) -> Iterator[World]:
    """The targets of an estate, where this run looks."""
    with connected(estate, place.where(wanted.where), TERMINAL, stop) as world:
        yield world


def make(world: World, root: Path, wanted: Wanted, *, applying: bool = False) -> Made:
    """Plan and show it; raises `DiagnosticsError`."""
    with log():
        made = operations.plan(world, wanted.asked, wanted.parallelism, applying=applying)
        made = ask(made, wanted.policies, lambda plan: document(plan, root, wanted.asked).as_bytes())
        shown = document(made, root, wanted.asked)
        show_plan(shown, TERMINAL)
    return Made(made, shown)
