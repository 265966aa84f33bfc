"""The estate's budget, held against what a plan costs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from reconciler.model import codes
from reconciler.model.diagnostics import Diagnostic, in_order
from reconciler.model.money import Amount, about, amount_words, words
from reconciler.planning.plan import Plan
from reconciler.specs.base import Entry
from reconciler.specs.budget import Budget

SHOWN = 5
"""Addresses that a message names."""


def check_budget(plan: Plan, budget: Entry[Budget] | None, *, allowed: bool = False) -> Plan:
    """The plan, with an error for each limit that it goes over; `allowed` makes that a warning.

    A plan that does not raise the cost of hosting is not refused for it: it may be the way back into the budget.
    """
    if budget is None:
        return plan
    found = [*_training(plan, budget, allowed), *_hosting(plan, budget, allowed)]
    return replace(plan, diagnostics=in_order([*plan.diagnostics, *found]))


def _training(plan: Plan, budget: Entry[Budget], allowed: bool) -> Iterator[Diagnostic]:
    cost, limit = plan.cost, budget.spec.limit("training")
    if limit is None:
        return
    if cost.training.known > limit:
        comes_to = f"Training comes to {_shown(cost.training, cost.currency, estimated=True)}"
        yield _over(budget, "training", f"{comes_to}; {words(limit, cost.currency)} an apply are allowed.", allowed)
    elif not cost.training.exact:
        yield _uncounted(budget, "training", cost.training, limit, cost.currency)


def _hosting(plan: Plan, budget: Entry[Budget], allowed: bool) -> Iterator[Diagnostic]:
    cost, limit = plan.cost, budget.spec.limit("hosting")
    if limit is None:
        return
    raises = cost.delta.known > 0 or not cost.delta.exact
    if cost.after.known > limit:
        comes_to = f"Hosting comes to {_shown(cost.after, cost.currency)} a month"
        detail = f"{comes_to}; {words(limit, cost.currency)} are allowed."
        yield _over(budget, "hosting", detail, allowed or not raises)
    elif raises and not cost.after.exact:
        yield _uncounted(budget, "hosting", cost.after, limit, cost.currency)


def _shown(amount: Amount, currency: str, *, estimated: bool = False) -> str:
    return about(amount.known, currency) if amount.exact and estimated else amount_words(amount, currency)


def _over(budget: Entry[Budget], key: str, detail: str, allowed: bool) -> Diagnostic:
    code = codes.BUDGET_PASSED if allowed else codes.BUDGET_EXCEEDED
    return code.at(budget.place.value(key), f"{detail} {code.way_out}")


def _uncounted(budget: Entry[Budget], key: str, amount: Amount, limit: Decimal, currency: str) -> Diagnostic:
    names = sorted(amount.unknown)
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    counted = f"{amount_words(amount, currency)} of {words(limit, currency)}" if amount.known else "nothing"
    detail = f"Not counted, or not in full: {', '.join(names[:SHOWN])}{more}. Counted: {counted}."
    return codes.BUDGET_UNCOUNTED.at(budget.place.value(key), f"{detail} {codes.BUDGET_UNCOUNTED.way_out}")
