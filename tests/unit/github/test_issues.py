from __future__ import annotations

import pytest

from reconciler.github.client import Client
from reconciler.github.issues import Issues
from reconciler.github.marker import Marker
from tests.support.hub import Fault, Repository


def drift(digest: str) -> Marker:
    return Marker("drift", "specs", facts={"digest": digest})


def said(hub: Repository) -> int:
    return len(hub.comments.get(1, []))


def test_one_issue_is_kept_and_news_are_said_once(hub: Repository, client: Client) -> None:
    issues = Issues(client)
    issues.report(drift("d1"), "title", "first look", "news")
    issues.report(drift("d1"), "title", "second look", "news")
    (issue,) = hub.issues
    assert issue["body"].endswith("second look")
    assert said(hub) == 0
    issues.report(drift("d2"), "title", "more", "news")
    assert len(hub.issues) == said(hub) == 1


def test_the_issue_is_closed_by_a_clean_read_and_opened_again(hub: Repository, client: Client) -> None:
    issues = Issues(client)
    assert issues.resolve(drift("none"), "clean", "gone") is None, "nothing to close"
    issues.report(drift("d1"), "title", "body", "news")
    issues.resolve(drift("none"), "clean", "gone")
    (issue,) = hub.issues
    assert (issue["state"], issue["state_reason"]) == ("closed", "completed")
    issues.resolve(drift("none"), "clean", "gone")
    assert said(hub) == 1, "said once"
    issues.report(drift("d1"), "title", "body", "news")
    assert issue["state"] == "open"
    assert len(hub.issues) == 1
    assert said(hub) == 2


def test_closed_by_hand_too_early_opens_again(hub: Repository, client: Client) -> None:
    issues = Issues(client)
    issues.report(drift("d1"), "title", "body", "news")
    hub.issues[0].update(state="closed", state_reason="completed")
    issues.report(drift("d1"), "title", "body", "news")
    assert hub.issues[0]["state"] == "open"


def test_closed_as_not_planned_is_silent_until_there_is_news(hub: Repository, client: Client) -> None:
    issues = Issues(client)
    issues.report(drift("d1"), "title", "body", "news")
    hub.issues[0].update(state="closed", state_reason="not_planned")
    assert issues.report(drift("d1"), "title", "body", "news") is None
    assert hub.issues[0]["state"] == "closed"
    issues.report(drift("d2"), "title", "body", "news")
    assert hub.issues[0]["state"] == "open"


def test_other_peoples_issues_are_left_alone(hub: Repository, client: Client) -> None:
    issues = Issues(client)
    hub.author = "mallory"
    issues.report(drift("d1"), "forged", "body", "news")
    hub.author = "github-actions[bot]"
    issues.report(drift("d1"), "title", "body", "news")
    assert [i["title"] for i in hub.issues] == ["forged", "title"]


@pytest.mark.parametrize("heard", [True, False])
def test_a_lost_answer_does_not_make_a_second_issue(hub: Repository, client: Client, heard: bool) -> None:
    hub.faults.append(Fault("POST", "/issues", 502, after=heard))
    Issues(client).report(drift("d1"), "title", "body", "news")
    assert len(hub.issues) == 1
