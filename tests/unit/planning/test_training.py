"""Which runs are needed, computed backwards; the verdicts on single runs stand in test_runs.py and tests/cases."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from reconciler.engine import operations
from reconciler.planning.planner import make_plan
from tests.support.accounts import Cloud
from tests.support.applies import apply, left_to_do
from tests.support.estate import ESTATE, FIRST, SECOND, edited, facts_of, load_text
from tests.support.live import build, converge

EDIT_SECOND = ("{n_epochs: 2}", "{n_epochs: 4}")


def trained(since: Sequence[dict[str, Any]], *edits: tuple[str, str]) -> list[str]:
    cloud = build(ESTATE, "converged", since)
    for account in cloud.accounts.values():
        account.hold = True
    done = left_to_do(cloud, edited(ESTATE, *edits))
    return [line for line in done if " job." in line]


GONE = {"run": "support/2026-01", "model": "gone", "record": "gone"}
MODEL_GONE = {"run": "support/2026-01", "model": "gone"}
FAILED = {"run": "support/2026-01", "status": "failed"}
NEEDED: list[tuple[list[dict[str, Any]], list[tuple[str, str]], list[str], str]] = [
    ([], [], [], "everything is there"),
    ([GONE], [], [], "an ancestor that nothing untrained needs is archived"),
    ([MODEL_GONE], [], [], "even one whose model was deleted: nobody asks for it"),
    ([FAILED], [], [], "even a failed one"),
    ([], [EDIT_SECOND], [f"train {SECOND}"], "the parent is there: only the child"),
    ([GONE], [EDIT_SECOND], [f"train {FIRST}", f"train {SECOND}"], "the parent is needed again"),
    ([MODEL_GONE], [EDIT_SECOND], [f"blocked {FIRST}", f"blocked {SECOND}"], "a deleted parent blocks its child"),
    ([FAILED], [EDIT_SECOND], [f"blocked {FIRST}", f"blocked {SECOND}"], "so does a failed one"),
    (
        [{"run": "support/2026-01", "status": "running"}],
        [EDIT_SECOND],
        [f"train {SECOND}", f"wait {FIRST}"],
        "a parent under way is waited for",
    ),
    (
        [{"run": "support/2026-01", "status": "paused"}],
        [EDIT_SECOND],
        [f"parked {FIRST}", f"parked {SECOND}"],
        "a paused parent parks its child",
    ),
    (
        [FAILED],
        [EDIT_SECOND, ("{name: 2026-01, training: january}", "{name: 2026-01, training: january, retries: 1}")],
        [f"train {SECOND}", f"retry {FIRST}"],
        "a parent with attempts left is tried again",
    ),
    (
        [GONE],
        [("model: {chain: support}", "model: {chain: support, stage: 2026-01}")],
        [f"train {FIRST}"],
        "a stage that is served is needed for itself",
    ),
]


@pytest.mark.parametrize(("since", "edits", "expected", "why"), NEEDED)
def test_needed_backwards(
    since: list[dict[str, Any]], edits: list[tuple[str, str]], expected: list[str], why: str
) -> None:
    assert trained(since, *edits) == expected, why


def test_reverting_an_edit_finds_the_old_models() -> None:
    cloud = build(ESTATE, "converged", [])
    converge(cloud, edited(ESTATE, EDIT_SECOND))
    assert left_to_do(cloud, ESTATE) == [
        "change deployment.support-chat@chicago",
        "change deployment.support-chat@sweden",
    ]


@pytest.mark.parametrize(
    ("edit", "why"),
    [
        (("  support:\n    target", "  assistant:\n    target"), "the name of a chain"),
        (("2026-01, training", "first, training"), "the name of a stage"),
        (("training: tickets", "training: tickets\n    training_type: global"), "the training type"),
        (("training: tickets", "training: tickets\n    retries: 3"), "retries"),
        (("training: tickets", "training: tickets\n    generation: 1"), "the default, written out"),
        (("{n_epochs: 3}", "{n_epochs: 3, batch_size: auto}"), "auto, written out"),
        (("{n_epochs: 2}", "{batch_size: auto, n_epochs: 2}"), "the order of keys"),
    ],
)
def test_what_never_retrains(edit: tuple[str, str], why: str) -> None:
    text = edited(ESTATE, edit)
    if "assistant" in edit[1]:
        text = edited(text, ("{chain: support}", "{chain: assistant}"))
    assert left_to_do(build(ESTATE, "converged", []), text) == [], why


def test_an_upload_is_planned_only_where_a_run_needs_it() -> None:
    """A dataset that no untrained run uses stays at home, and a file that is there is not sent again."""
    cloud = Cloud(load_text(ESTATE))
    text = edited(ESTATE, ("  tickets: {file: tickets.jsonl}", "  tickets: {file: tickets.jsonl}\n  spare: {file: x}"))
    assert not [line for line in left_to_do(cloud, text) if "spare" in line]
    done = build(ESTATE, "converged", [{"run": "triage", "record": "gone", "model": "gone"}])
    assert [line for line in left_to_do(done, ESTATE) if "upload" in line] == []


def test_a_plan_of_many_runs_is_quick() -> None:
    """2,000 stages in one chain, nothing trained: no recursion, and linear."""
    stages = "".join(f"      - {{name: s{n:04}, training: january}}\n" for n in range(2000))
    old = "      - {name: 2026-01, training: january}\n"
    specs = load_text(edited(ESTATE, (old, old + stages)))
    cloud = Cloud(specs)
    made = make_plan(specs, facts_of(specs), operations.look(cloud.world(specs), 1))
    assert sum(c.action.trains for c in made.changes) == 2003


@pytest.mark.parametrize(
    ("ago", "named", "action", "words"),
    [
        (60, False, "wait", "it has succeeded; its model's name is awaited"),
        (60, True, "wait", "it has succeeded; its model is awaited"),
        (3600, False, "blocked", "Do not train it again"),
        (3600, True, "blocked", "To train it again, raise `generation`"),
    ],
)
def test_a_model_that_is_not_there_is_awaited_for_a_while(ago: int, named: bool, action: str, words: str) -> None:
    cloud = Cloud(load_text(ESTATE))
    apply(cloud, ESTATE)
    account = cloud["sweden"]
    job = next(j for j in account.job_list.values() if "nano" in j.base_model)
    account.model_list.pop(job.fine_tuned_model or "")
    name = job.fine_tuned_model if named else None
    account.job_list[job.id] = replace(job, finished_at=int(time.time()) - ago, fine_tuned_model=name)
    made = operations.plan(cloud.world(load_text(ESTATE)), parallelism=1)
    (change,) = [c for c in made.changes if c.key == "job.triage"]
    assert change.action.value == action
    told = [change.reason.text, *(d.detail for d in made.diagnostics)]
    assert any(words in t for t in told), told
    assert not any(c.action.trains for c in made.changes)
