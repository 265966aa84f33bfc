"""Quota is the subscription's in a region: what counts against it, what does not, and who is blocked."""

from __future__ import annotations

import pytest

from reconciler.engine import operations
from reconciler.model.allowance import Allowance, OfferedModel, Usage, by_name
from reconciler.model.selection import Selection
from reconciler.planning.changes import Action
from reconciler.planning.preflight.quota import find_usage, unit_of
from tests.support.accounts import Cloud
from tests.support.allowances import offered, usages
from tests.support.estate import CHAT, CHAT_US, ESTATE, edited, load_text
from tests.unit.planning.preflight.bench import Arrange, blocked, change, codes_of, plan

MINI = "OpenAI.Standard.gpt-4.1-mini-finetune"
GLOBAL = "OpenAI.GlobalStandard.gpt-4.1-mini-finetune"
GROWS = ("    capacity: 50\n", "    capacity: 70\n")
OTHER = ("  triage:\n    model: {job: triage}", "  more:\n    model: {chain: support}\n    sku: Standard\n"
         "    capacity: 10\n    targets: {sweden: {}}\n  triage:\n    model: {job: triage}")  # fmt: skip
MORE = "deployment.more@sweden"
TWIN = (
    "\ndatasets:",
    "\n  malmo:\n    provider: azure\n    subscription: 11111111-1111-1111-1111-111111111111\n"
    "    resource_group: rg-acme\n    account: acme-malmo\n    region: swedencentral\n\ndatasets:",
)
"""A second account of the first one's subscription and region."""


def leave(free: int, name: str = MINI, *targets: str) -> Arrange:
    """Arrange that so much of a quota is free."""

    def arrange(cloud: Cloud) -> None:
        for target in targets or ("sweden",):
            listed = cloud[target].allowances.quota
            narrow = Usage(name, 1000 - free, 1000)
            cloud[target].allowances.quota = [narrow if u.name == name else u for u in listed]

    return arrange


@pytest.mark.parametrize(("free", "stopped"), [(20, False), (19, True), (0, True)])
def test_growth_is_what_counts(free: int, stopped: bool) -> None:
    made = plan(GROWS, arrange=leave(free))
    assert (CHAT in blocked(made)) is stopped
    assert ("quota-short" in codes_of(made)) is stopped


def test_a_cut_needs_no_quota() -> None:
    made = plan(("    capacity: 50\n", "    capacity: 40\n"), arrange=leave(0))
    assert blocked(made) == {}


def test_a_new_model_of_the_same_base_needs_no_quota() -> None:
    made = plan(("n_epochs: 2", "n_epochs: 4"), arrange=leave(0))
    assert change(made, CHAT).action is Action.UPDATE
    assert blocked(made) == {}


def test_a_new_sku_needs_all_of_it() -> None:
    made = plan(
        ("    sku: Standard\n    capacity: 50", "    sku: GlobalStandard\n    capacity: 50"),
        arrange=leave(49, GLOBAL),
    )
    assert "50 more" in blocked(made)[CHAT]


def test_what_fits_together_is_summed_in_the_plans_order() -> None:
    made = plan(GROWS, OTHER, arrange=leave(25))
    assert list(blocked(made)) == [CHAT], "10 for the first, 15 are left for 20"


def test_accounts_of_one_subscription_and_region_share_it() -> None:
    specs = load_text(edited(ESTATE, TWIN, GROWS, (OTHER[0], OTHER[1].replace("{sweden: {}}", "{malmo: {}}"))))
    cloud = Cloud(specs)
    world = cloud.world(specs)
    for target in ("sweden", "malmo"):
        leave(75, MINI, target)(cloud)
    made = operations.plan(world, parallelism=1)
    assert list(blocked(made)) == [CHAT], "10 on malmo, 70 on sweden, and 75 for both"


def test_another_subscription_has_its_own() -> None:
    made = plan(GROWS, ("capacity: 20", "capacity: 60"), arrange=leave(20))
    assert blocked(made) == {}


def test_what_a_plan_gives_back_does_not_count_before_it_is_given() -> None:
    """Nothing says that the cut comes first; the message says how to make it."""
    made = plan(("    capacity: 50\n", "    capacity: 10\n"), OTHER, arrange=leave(0))
    assert list(blocked(made)) == [MORE]
    told = next(d for d in made.diagnostics if d.code.id == "quota-short")
    assert f"gives back 40 ({CHAT})" in told.detail
    assert "--select" in told.detail


def test_recreate_gives_back_before_it_takes() -> None:
    made = plan(("    tags: {team: support}", "    strategy: recreate\n    tags: {team: support}"),
                ("n_epochs: 2", "n_epochs: 4"), arrange=leave(0))  # fmt: skip
    assert change(made, CHAT).action is Action.REPLACE
    assert blocked(made) == {}


def test_what_is_not_selected_takes_nothing() -> None:
    made = plan(GROWS, OTHER, arrange=leave(25), selection=Selection((CHAT,)))
    assert blocked(made) == {}


def test_only_what_takes_much_is_annotated() -> None:
    made = plan(GROWS, ("capacity: 20", "capacity: 60"), arrange=leave(400))
    assert change(made, CHAT).notes == ("quota in swedencentral: 400 of 1,000 free",)
    assert change(made, CHAT_US).notes == ()


BASE, ID = offered("gpt-4.1-mini", "2025-04-14"), "gpt-4.1-mini-2025-04-14"
TUNED = offered("gpt-4.1-mini-2025-04-14.ft-1", "1", base=ID)


@pytest.mark.parametrize(
    ("models", "sku", "tuned", "expected", "why"),
    [
        ((BASE,), "Standard", False, "OpenAI.Standard.gpt-4.1-mini", "a base model's own"),
        ((BASE, TUNED), "Standard", True, MINI, "as that of a fine-tuned model of the same base"),
        ((BASE,), "Standard", True, MINI, "by the pattern of the names, where no such model is there yet"),
        ((BASE,), "ProvisionedManaged", True, "OpenAI.ProvisionedManaged", "PTUs are for all models"),
        ((BASE,), "standard", False, "OpenAI.Standard.gpt-4.1-mini", "SKUs have no case"),
        ((), "Standard", True, None, "a model that is not listed"),
        ((BASE,), "DeveloperTier", True, None, "a SKU that is not listed"),
    ],
)
def test_which_quota_a_deployment_takes_from(
    models: tuple[OfferedModel, ...], sku: str, tuned: bool, expected: str | None, why: str
) -> None:
    allowance = Allowance(by_name(usages()), models)
    found = find_usage(allowance, sku, ID, tuned=tuned)
    assert (found.name if found else None) == expected, why


def test_a_quota_without_a_number_stops_nobody() -> None:
    assert find_usage(Allowance({}, (BASE,)), "Standard", ID, tuned=False) is None


def test_units() -> None:
    assert unit_of("ProvisionedManaged") == "PTU"
    assert unit_of("DataZoneStandard") == "thousand tokens a minute"


def test_all_problems_of_a_deployment_at_once() -> None:
    """One that is blocked for another reason hears of its quota too, and takes none from the others."""
    strict = ("    tags: {team: support}\n", "    tags: {team: support}\n    content_filter: strict\n")
    made = plan(GROWS, strict, OTHER, arrange=leave(12))
    assert sorted(d.code.id for d in made.diagnostics if d.address == CHAT) == ["filter-missing", "quota-short"]
    assert blocked(made)[CHAT] == "sweden has no content filter strict", "the first reason stays"
    assert MORE not in blocked(made)
