"""Money: what holds for the whole estate, and its budget."""

from __future__ import annotations

from reconciler.model.codes.registry import error, warning

SPEC_ESTATE_KEY = error(
    "spec-estate-key",
    "this key belongs in the file that names the estate",
    "What holds for the whole estate stands in one place: the file with `estate: NAME`.",
    "Move it there.",
    "version: 1   # another file says `estate: acme`\nbudget: {training: 50}",
)
BUDGET_EXCEEDED = error(
    "budget-exceeded",
    "the plan is over the budget",
    "Training in one apply, or hosting that the plan raises, costs more than `budget` allows. Nothing is begun.",
    "Raise `budget` in a pull request, plan less (--select), or go over it this once: --allow-over-budget.",
    "budget: {training: 50}   # and the plan trains for about $61",
)
BUDGET_PASSED = warning(
    "budget-passed",
    "the estate is over its budget",
    "Hosting was over `budget` before and the plan does not raise it, or the operator allows the plan all the same.",
    "Plan or serve less, or raise `budget`.",
    "budget: {hosting: 1000}   # one deployment of a fine-tuned model costs $1,241 a month",
)
BUDGET_UNCOUNTED = warning(
    "budget-uncounted",
    "the budget could not be checked in full",
    "Something has no known price, or an unknown amount; the budget is compared with the rest.",
    "Give the price in a file of your own (`prices: FILE`), or set `n_epochs`.",
    "budget: {training: 50}\njobs:\n  triage: {target: sweden, base_model: gpt-5-2025-08-07, training: rows}",
)
