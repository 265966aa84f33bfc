"""The budget: what refuses a plan, what only warns, and where it points."""

from __future__ import annotations

import pytest

from reconciler.engine import operations
from reconciler.model.asked import Asked
from reconciler.model.diagnostics import Diagnostic
from reconciler.planning.plan import Plan
from tests.support.estate import CHAT_US, ESTATE, TRIAGE, edited, load_text
from tests.support.live import build

EPOCHS = ("    training: tickets\n", "    training: tickets\n    hyperparameters: {n_epochs: 4}\n")
"""All training: $2.2506. Hosting: $3,723."""
UNITS = ("capacity: 20, sku: GlobalStandard", "capacity: 20, sku: GlobalProvisionedManaged")
ODD = ("capacity: 20, sku: GlobalStandard", "capacity: 20, sku: OfTomorrow")


def planned(
    budget: str, *edits: tuple[str, str], live: str = "nothing", prune: bool = False, allow: bool = False
) -> Plan:
    after = edited(ESTATE, ("estate: acme\n", f"estate: acme\nbudget: {budget}\n"), *edits)
    world = build(ESTATE, live, ()).world(load_text(after))
    return operations.plan(world, Asked(prune=prune, allow_over_budget=allow), 1)


def told(made: Plan) -> list[Diagnostic]:
    return [d for d in made.diagnostics if d.code.id.startswith("budget-")]


CASES = [
    ("{training: 2.2506}", [EPOCHS], "nothing", [], "just enough"),
    ("{training: 2.25}", [EPOCHS], "nothing", ["budget-exceeded"], "not quite"),
    ("{training: 5}", [], "nothing", ["budget-uncounted"], "epochs of the service's choice"),
    ("{training: 1}", [], "nothing", ["budget-exceeded"], "even one epoch is too much"),
    ("{training: 0}", [], "converged", [], "nothing is trained"),
    ("{hosting: 3723}", [], "nothing", [], "just enough to serve"),
    ("{hosting: 3722.99}", [], "nothing", ["budget-exceeded"], "not quite enough to serve"),
    ("{hosting: 0}", [], "converged", ["budget-passed"], "nobody raises it"),
    ("{hosting: 3723}", [UNITS], "converged", ["budget-exceeded"], "a change that raises it"),
    ("{hosting: 9000}", [ODD], "converged", ["budget-uncounted"], "a price nobody knows"),
    ("{hosting: 2000}", [ODD], "converged", ["budget-exceeded"], "the rest is too much"),
    ("{training: 1, hosting: 1}", [], "nothing", ["budget-exceeded", "budget-exceeded"], "both"),
    ("{}", [], "nothing", [], "no limit"),
]


@pytest.mark.parametrize(("budget", "edits", "live", "expected", "why"), CASES, ids=[c[-1] for c in CASES])
def test_budgets(budget: str, edits: list[tuple[str, str]], live: str, expected: list[str], why: str) -> None:
    made = planned(budget, *edits, live=live)
    assert [d.code.id for d in told(made)] == expected, why
    assert made.refused is made.failed is ("budget-exceeded" in expected)


def test_it_points_at_the_limit() -> None:
    (found,) = told(planned("{training: 1}"))
    assert found.range is not None
    assert (str(found.range), found.range.column) == ("specs/1.yaml:3", 20)
    assert found.detail.startswith("Training comes to at least $1.92; $1.00 an apply are allowed.")


def test_it_names_what_it_could_not_count() -> None:
    (found,) = told(planned("{training: 5}"))
    assert found.detail.startswith(f"Not counted, or not in full: {TRIAGE}. Counted: at least $1.92 of $5.00.")
    (found,) = told(planned("{hosting: 9000}", ODD, live="converged"))
    assert CHAT_US in found.detail


def test_the_operator_may_pass_it() -> None:
    made = planned("{training: 1, hosting: 1}", allow=True)
    assert [d.code.id for d in told(made)] == ["budget-passed", "budget-passed"]
    assert not made.refused
    assert not made.failed


def test_the_way_back_into_the_budget_is_open() -> None:
    gone = (ESTATE[ESTATE.index("  triage:\n    model:") :], "")
    made = planned("{hosting: 1000}", gone, live="converged", prune=True)
    assert made.cost.delta.known < 0
    assert [d.code.id for d in told(made)] == ["budget-passed"]
    assert not made.refused
