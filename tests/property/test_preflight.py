"""The laws of preflight, whatever the plan and whatever was found."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.engine import operations
from reconciler.model import codes
from reconciler.model.address import Address
from reconciler.model.allowance import Usage
from reconciler.planning.changes import Action, Change, Reason
from reconciler.planning.preflight.findings import Finding, block
from tests.property.test_plans import estates, written
from tests.support.accounts import Cloud
from tests.support.applies import apply
from tests.support.estate import load_text

KINDS = {"dataset": Action.UPLOAD, "job": Action.TRAIN, "deployment": Action.CREATE}


@st.composite
def plans(draw: st.DrawFn) -> dict[str, Change]:
    """Changes that need some of those before them; files need nothing."""
    changes: dict[str, Change] = {}
    for number in range(draw(st.integers(1, 12))):
        kind: Any = draw(st.sampled_from(sorted(KINDS)))
        address = Address(kind, f"n{number}", "sweden" if kind == "deployment" else None)
        needs = draw(st.sets(st.sampled_from(sorted(changes)), max_size=3)) if changes and kind != "dataset" else set()
        change = Change(address, "sweden", KINDS[kind], Reason("x", "x"), needs=tuple(sorted(needs)))
        changes[change.key] = change
    return changes


@given(plans(), st.data())
def test_nothing_goes_on_that_needs_what_is_blocked(changes: dict[str, Change], data: st.DataObject) -> None:
    stopped = data.draw(st.sets(st.sampled_from(sorted(changes))))
    after = block(changes, [Finding(codes.BLOCKED.at(), tuple(sorted(stopped)), "why")])
    held = {key for key, change in after.items() if change.action is Action.BLOCKED}
    assert stopped <= held
    for key, change in after.items():
        assert (key in held) == (key in stopped or any(need in held for need in change.needs))
    for key in changes.keys() - after.keys():
        dependants = [c.key for c in changes.values() if key in c.needs]
        assert changes[key].address.kind == "dataset"
        assert dependants, "what nobody needs was wanted for itself"
        assert held.issuperset(dependants)
    assert block(changes, []) == changes


@given(estates(), st.integers(0, 200), st.integers(0, 100))
@settings(max_examples=40)
def test_what_is_let_through_fits(estate: dict[str, Any], limit: int, used: int) -> None:
    """Never more capacity than is free, by target; and what is blocked would not have fitted beside the rest."""
    specs = load_text(written(estate))
    cloud = Cloud(specs)
    for account in cloud.accounts.values():
        account.allowances.quota = [Usage(u.name, min(used, limit), limit) for u in account.allowances.quota]
    made = operations.plan(cloud.world(specs), parallelism=1)
    free = limit - min(used, limit)
    for target in specs.targets:
        ours = [c for c in made.changes if c.address.kind == "deployment" and c.target == target]
        capacity = {c.key: _capacity(c) for c in ours}
        through = sum(capacity[c.key] for c in ours if c.action is Action.CREATE)
        assert through <= free
        assert all(through + capacity[c.key] > free for c in ours if c.action is Action.BLOCKED)


def _capacity(change: Change) -> int:
    return next(int(f.after) for f in change.fields if f.field == "capacity")


@given(estates())
@settings(max_examples=20)
def test_wide_accounts_stop_nothing_and_a_finished_apply_asks_nothing(estate: dict[str, Any]) -> None:
    specs = load_text(written(estate))
    cloud = Cloud(specs)
    assert not operations.plan(cloud.world(specs), parallelism=1).failed
    apply(cloud, written(estate))
    for account in cloud.accounts.values():
        account.allowances.asked.clear()
    operations.plan(cloud.world(specs), parallelism=1)
    assert not [a.allowances.asked for a in cloud.accounts.values() if a.allowances.asked]
