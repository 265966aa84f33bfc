"""What is asked, and of whom: an unchanged plan asks nothing, and nothing is asked about what is not written."""

from __future__ import annotations

import pytest

from reconciler.engine import operations
from reconciler.model.allowance import Question
from tests.support.estate import ESTATE, edited, load_text
from tests.support.live import build

Q, M, F, P = Question.QUOTA, Question.MODELS, Question.FILTERS, Question.PERMISSIONS
CAPACITY, TAG = ("capacity: 20", "capacity: 30"), ("team: support", "team: desk")
FILTER = ("    tags: {team", "    content_filter: Strict\n    tags: {team")
OWN = ("    tags: {team", "    content_filter: Microsoft.DefaultV2\n    tags: {team")


@pytest.mark.parametrize(
    ("edits", "sweden", "chicago", "why"),
    [
        ((), [], [], "nothing changes"),
        ((CAPACITY,), [], [M, P, Q], "capacity on one target"),
        ((TAG,), [P], [P], "tags take no quota"),
        ((FILTER,), [F, P], [F, P], "a filter of the account's own"),
        ((OWN,), [P], [P], "the vendor's filters are everywhere"),
        ((("training: tickets", "training: tickets\n    retries: 1"),), [], [], "retries of what is trained"),
    ],
)
def test_questions(
    edits: tuple[tuple[str, str], ...], sweden: list[Question], chicago: list[Question], why: str
) -> None:
    cloud = build(ESTATE, "converged", [])
    for account in cloud.accounts.values():
        account.allowances.asked.clear()
    operations.plan(cloud.world(load_text(edited(ESTATE, *edits))), parallelism=1)
    asked = {n: sorted(a.allowances.asked, key=lambda q: q.name) for n, a in cloud.accounts.items()}
    assert asked == {"sweden": sweden, "chicago": chicago}, why


def test_a_run_to_train_asks_for_models_and_what_serves_it_for_quota() -> None:
    cloud = build(ESTATE, "nothing", [])
    operations.plan(cloud.world(load_text(ESTATE)), parallelism=1)
    assert set(cloud["sweden"].allowances.asked) == {Q, M, P}
    assert len(cloud["sweden"].allowances.asked) == 3, "each once"


def test_waiting_asks_nothing() -> None:
    cloud = build(ESTATE, "converged", [{"run": "triage", "status": "running"}])
    cloud["sweden"].hold = True
    del cloud["sweden"].arm.raw["triage"]
    text = edited(ESTATE, ("  triage:\n    model: {job: triage}\n    sku: Standard\n    capacity: 10\n    targets:\n"
                           "      sweden: {}\n", ""))  # fmt: skip
    for account in cloud.accounts.values():
        account.allowances.asked.clear()
    made = operations.plan(cloud.world(load_text(text)), parallelism=1)
    assert [c.action.value for c in made.changes] == ["wait"]
    assert cloud["sweden"].allowances.asked == []
