"""A plan of the small estate, edited, on accounts whose allowances a test has changed."""

from __future__ import annotations

from collections.abc import Callable

from reconciler.engine import operations
from reconciler.model.asked import Asked
from reconciler.model.selection import EVERYTHING, Selection
from reconciler.planning.changes import Action, Change
from reconciler.planning.plan import Plan
from tests.support.accounts import Cloud
from tests.support.estate import ESTATE, edited, load_text
from tests.support.live import build

Arrange = Callable[[Cloud], None]


def plan(
    *edits: tuple[str, str],
    live: str = "converged",
    arrange: Arrange = lambda cloud: None,
    selection: Selection | None = None,
    applying: bool = False,
) -> Plan:
    """The plan for the edited specs, where the unedited ones are live."""
    cloud = build(ESTATE, live, [])
    arrange(cloud)
    world = cloud.world(load_text(edited(ESTATE, *edits)))
    return operations.plan(world, Asked(selection or EVERYTHING), 1, applying=applying)


def blocked(made: Plan) -> dict[str, str]:
    """Key of each blocked change, and why."""
    return {c.key: c.reason.text for c in made.changes if c.action is Action.BLOCKED}


def codes_of(made: Plan) -> list[str]:
    return [d.code.id for d in made.diagnostics]


def change(made: Plan, key: str) -> Change:
    return made.by_key()[key]
