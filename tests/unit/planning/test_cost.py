"""What a plan costs, part by part: training once, hosting a month, and what nobody can tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from reconciler.engine import operations
from reconciler.model.asked import Asked
from reconciler.model.events import Outcome, Result
from reconciler.model.money import ZERO, Amount, Cost
from reconciler.model.selection import Selection
from reconciler.planning.changes import Action
from reconciler.planning.costs.cost import PlanCost, spent
from reconciler.planning.plan import Plan
from reconciler.planning.planner import make_plan
from tests.support.estate import CHAT, CHAT_US, ESTATE, FIRST, SECOND, SORTER, TRIAGE, edited, facts_of, load_text
from tests.support.live import build

FEE = Decimal(1241)
Edit = tuple[str, str]


def plan(
    *edits: Edit,
    live: str = "nothing",
    since: Sequence[dict[str, Any]] = (),
    prune: bool = False,
    select: str = "",
    **facts: Any,
) -> Plan:
    """The plan of the edited estate against what an apply of the unedited one left."""
    specs = load_text(edited(ESTATE, *edits))
    cloud = build(ESTATE, live, since)
    for account in cloud.accounts.values():
        account.hold = True
    world = cloud.world(specs)
    known = {name: replace(f, **facts) for name, f in facts_of(specs).items()}
    limits = Selection((select,) if select else ())
    return operations.plan(replace(world, facts=known), Asked(limits, prune=prune), 1)


def costs(made: Plan) -> dict[str, Cost]:
    return {c.key: c.cost for c in made.changes if c.cost}


def unknown(*names: str) -> Amount:
    return Amount(unknown=frozenset(names))


GRADER = (
    "grader: {type: string_check, name: exact, input: '{{sample.output_text}}', reference: '{{item.a}}', operation: eq}"
)
EPOCHS = ("    training: tickets\n", "    training: tickets\n    hyperparameters: {n_epochs: 4}\n")


def test_tokens_times_epochs_times_price() -> None:
    """60,000 tokens; $6.05 a million for mini and $1.815 for nano in Sweden."""
    made = plan(EPOCHS)
    assert {key: c.training.known for key, c in costs(made).items() if c.training != ZERO} == {
        FIRST: Decimal("1.089"),
        SECOND: Decimal("0.726"),
        TRIAGE: Decimal("0.4356"),
    }
    assert made.cost.training == Amount(Decimal("2.2506"))
    assert costs(made)[TRIAGE].basis == "60,000 tokens x 4 at $1.815 a million"


@pytest.mark.parametrize(("kind", "price"), [("standard", "0.4356"), ("global", "0.36"), ("developer", "0.18")])
def test_the_type_of_training(kind: str, price: str) -> None:
    made = plan((EPOCHS[0], EPOCHS[1] + f"    training_type: {kind}\n"))
    assert costs(made)[TRIAGE].training == Amount(Decimal(price))


def test_epochs_of_the_services_choice_are_priced_as_one() -> None:
    cost = costs(plan())[TRIAGE]
    assert cost.training == Amount(Decimal("0.1089"), frozenset({TRIAGE}))
    assert cost.gap == "priced for one epoch"


@pytest.mark.parametrize(
    ("edits", "facts", "gap"),
    [
        ([("gpt-4.1-nano-2025-04-14", "gpt-5-2025-08-07")], {}, "no price is known for gpt-5-2025-08-07 (standard"),
        ([], {"tokens": None}, "the tokens of tickets are not known"),
        (
            [
                ("gpt-4.1-nano-2025-04-14", "o4-mini-2025-04-16\n    method: reinforcement\n    " + GRADER),
                ("    training: tickets\n", "    training: tickets\n    validation: valid\n"),
            ],
            {},
            "billed by the hour, $121.00 each",
        ),
    ],
)
def test_what_cannot_be_priced_is_unknown(edits: list[Edit], facts: dict[str, Any], gap: str) -> None:
    made = plan(*edits, **facts)
    cost = costs(made)[TRIAGE]
    assert cost.training == unknown(TRIAGE)
    assert cost.gap.startswith(gap)
    assert TRIAGE in made.cost.training.unknown


def test_images_come_on_top() -> None:
    cost = costs(plan(EPOCHS, images=3))[TRIAGE]
    assert (cost.training, cost.gap) == (Amount(Decimal("0.4356"), frozenset({TRIAGE})), "images not counted")


def test_a_shared_run_is_paid_once() -> None:
    twin = "  twin:\n    target: sweden\n    base_model: gpt-4.1-nano-2025-04-14\n    training: tickets\n"
    made = plan(("jobs:\n", "jobs:\n" + twin))
    assert made.by_key()[TRIAGE].also
    assert made.cost.training == plan().cost.training


@pytest.mark.parametrize(
    ("edit", "month"),
    [
        (("sku: Standard\n    capacity: 10", "sku: GlobalStandard\n    capacity: 10"), Amount(FEE)),
        (("sku: Standard\n    capacity: 10", "sku: DeveloperTier\n    capacity: 10"), ZERO),
        (("sku: Standard\n    capacity: 10", "sku: ProvisionedManaged\n    capacity: 10"), Amount(Decimal(16060))),
        (("sku: Standard\n    capacity: 10", "sku: ProvisionedManaged"), unknown(SORTER)),
        (("sku: Standard\n    capacity: 10", "sku: OfTomorrow\n    capacity: 10"), unknown(SORTER)),
        (("model: {job: triage}", 'model: {name: gpt-4.1, version: "2025-04-14"}'), ZERO),
    ],
    ids=["global", "developer", "units", "units nobody counted", "a new sku", "a base model"],
)
def test_hosting(edit: Edit, month: Amount) -> None:
    cost = costs(plan(edit))[SORTER]
    assert (cost.before, cost.after, cost.delta) == (ZERO, month, month)


def sums(made: Plan) -> tuple[Amount, Amount, Amount]:
    return made.cost.before, made.cost.after, made.cost.delta


def test_an_unchanged_estate_costs_what_it_costs() -> None:
    made = plan(live="converged")
    assert made.cost == PlanCost("USD", ZERO, Amount(3 * FEE), Amount(3 * FEE), ZERO)


GONE = (ESTATE[ESTATE.index("  triage:\n    model:") :], "")
UNITS = ("capacity: 20, sku: GlobalStandard", "capacity: 20, sku: GlobalProvisionedManaged")


@pytest.mark.parametrize(
    ("edits", "prune", "after"),
    [
        ([GONE], False, 3 * FEE),
        ([GONE], True, 2 * FEE),
        ([UNITS], False, 2 * FEE + 20 * 730),
        ([("capacity: 50", "capacity: 90")], False, 3 * FEE),
        ([("      sweden: {}\n      chicago", "      chicago")], True, 2 * FEE),
        ([("  triage:\n    model", "  more:\n    model")], False, 4 * FEE),
    ],
    ids=["an orphan stays", "an orphan goes", "another sku", "tokens a minute are free", "a target less", "renamed"],
)
def test_hosting_before_and_after(edits: list[Edit], prune: bool, after: Decimal) -> None:
    made = plan(*edits, live="converged", prune=prune)
    assert sums(made) == (Amount(3 * FEE), Amount(after), Amount(after - 3 * FEE))


def test_another_model_under_the_same_name_costs_the_same() -> None:
    made = plan(("n_epochs: 2}", "n_epochs: 1}"), live="converged")
    assert costs(made)[CHAT].delta == ZERO
    assert sums(made) == (Amount(3 * FEE), Amount(3 * FEE), ZERO)


def test_an_unknown_price_that_stays_is_no_difference() -> None:
    odd = ("capacity: 20, sku: GlobalStandard", "capacity: 20, sku: OfTomorrow")
    first = edited(ESTATE, odd)
    later = load_text(edited(first, ("team: support", "team: ops")))
    made = operations.plan(build(first, "converged", ()).world(later), parallelism=1)
    assert CHAT_US in made.by_key()
    assert sums(made) == (Amount(2 * FEE, frozenset({CHAT_US})), Amount(2 * FEE, frozenset({CHAT_US})), ZERO)


def test_only_what_is_selected_is_paid() -> None:
    made = plan(EPOCHS, select=TRIAGE)
    assert made.cost == PlanCost("USD", Amount(Decimal("0.4356")), ZERO, ZERO, ZERO)


def test_what_is_blocked_costs_nothing() -> None:
    served = ("  triage:\n    model", "  more:\n    model")
    made = plan(served, live="converged", since=[{"run": "triage", "status": "failed"}])
    assert made.by_key()["deployment.more@sweden"].action is Action.BLOCKED
    assert sums(made) == (Amount(3 * FEE), Amount(3 * FEE), ZERO)


def test_what_waits_for_a_target_that_is_left_out_costs_nothing() -> None:
    made = operations.plan(build(ESTATE, "nothing", ()).world(load_text(ESTATE)), Asked(Selection((), ("chicago",))), 1)
    assert made.by_key()[CHAT_US].action is Action.BLOCKED
    assert sums(made) == (ZERO, ZERO, ZERO)


def test_what_is_not_the_estates_is_not_counted() -> None:
    assert sums(plan(live="converged", since=[{"foreign": "theirs@sweden"}]))[0] == Amount(3 * FEE)


def test_a_target_that_cannot_be_read_is_not_forgotten() -> None:
    made = plan(live="converged", since=[{"target": "chicago", "unreadable": True}])
    assert made.cost.before == Amount(2 * FEE, frozenset({"target chicago"}))
    assert made.cost.delta == ZERO


def test_what_was_really_trained_is_what_was_paid() -> None:
    made = plan(EPOCHS)
    ended = [
        Outcome(TRIAGE, Result.TRAINED, trained_tokens=1_000_000),
        Outcome(FIRST, Result.FAILED, trained_tokens=7),
        Outcome(SECOND, Result.TRAINED),
        Outcome(CHAT, Result.CREATED),
    ]
    assert spent(made.changes, ended) == Amount(Decimal("1.815"), frozenset({SECOND}))


def test_a_run_that_an_earlier_apply_began_is_not_in_the_plan_but_in_the_bill() -> None:
    made = plan(EPOCHS, live="converged", since=[{"run": "support/2026-02", "status": "running"}])
    assert made.by_key()[SECOND].action is Action.WAIT
    assert SECOND not in {c.key for c in made.changes if c.cost and c.cost.training != ZERO}
    assert spent(made.changes, [Outcome(SECOND, Result.TRAINED, trained_tokens=100_000)]) == Amount(Decimal("0.605"))


def test_openai_has_a_usual_number_of_epochs_and_no_hosting() -> None:
    target = "    provider: openai\n    project: proj_1\n"
    azure = ESTATE[ESTATE.index("    provider: azure") : ESTATE.index("  chicago:")]
    specs = load_text(edited(ESTATE[: ESTATE.index("deployments:")], (azure, target)))
    world = build(ESTATE, "nothing", ()).world(specs)
    observed = operations.look(world, 1)
    made = make_plan(specs, world.facts, observed)
    run = costs(made)[TRIAGE]
    assert run.training == Amount(Decimal("0.27")), "120 rows: 3 epochs, $1.50 a million"
    assert "3 (the usual number)" in run.basis
    assert sums(made) == (ZERO, ZERO, ZERO)
