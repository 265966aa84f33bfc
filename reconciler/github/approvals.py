"""What people approved: the plans of merged pull requests, as the plan workflow made them for their last commits.

The artifact of that workflow's run is the authority. Comments show the plan and approve nothing: whoever can make a bot
write could make it write a plan.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from reconciler.github.artifacts import NoPlan
from reconciler.github.authority import Authority, approved_plan, plan_run
from reconciler.github.client import SERVICE, Client
from reconciler.github.comments import Comments, first
from reconciler.github.marker import Marker
from reconciler.planning.planformat import PlanDocument
from reconciler.providers.errors import ServiceError

PLAN, APPLY = "plan", "apply"
CONVERGED = "converged"
MOST_MERGED = 200
"""Merged pull requests that are looked at, the newest first, until one is done and with it everything before it."""


@dataclass(frozen=True, slots=True)
class Merged:
    """A merged pull request whose plan is not known to be done."""

    number: int
    plan: PlanDocument | None
    """What its merge approved."""
    why_not: str
    """Why it approved nothing; empty where it has a plan."""
    state: str
    """How the last apply for it ended; empty before the first."""


def unfinished(
    client: Client, comments: Comments, authority: Authority, about: Marker, branch: str, head: str
) -> list[Merged]:
    """Merged pull requests that `head` contains, that were planned, and that no apply has converged for; newest first.

    An apply that converged and left nothing open did everything that was merged before it, so the walk ends there.
    Raises `ServiceError`.
    """
    found = []
    for pull in _merged(client, branch):
        run = plan_run(client, authority, pull.head)
        if run is None or not _contains(client, head, pull.commit):
            continue  # it was never planned, or it is another apply's business
        result = first(comments.ours(pull.number), replace(about, kind=APPLY))
        facts = result.marker.facts if result and result.marker else {}
        if facts.get("state") != CONVERGED:
            try:
                plan, why_not = approved_plan(client, authority, run), ""
            except NoPlan as reason:
                plan, why_not = None, str(reason)
            found.append(Merged(pull.number, plan, why_not, facts.get("state", "")))
        elif not facts.get("open"):
            break
    return found


@dataclass(frozen=True, slots=True)
class _Pull:
    number: int
    head: str
    """The last commit of its branch."""
    commit: str
    """What the merge made of it on the target branch."""
    merged_at: str
    """Empty for one that was closed without a merge; else ISO 8601 in UTC, which sorts as text."""
    updated_at: str

    @classmethod
    def read(cls, item: Mapping[str, Any]) -> _Pull:
        try:
            head, commit = str(item["head"]["sha"]), str(item.get("merge_commit_sha") or "")
            return cls(int(item["number"]), head, commit, str(item.get("merged_at") or ""), str(item["updated_at"]))
        except (KeyError, TypeError, ValueError) as error:
            raise ServiceError(f"a pull request has another shape: {error}", service=SERVICE) from error


def _merged(client: Client, branch: str) -> Iterator[_Pull]:
    """Merged pull requests, the latest merge first; GitHub sorts by the last update of any kind, so some are held back.

    Whatever is not listed yet was updated, and so merged, before the last one that is.
    """
    held: list[_Pull] = []
    given = 0
    query = {"state": "closed", "base": branch, "sort": "updated", "direction": "desc"}
    for item in client.pages("/pulls", query):
        pull = _Pull.read(item)
        held.sort(key=lambda p: p.merged_at)
        while held and held[-1].merged_at >= pull.updated_at and given < MOST_MERGED:
            yield held.pop()
            given += 1
        if given == MOST_MERGED:
            return
        held += [pull] if pull.merged_at else []
    yield from sorted(held, key=lambda p: p.merged_at, reverse=True)[: MOST_MERGED - given]


def _contains(client: Client, head: str, commit: str) -> bool:
    """Whether a commit is part of the history of `head`; a merge that came later is another run's business."""
    if not commit or commit == head:
        return bool(commit)
    answer = client.get(f"/compare/{commit}...{head}")
    return isinstance(answer, dict) and answer.get("status") in ("ahead", "identical")
