from __future__ import annotations

import base64
import zlib

import pytest

from reconciler.github import approvals
from reconciler.github.client import Client
from reconciler.github.comments import Comments, Post
from reconciler.github.marker import Marker
from reconciler.planning.covering import together
from reconciler.planning.planformat import PlanDocument
from reconciler.planning.planreading import read_saved
from reconciler.providers.errors import ServiceError
from tests.support.hub import Repository
from tests.unit.github.plans import change, plan

ABOUT = Marker("plan", "specs")


def post(document: PlanDocument, digest: str = "") -> Post:
    marker = Marker("plan", "specs", facts={"digest": digest or document.digest.changes})
    return Post(1, "bot", f"words\n{approvals.pack(document.as_bytes())}\n", "", marker)


def test_a_plan_travels_in_its_comment(client: Client) -> None:
    document = plan(change("job.a", capacity=1))
    assert approvals.approved_plan(client, post(document)) == document


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<!-- reconciler-plan AAAA -->",
        "<!-- reconciler-plan !!!! -->",
        f"<!-- reconciler-plan {base64.b64encode(zlib.compress(b'[1]')).decode()} -->",
        f"<!-- reconciler-plan {base64.b64encode(zlib.compress(b'{}')).decode()} -->",
    ],
)
def test_what_is_no_plan_approves_nothing(client: Client, body: str) -> None:
    assert approvals.approved_plan(client, Post(1, "bot", body, "", ABOUT)) is None


def test_a_plan_whose_digest_is_not_the_one_shown_approves_nothing(client: Client) -> None:
    """Somebody edited the hidden part of the comment."""
    edited = post(plan(change("job.a", capacity=9)), digest=plan().digest.changes)
    assert approvals.approved_plan(client, edited) is None


def test_a_plan_that_is_too_large_is_not_carried() -> None:
    many = plan(*(change(f"job.j{n}", seed=f"{n * 7919**9:x}") for n in range(4000)))
    assert approvals.pack(many.as_bytes()) == ""


def test_a_plan_that_is_too_large_is_a_file_of_its_run(hub: Repository, client: Client) -> None:
    document = plan(change("job.a", capacity=1))
    facts = {"digest": document.digest.changes, "run": "77"}
    shown = Post(1, "bot", "words", "", Marker("plan", "specs", facts=facts))
    assert approvals.approved_plan(client, shown) is None, "it has expired"
    hub.keep("77", "reconciler-plan", {"plan.json": b"{}"})
    assert approvals.approved_plan(client, shown) is None, "it is something else"
    hub.keep("77", "reconciler-plan", {"plan.json": document.as_bytes()})
    assert approvals.approved_plan(client, shown) == document
    hub.keep("77", "reconciler-plan", {"a": b"", "b": b""})
    with pytest.raises(ServiceError, match="cannot be read"):
        approvals.approved_plan(client, shown)


def test_what_goes_on_when_not_everything_was_shown() -> None:
    now = plan(change("job.a", batch=1), change("deployment.b@x", capacity=10), change("deployment.c@x", capacity=5))
    approved = together(now, [plan(change("job.a", batch=1), change("deployment.c@x", capacity=7))])
    saved, left = approvals.part(now, approved)
    assert saved
    assert saved.asked.select == ("job.a",)
    assert read_saved(saved.as_bytes())
    assert left == ["deployment.b@x", "deployment.c@x"], "another value is another change"
    assert approvals.part(now, together(now, [])) == (None, ["job.a", "deployment.b@x", "deployment.c@x"])
    everything, none = approvals.part(now, together(now, [now]))
    assert everything
    assert everything.asked == now.asked
    assert none == []


def test_merged_pull_requests_back_to_the_last_that_converged(hub: Repository, client: Client) -> None:
    hub.history.append("c0")
    for number in range(1, 6):
        hub.add_pull(number, merged=f"c{number}")
        if number != 3:  # the third did not touch the specs
            hub.add_comment(number, f"{ABOUT}\nplan {number}")
    hub.add_comment(2, f"{Marker('apply', 'specs', facts={'state': 'converged'})}\ndone")
    hub.add_comment(4, f"{Marker('apply', 'specs', facts={'state': 'under way'})}\n")
    hub.add_pull(6)
    found = approvals.unfinished(client, Comments(client), ABOUT, "main", "c5")
    assert [(m.number, m.state) for m in found] == [(5, ""), (4, "under way")]


def test_a_merge_that_the_checkout_does_not_have_is_another_runs_business(hub: Repository, client: Client) -> None:
    for number in (1, 2):
        hub.add_pull(number, merged=f"c{number}")
        hub.add_comment(number, f"{ABOUT}\nplan")
    found = approvals.unfinished(client, Comments(client), ABOUT, "main", "c1")
    assert [m.number for m in found] == [1]


def test_somebody_elses_plan_approves_nothing(hub: Repository, client: Client) -> None:
    hub.add_pull(1, merged="c1")
    hub.add_comment(1, f"{ABOUT}\nplan", author="mallory")
    assert not approvals.unfinished(client, Comments(client), ABOUT, "main", "c1")
