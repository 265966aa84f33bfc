"""What a region trains and serves, by the account's own list of models."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reconciler.model.observation import ObservedModel
from reconciler.planning.changes import Action
from tests.support.accounts import Cloud
from tests.support.allowances import offered
from tests.support.estate import CHAT, TRIAGE
from tests.unit.planning.preflight.bench import blocked, change, codes_of, plan

NANO = "gpt-4.1-nano-2025-04-14"


def nothing_trains(cloud: Cloud) -> None:
    allowances = cloud["sweden"].allowances
    allowances.models = [replace(m, trainable=False) for m in allowances.models]


def test_a_region_that_trains_nothing_says_so() -> None:
    made = plan(live="nothing", arrange=nothing_trains)
    told = next(d for d in made.diagnostics if d.code.id == "model-region")
    assert "Trainable there: nothing." in told.detail
    assert blocked(made)[TRIAGE] == f"swedencentral does not train {NANO}"


def test_the_data_plane_may_know_better() -> None:
    def arrange(cloud: Cloud) -> None:
        nothing_trains(cloud)
        cloud["sweden"].model_list[NANO] = ObservedModel(NANO, None, None, 1, True, None, None)

    assert TRIAGE not in blocked(plan(live="nothing", arrange=arrange))


@pytest.mark.parametrize("kind", ["global", "developer"])
def test_training_elsewhere_is_not_guessed_at(kind: str) -> None:
    made = plan(("training: tickets", f"training: tickets\n    training_type: {kind}"), live="nothing",
                arrange=nothing_trains)  # fmt: skip
    assert change(made, TRIAGE).action is Action.TRAIN
    assert "model-region-unsure" in codes_of(made)


def test_a_base_that_is_fine_tuned_itself_counts_as_its_base() -> None:
    tuned = f"{NANO}.ft-{'0' * 32}"

    def there(cloud: Cloud) -> None:
        cloud["sweden"].model_list[tuned] = ObservedModel(tuned, None, None, 1, None, None, None)

    def there_and_nothing_trains(cloud: Cloud) -> None:
        there(cloud)
        nothing_trains(cloud)

    edit = (f"base_model: {NANO}", f"base_model: {tuned}")
    assert TRIAGE not in blocked(plan(edit, live="nothing", arrange=there))
    assert TRIAGE in blocked(plan(edit, live="nothing", arrange=there_and_nothing_trains))


def test_a_base_that_the_destination_does_not_have() -> None:
    def arrange(cloud: Cloud) -> None:
        cloud["chicago"].allowances.models = [offered("gpt-4.1-nano", "2025-04-14")]

    made = plan(live="nothing", arrange=arrange)
    assert list(blocked(made)) == ["deployment.support-chat@chicago"]
    assert codes_of(made) == ["model-not-served"]


def test_skus_of_a_base_model_say_nothing_of_fine_tuned_ones() -> None:
    """Fine-tuned models have kinds of deployment that their base model does not show."""
    sku = ("    sku: Standard\n    capacity: 50", "    sku: DeveloperTier\n    capacity: 50")
    assert blocked(plan(sku, live="nothing")) == {}


def test_skus_of_a_fine_tuned_model_hold_for_its_like() -> None:
    def arrange(cloud: Cloud) -> None:
        base = "gpt-4.1-mini-2025-04-14"
        cloud["sweden"].allowances.models.append(offered(f"{base}.ft-{'1' * 32}", "1", "GlobalStandard", base=base))

    made = plan(live="nothing", arrange=arrange)
    assert blocked(made)[CHAT] == "swedencentral serves gpt-4.1-mini-2025-04-14 as: GlobalStandard"


TYPO = ("sku: Standard", "sku: GlobalStandrad")


def serves_new_kind(cloud: Cloud) -> None:
    for name in ("sweden", "chicago"):
        cloud[name].allowances.models = [
            *cloud[name].allowances.models,
            offered("new-model", "1", "Standard", "GlobalStandrad"),
        ]


def test_a_sku_that_nobody_has_is_found_before_the_first_training() -> None:
    made = plan(TYPO, live="nothing")
    told = [d for d in made.diagnostics if d.code.id == "model-not-served"]
    assert told
    assert all(d.hint == 'did you mean "GlobalStandard"?' for d in told)
    assert all("Offered: DataZoneStandard, GlobalStandard" in d.detail for d in told)
    assert {d.range.text.strip() for d in told if d.range} == {"sku: GlobalStandrad"}
    assert "deployment.support-chat@sweden" in blocked(made)


def test_a_sku_that_any_model_of_the_account_has_passes() -> None:
    assert blocked(plan(TYPO, live="nothing", arrange=serves_new_kind)) == {}


def test_a_sku_that_this_release_knows_passes_though_no_list_has_it() -> None:
    assert blocked(plan(("sku: Standard", "sku: DeveloperTier"), live="nothing")) == {}
