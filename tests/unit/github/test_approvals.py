"""Whose plans a merge approves: those of the plan workflow's runs for the commits that were merged, and no others."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from reconciler.github import approvals
from reconciler.github.artifacts import artifact_name
from reconciler.github.authority import Authority
from reconciler.github.client import Client
from reconciler.github.comments import Comments
from reconciler.github.marker import Marker
from reconciler.planning.planformat import PlanDocument
from reconciler.providers.errors import ServiceError
from tests.support.hub import HEAD, Fault, Repository
from tests.unit.github.plans import change, plan

ABOUT = Marker("plan", "specs")
NAME = artifact_name("live", "specs", "")
PLAN = plan(change("job.a", batch=1))


def authority(**facts: str) -> Authority:
    return Authority(**{"repository": "acme/models", "workflow": "plan.yml", "world": "live", "root": "specs",
                        "scope": "", **facts})  # fmt: skip


def shown(hub: Repository, head: str = HEAD, document: PlanDocument = PLAN, name: str = NAME, **facts: Any) -> str:
    """A run of the plan workflow that left a plan; its id."""
    run = hub.ran(head, **facts)
    hub.keep(run, name, {"plan.json": document.as_bytes()})
    return run


def found(hub: Repository, client: Client, head: str = "c1", **facts: str) -> list[approvals.Merged]:
    return approvals.unfinished(client, Comments(client), authority(**facts), ABOUT, "main", head)


def one(hub: Repository, client: Client, **facts: str) -> approvals.Merged:
    """What is known of one pull request, whose head has the tests' own commit."""
    if not hub.pulls:
        hub.add_pull(1, merged="c1")
    (merged,) = found(hub, client, **facts)
    assert bool(merged.plan) != bool(merged.why_not)
    return merged


def test_a_merge_approves_what_the_plan_workflow_made_for_its_commit(hub: Repository, client: Client) -> None:
    shown(hub)
    assert one(hub, client).plan == PLAN


def test_no_comment_is_needed_and_none_approves(hub: Repository, client: Client) -> None:
    """A text that a bot was made to write is a text."""
    hub.add_pull(1, merged="c1")
    hub.add_comment(1, f"{ABOUT}\nplan")
    assert found(hub, client) == []
    shown(hub)
    assert one(hub, client).plan == PLAN


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "failed": ({"conclusion": "failure"}, "ended with failure"),
    "cancelled": ({"conclusion": "cancelled"}, "ended with cancelled"),
    "without a result": ({"conclusion": None}, "ended with no result"),
    "under way again": ({"status": "in_progress", "conclusion": None}, "has not ended"),
    "of a fork": ({"fork": "mallory/models"}, "for a fork, which has no credentials"),
    "of a fork that is gone": ({"head_repository": None}, "for a fork, which has no credentials"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_run_that_proves_nothing_approves_nothing(hub: Repository, client: Client, case: str) -> None:
    facts, words = REFUSED[case]
    shown(hub, **facts)
    assert words in one(hub, client).why_not


@pytest.mark.parametrize(
    "facts",
    [
        {"workflow": "coverage.yml"},
        {"event": "push"},
        {"event": "pull_request_target"},
        {"path": ".github/workflows/plan.yml@refs/heads/x", "head_sha": "another"},
    ],
)
def test_another_workflow_event_or_commit_is_no_plan(hub: Repository, client: Client, facts: dict[str, Any]) -> None:
    hub.add_pull(1, merged="c1")
    shown(hub, **facts)
    assert found(hub, client) == []
    hub.lists_all_runs = True
    assert found(hub, client) == [], "whatever GitHub lists, we look ourselves"


def test_the_latest_run_for_a_commit_counts(hub: Repository, client: Client) -> None:
    """The plan was made anew; what the older run showed was replaced."""
    shown(hub, document=plan(change("job.a", batch=9)))
    shown(hub)
    assert one(hub, client).plan == PLAN
    hub.ran(HEAD, conclusion="failure")
    assert "ended with failure" in one(hub, client).why_not


def test_of_several_attempts_the_latest_counts(hub: Repository, client: Client) -> None:
    run = shown(hub, document=plan(change("job.a", batch=9)))
    hub.keep(run, NAME, {"plan.json": PLAN.as_bytes()})
    assert one(hub, client).plan == PLAN


def expired(kept: dict[str, Any], _files: dict[int, bytes]) -> None:
    kept["expired"] = True


def other_bytes(kept: dict[str, Any], files: dict[int, bytes]) -> None:
    files[kept["id"]] += b" "


def no_archive(kept: dict[str, Any], files: dict[int, bytes]) -> None:
    kept["digest"] = None
    files[kept["id"]] = b"no zip"


def two_files(kept: dict[str, Any], files: dict[int, bytes]) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as opened:
        opened.writestr("a", b"")
        opened.writestr("b", b"")
    kept["digest"] = None
    files[kept["id"]] = archive.getvalue()


DAMAGE: list[tuple[Callable[[dict[str, Any], dict[int, bytes]], None], str]] = [
    (expired, "has expired"),
    (other_bytes, "does not have the digest that GitHub names"),
    (no_archive, "holds no plan"),
    (two_files, "holds no plan"),
]


@pytest.mark.parametrize(("damage", "words"), DAMAGE)
def test_an_artifact_that_does_not_hold_approves_nothing(
    hub: Repository, client: Client, damage: Callable[[dict[str, Any], dict[int, bytes]], None], words: str
) -> None:
    kept = hub.keep(hub.ran(HEAD), NAME, {"plan.json": PLAN.as_bytes()})
    damage(kept, hub.files)
    assert words in one(hub, client).why_not


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", PLAN.as_bytes().replace(b'"batch": 1', b'"batch": 2')])
def test_what_is_no_plan_or_was_altered_approves_nothing(hub: Repository, client: Client, content: bytes) -> None:
    hub.keep(hub.ran(HEAD), NAME, {"plan.json": content})
    assert "holds no plan" in one(hub, client).why_not


@pytest.mark.parametrize("facts", [{"world": "offline"}, {"root": "other"}, {"scope": "--target x"}])
def test_a_plan_of_another_root_world_or_scope_approves_nothing(
    hub: Repository, client: Client, facts: dict[str, str]
) -> None:
    shown(hub)
    assert "kept no artifact" in one(hub, client, **facts).why_not


def test_a_fork_may_be_planned_and_applied_where_no_service_is_asked(hub: Repository, client: Client) -> None:
    shown(hub, name=artifact_name("offline", "specs", ""), fork="mallory/models")
    assert one(hub, client, world="offline").plan == PLAN


FAULTS = [
    ("/runs", 403, "fault 403"),
    ("/artifacts", 403, "fault 403"),
    ("/artifacts", 502, "fault 502"),
    ("/zip", 502, "fault 502"),
    ("/pulls", 502, "fault 502"),
    ("/comments", 500, "fault 500"),
]


@pytest.mark.parametrize(("path", "status", "words"), FAULTS)
def test_a_refusal_of_githubs_is_no_approval(
    hub: Repository, client: Client, path: str, status: int, words: str
) -> None:
    shown(hub)
    hub.add_pull(1, merged="c1")
    hub.faults.append(Fault("GET", path, status, times=99))
    with pytest.raises(ServiceError, match=words):
        found(hub, client)


def test_an_artifact_that_is_gone_meanwhile_approves_nothing(hub: Repository, client: Client) -> None:
    shown(hub)
    hub.faults.append(Fault("GET", "/zip", 404))
    assert "is gone" in one(hub, client).why_not


def test_a_workflow_that_is_not_there_is_told(hub: Repository, client: Client) -> None:
    hub.add_pull(1, merged="c1")
    with pytest.raises(ServiceError, match=r"there is no workflow \.github/workflows/other\.yml"):
        found(hub, client, workflow="other.yml")


def test_an_answer_of_another_shape_is_an_error(hub: Repository, client: Client) -> None:
    hub.add_pull(1, merged="c1")
    run = hub.ran(HEAD)
    for item, key in ((hub.runs[0], "status"), (hub.pulls[0], "head")):
        del item[key]
        with pytest.raises(ServiceError, match="another shape"):
            found(hub, client)
    hub.runs[0]["status"] = "completed"
    hub.pulls[0]["head"] = {"sha": HEAD}
    hub.artifacts[run] = [{"name": NAME}]
    with pytest.raises(ServiceError, match="no id"):
        found(hub, client)


def planned(hub: Repository, *numbers: int) -> None:
    for number in numbers:
        hub.add_pull(number, merged=f"c{number}", head=f"h{number}")
        if number != 3:  # the third did not touch the specs
            shown(hub, f"h{number}")


def result(hub: Repository, number: int, **facts: str) -> None:
    hub.add_comment(number, f"{Marker('apply', 'specs', facts=facts)}\ndone")


def test_merged_pull_requests_back_to_the_last_that_converged(hub: Repository, client: Client) -> None:
    planned(hub, 1, 2, 3, 4, 5)
    result(hub, 2, state="converged")
    result(hub, 4, state="under way")
    hub.add_pull(6)
    assert [(m.number, m.state) for m in found(hub, client, "c5")] == [(5, ""), (4, "under way")]


@pytest.mark.parametrize("state", ["incomplete", "left", "failed", "refused"])
def test_only_an_apply_that_converged_uses_an_approval_up(hub: Repository, client: Client, state: str) -> None:
    planned(hub, 1, 2)
    result(hub, 1, state="converged")
    result(hub, 2, state=state)
    assert [m.number for m in found(hub, client, "c2")] == [2]


def test_one_that_converged_while_another_was_open_does_not_hide_it(hub: Repository, client: Client) -> None:
    planned(hub, 1, 2)
    result(hub, 2, state="converged", open="yes")
    assert [m.number for m in found(hub, client, "c2")] == [1]


def test_a_merge_that_the_checkout_does_not_have_is_another_runs_business(hub: Repository, client: Client) -> None:
    planned(hub, 1, 2)
    assert [m.number for m in found(hub, client, "c1")] == [1]


def test_pull_requests_that_were_touched_later_hide_nothing(hub: Repository, client: Client) -> None:
    """Closed by a robot, commented on years later: GitHub lists them first."""
    planned(hub, 1, 2)
    for number in range(100, 350):
        hub.add_pull(number)["state"] = "closed"
    hub.pulls[0]["updated_at"] = hub.now()  # the first was commented on; the second was merged later all the same
    assert [m.number for m in found(hub, client, "c2")] == [2, 1]


def test_merges_are_looked_at_in_their_order_whatever_touched_them(hub: Repository, client: Client) -> None:
    planned(hub, *range(10, 30))
    result(hub, 12, state="converged")
    for number in (25, 11, 13, 20):
        next(p for p in hub.pulls if p["number"] == number)["updated_at"] = hub.now()
    assert [m.number for m in found(hub, client, "c29")] == list(range(29, 12, -1))
