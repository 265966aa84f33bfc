"""Why a deployment is not there: every ending that an activity log can have."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reconciler.model.address import Address
from reconciler.model.observation import History, ObservedWrite
from reconciler.model.resource import NamedModel
from reconciler.planning.absence import explain_absence
from reconciler.planning.drift import Cause
from tests.support.estate import ESTATE, graph_of

DAY = 86_400
NOW = 1_800_000_000
TRIAGE = graph_of(ESTATE).deployments[Address("deployment", "triage", "sweden")]
TIER = replace(TRIAGE, sku="developertier")
BASE = replace(TRIAGE, model=NamedModel("gpt-4.1-mini", "2025-04-14"))


def history(*days_ago: float) -> History:
    """Writes so many days ago, oldest first; a negative number is a delete."""
    writes = tuple(ObservedWrite(d < 0, "ana", f"{abs(d)} days ago", int(NOW - abs(d) * DAY)) for d in days_ago)
    return History(writes, NOW)


CASES = [
    (TRIAGE, (), None, "the log knows nothing: it is new"),
    (TRIAGE, (20, -1), Cause.DELETED, "somebody deleted it"),
    (TRIAGE, (20, -10, 5), Cause.VANISHED, "deleted, made again, and gone too early for idling"),
    (TRIAGE, (16,), Cause.EXPIRED, "idle since its last write"),
    (TRIAGE, (40, 14), Cause.VANISHED, "a write two weeks ago: it cannot have idled for 15 days"),
    (BASE, (40,), Cause.VANISHED, "base models do not expire"),
    (TIER, (1.1,), Cause.EXPIRED, "a day of the developer tier is over"),
    (TIER, (1.1, 0.1), Cause.EXPIRED, "which counts from its creation, whatever was written since"),
    (TIER, (30, -29, 0.5), Cause.VANISHED, "the creation that counts is the last one"),
]


@pytest.mark.parametrize(("desired", "days_ago", "cause", "why"), CASES)
def test_every_ending(desired: object, days_ago: tuple[float, ...], cause: Cause | None, why: str) -> None:
    found = explain_absence(desired, history(*days_ago))  # type: ignore[arg-type]
    assert (found.cause if found else None) == cause, why
    if found and cause is Cause.DELETED:
        assert (found.by, found.at) == ("ana", "1 days ago")
