"""A create whose sender is dead by the time it is heard: everybody else's election is over, and nobody owns the run."""

from __future__ import annotations

import pytest

from reconciler.api.estate import Estate
from tests.faults.audit import audit
from tests.faults.network import Kind
from tests.faults.schedules import Chaos, at_once
from tests.faults.stage import SETTLE, Stage

CREATE = ("POST", "/accounts/acme-sweden/openai/fine_tuning/jobs")


def a_dead_operators_create_is_heard_late(loaded: Estate, lag: float = 0.0) -> None:
    """The first operator's create is heard 70 s after it was sent, when he is dead. The second one, who starts after
    it was sent and starts a run of his own, does not wait for its end. The next apply comes an hour later.
    """
    number = _uploaded(loaded, lag).apply().operator.sent.index(CREATE)
    stage = _uploaded(loaded, lag)
    faults = {number: Kind.LATE, number + 1: Kind.KILL_BEFORE}
    first, second = at_once(stage, Chaos(0, lag, 1, 0.0, (True, False), 20.0, (faults, {}), ()))
    assert first.operator.struck == [(number, Kind.LATE), (number + 1, Kind.KILL_BEFORE)]
    assert second.converged, second.words
    stage.keeper.run_out()
    stage.keeper.sleep(3600.0)
    assert stage.apply().converged
    findings = audit(stage)
    assert not findings, findings


def _uploaded(loaded: Estate, lag: float) -> Stage:
    """A stage where somebody has sent the files, and no more."""
    first = Stage(loaded, lag=lag).apply().operator.sent.index(CREATE)
    stage = Stage(loaded, lag=lag)
    assert stage.apply({first: Kind.KILL_BEFORE}).operator.dead
    stage.keeper.sleep(60.0)
    return stage


@pytest.mark.parametrize("lag", [0.0, SETTLE * 0.8])
def test_it_is_met_by_whoever_started_a_run_and_does_not_wait(loaded: Estate, lag: float) -> None:
    a_dead_operators_create_is_heard_late(loaded, lag)
