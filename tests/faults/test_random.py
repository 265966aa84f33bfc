"""Several faults at once and two operators at the same time, drawn from seeds. Here a fixed few; see `make faults`."""

from __future__ import annotations

import pytest

from reconciler.api.estate import Estate
from reconciler.model import codes
from reconciler.model.diagnostics import Code
from tests.faults.audit import audit, runs
from tests.faults.schedules import Chaos, at_once, draw, together
from tests.faults.stage import SETTLE, Stage

REQUESTS = 140


@pytest.mark.parametrize("first", range(0, 48, 8))
def test_two_operators_amid_faults(loaded: Estate, first: int) -> None:
    for seed in range(first, first + 8):
        report = together(loaded, draw(seed, REQUESTS))
        assert not report.findings, f"{report.name}: {report.findings}"


@pytest.mark.parametrize("seed", range(8))
def test_a_lag_above_the_settle_time_ends_with_one_run_too(loaded: Estate, seed: int) -> None:
    """More than one may be paid then; in the end one survives, and whoever paid twice is told."""
    report = together(loaded, draw(seed, REQUESTS, lag=SETTLE * 3), plain=4)
    assert not report.findings.human, f"{report.name}: {report.findings}"


@pytest.mark.parametrize(
    ("lag", "code", "words"),
    [
        (600.0, codes.RUN_DUPLICATE, "min after its creation"),
        (2500.0, codes.RUN_PAID_TWICE, "tokens"),
    ],
    ids=["found under way", "found when both are done"],
)
def test_a_duplicate_that_lists_hid_is_reported_with_its_cost(
    loaded: Estate, lag: float, code: Code, words: str
) -> None:
    """Two operators start at once and neither is shown the other's runs for longer than anybody waits."""
    stage = Stage(loaded, lag=lag)
    calm = Chaos(0, lag, 4, 0.0, (False, False), 0.0, ({}, {}), ())
    at_once(stage, calm)
    assert sorted(len(jobs) for jobs in runs(stage).values()) == [2, 2], "both started a run of each job"
    listed = max(j.created_at for jobs in runs(stage).values() for j in jobs) + lag
    stage.store.clock.advance(listed + 1 - stage.keeper.now())
    third = stage.apply()
    assert third.converged, third.words
    assert third.plan
    assert [d.code for d in third.plan.diagnostics if d.code is code] == [code, code]
    told = " ".join(third.words)
    assert words in told, told
    assert not audit(stage).human
    succeeded = [sum(j.phase == "succeeded" for j in jobs) for jobs in runs(stage).values()]
    assert sorted(succeeded) == ([1, 1, 1] if code is codes.RUN_DUPLICATE else [1, 2, 2])


def test_both_operators_are_told(loaded: Estate) -> None:
    lag = SETTLE * 0.8
    stage = Stage(loaded, lag=lag)
    told = at_once(stage, Chaos(0, lag, 4, 0.0, (True, True), 0.0, ({}, {}), ()))
    assert all(t.converged for t in told)
    words = [" ".join(t.words) for t in told]
    pairs = [sorted(jobs, key=lambda j: (int(j.created_at), j.id)) for jobs in runs(stage).values() if len(jobs) > 1]
    assert pairs, "both had started the same runs"
    for stays, gone in pairs:
        assert any(f"following {stays.id}" in w for w in words), words
        assert any(f"{gone.id} was started elsewhere at the same time and gave way to {stays.id}" in w for w in words)
