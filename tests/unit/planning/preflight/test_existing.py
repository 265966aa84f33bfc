"""Retired base models: who has trained on one before may still train, until the day; nobody else."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest

from reconciler.planning.changes import Action
from tests.support.accounts import NOW, Cloud
from tests.support.estate import TRIAGE
from tests.unit.planning.preflight.bench import blocked, change, codes_of, plan

NANO = "gpt-4.1-nano-2025-04-14"
DAY = 86_400
TARGET = ("region: swedencentral", f"region: swedencentral\n    existing_customer: [{NANO.upper()}]")


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    """2027-01-15, between the two days of the table."""
    monkeypatch.setattr("reconciler.engine.observe.time", SimpleNamespace(time=lambda: NOW))


def ends(cloud: Cloud, base: int | None, training: int | None) -> None:
    allowances = cloud["sweden"].allowances
    allowances.models = [
        replace(m, inference_ends=base, fine_tune_ends=training) if m.id == NANO else m for m in allowances.models
    ]


@pytest.mark.parametrize(
    ("base", "training", "said"),
    [
        (NOW - DAY, NOW + DAY, f"{NANO} is retired since 2027-01-14 by the account's list"),
        (None, None, f"{NANO} is retired since 2026-10-14 by the table of 2026-08-19"),
    ],
    ids=["by the list", "by the table"],
)
def test_who_never_trained_on_it_trains_on_another(base: int | None, training: int | None, said: str) -> None:
    made = plan(live="nothing", arrange=lambda cloud: ends(cloud, base, training))
    told = next(d for d in made.diagnostics if d.code.id == "base-retired")
    assert said in told.detail
    assert "Trainable there by supervised: gpt-4.1-" in told.detail
    assert blocked(made)[TRIAGE] == f"{NANO} is retired, and sweden has not trained on it"


def test_what_the_list_says_is_taken_before_the_table() -> None:
    made = plan(live="nothing", arrange=lambda cloud: ends(cloud, NOW + 100 * DAY, NOW + 200 * DAY))
    assert codes_of(made) == []


def test_whose_runs_show_it_is_told_the_last_day() -> None:
    again = ("training: tickets", "training: tickets\n    generation: 2")
    made = plan(again, arrange=lambda cloud: ends(cloud, NOW - DAY, NOW + 100 * DAY))
    assert change(made, TRIAGE).action is Action.TRAIN
    told = next(d for d in made.diagnostics if d.code.id == "existing-customer")
    assert "existing customers train on it until 2027-04-25, and ftjob-" in told.detail


def test_whose_target_says_so_may_train_too() -> None:
    made = plan(TARGET, live="nothing", arrange=lambda cloud: ends(cloud, NOW - DAY, NOW + 100 * DAY))
    assert change(made, TRIAGE).action is Action.TRAIN
    assert "existing-customer" in codes_of(made)
    assert "until 2027-04-25, and sweden says" in " ".join(d.detail for d in made.diagnostics)


def test_after_the_last_day_nobody_trains() -> None:
    made = plan(TARGET, live="nothing", arrange=lambda cloud: ends(cloud, NOW - 2 * DAY, NOW - DAY))
    assert "model-untrainable" in codes_of(made)
    assert TRIAGE in blocked(made)
