"""How an apply in CI ended: from the plan and its outcomes, never from words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reconciler.cli.github.ending import allowed, of_each, state_of
from reconciler.engine import operations
from reconciler.github.approvals import Merged
from reconciler.model.events import Outcome, Result
from reconciler.planning.covering import Difference
from reconciler.planning.plan import Plan
from reconciler.render.apply_result import Done
from tests.support.accounts import Cloud
from tests.support.estate import CHAT, CHAT_US, ESTATE, FIRST, SECOND, SORTER, TRIAGE, load_text
from tests.unit.github.plans import change, plan


def made() -> Plan:
    return operations.plan(Cloud(load_text(ESTATE)).world(load_text(ESTATE)), parallelism=1)


@pytest.mark.parametrize(
    ("results", "state"),
    [
        ([], "converged"),
        ([Result.TRAINED, Result.CREATED, Result.UNCHANGED], "converged"),
        ([Result.TRAINED, Result.SUBMITTED, Result.LATER], "under way"),
        ([Result.PAUSED], "under way"),
        ([Result.CREATED, Result.FAILED, Result.SKIPPED], "failed"),
    ],
)
def test_the_state_comes_from_the_outcomes(results: list[Result], state: str) -> None:
    outcomes = [Outcome(f"job.plan-stale-{n}", result) for n, result in enumerate(results)]
    assert state_of(made(), outcomes) == state


def test_what_was_not_read_is_not_done() -> None:
    whole = made()
    unread = replace(whole, targets=tuple(replace(t, complete=False) for t in whole.targets))
    assert state_of(unread, []) == state_of(unread, [Outcome("x", Result.CREATED)]) == "incomplete"
    assert state_of(unread, [Outcome("x", Result.FAILED)]) == "failed"
    assert operations.converged(whole, (), wait=True)
    assert not operations.converged(unread, (), wait=True)


def test_what_needs_something_that_is_left_is_left_too() -> None:
    everything = {str(c.address) for c in made().changes}
    assert set(allowed(made(), ())) == everything
    left = everything - set(allowed(made(), {FIRST}))
    assert left == {FIRST, SECOND, CHAT, CHAT_US}
    assert everything - set(allowed(made(), {SORTER})) == {SORTER}
    assert everything - set(allowed(made(), {"dataset.tickets@sweden"})) == {"dataset.tickets", TRIAGE, SORTER}


def test_each_pull_request_has_its_own_result() -> None:
    mine, other = Merged(1, plan(change("job.a")), "", ""), Merged(2, plan(change("job.b")), "", "")
    unplanned = Merged(3, None, "it has expired", "")
    left = [Difference("job.a", "it moved", "job.a")]

    def states(done: Done) -> list[str]:
        return [d.state for d in of_each(done, [mine, other, unplanned])]

    assert states(Done("converged")) == ["converged"] * 3
    assert states(Done("converged", left=left)) == ["left", "converged", "left"]
    assert states(Done("under way", left=left)) == ["left", "under way", "left"]
    assert states(Done("refused", left=left)) == ["refused"] * 3
    assert states(Done("incomplete", left=left)) == ["incomplete"] * 3
