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
    made = plan((f"base_model: {NANO}", f"base_model: {NANO}.ft-{'0' * 32}"), live="nothing")
    assert TRIAGE not in blocked(made)
    made = plan((f"base_model: {NANO}", f"base_model: {NANO}.ft-{'0' * 32}"), live="nothing", arrange=nothing_trains)
    assert TRIAGE in blocked(made)


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
