"""Models that the specs name, against those that the account has."""

from __future__ import annotations

import pytest

from reconciler.model.observation import ObservedModel
from reconciler.planning.changes import Action
from tests.support.accounts import Cloud
from tests.support.estate import TRIAGE
from tests.unit.planning.preflight.bench import blocked, change, codes_of, plan

NANO = "gpt-4.1-nano-2025-04-14"
TUNED = f"{NANO}.ft-{'a' * 32}-tone"
FROM_TUNED = (f"base_model: {NANO}", f"base_model: {TUNED}")


def has(*ids: str, listed: bool = True):  # type: ignore[no-untyped-def]
    def arrange(cloud: Cloud) -> None:
        account = cloud["sweden"]
        for id in ids:
            account.model_list[id] = ObservedModel(id, None, None, 1, True, None, None)
        if not listed:
            account.models = lambda: [ObservedModel(NANO, None, None, 1, True, None, None)]  # type: ignore[method-assign]

    return arrange


def test_a_fine_tuned_base_that_the_account_does_not_have() -> None:
    made = plan(FROM_TUNED, live="nothing", arrange=has(NANO, TUNED.replace("a" * 32, "a" * 31 + "b")))
    told = next(d for d in made.diagnostics if d.code.id == "base-missing")
    assert blocked(made)[TRIAGE] == "sweden does not have its base model"
    assert "Fine-tuned models there: gpt-4.1-nano" in told.detail
    assert told.range
    assert told.range.text.strip().startswith("base_model:")


@pytest.mark.parametrize(
    "base", [TUNED, TUNED.upper().replace("GPT", "gpt").replace(".FT-", ".ft-"), f"{TUNED}:ckpt-step-9"]
)
def test_one_that_it_has_in_any_spelling_and_its_checkpoints(base: str) -> None:
    made = plan((f"base_model: {NANO}", f'base_model: "{base}"'), live="nothing", arrange=has(NANO, TUNED))
    assert "base-missing" not in codes_of(made)
    assert change(made, TRIAGE).action is Action.TRAIN


def test_one_that_the_list_leaves_out_is_asked_for_by_name() -> None:
    made = plan(FROM_TUNED, live="nothing", arrange=has(NANO, TUNED, listed=False))
    assert change(made, TRIAGE).action is Action.TRAIN


def test_an_account_whose_list_is_empty_says_nothing_of_names() -> None:
    assert "model-unlisted" not in codes_of(plan(live="nothing"))
