"""Crowds, chains and a service that twists its answers, drawn from seeds. Here a fixed few; see `make faults`."""

from __future__ import annotations

import pytest

from reconciler.api.estate import Estate
from tests.faults.crowds import Crowd, Hand, draw_crowd, hold, retrying
from tests.faults.twists import Twist

REQUESTS = 140
OF_THE_SERVICE = [twist for twist in Twist if twist is not Twist.CLOCKS]


@pytest.fixture(scope="module")
def patient(network: None, tmp_path_factory: pytest.TempPathFactory) -> Estate:
    return retrying(tmp_path_factory.mktemp("retrying"))


@pytest.mark.parametrize("seed", range(6))
def test_crowds_and_chains(patient: Estate, seed: int) -> None:
    report = hold(patient, draw_crowd(seed, REQUESTS))
    assert not report.findings, f"{report.name}: {report.findings}"


@pytest.mark.parametrize("twist", Twist)
def test_crowds_and_answers_that_are_twisted(patient: Estate, twist: Twist) -> None:
    report = hold(patient, draw_crowd(100, REQUESTS, frozenset({twist})))
    assert not report.findings, f"{report.name}: {report.findings}"


@pytest.mark.parametrize("twist", OF_THE_SERVICE)
def test_a_twist_is_met(patient: Estate, twist: Twist) -> None:
    """Nothing else goes wrong in these schedules, so all that is counted are twisted answers."""
    chain = (Hand({}, False, 50.0, 0.0),) * 16
    report = hold(patient, Crowd(4, 0.0, 0.05, 1, True, chain, (), frozenset({twist})))
    assert report.faults > 0
    assert not report.findings, report.findings
