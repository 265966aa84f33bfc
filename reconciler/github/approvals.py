"""What people approved: the plans that merged pull requests showed, carried by our own comments.

A plan travels inside its comment, compressed and hidden: it is written, edited and read together with the words that
people approve, needs no permission of its own and does not expire.
"""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson

from reconciler.github.artifacts import fetch_plan
from reconciler.github.client import Client
from reconciler.github.comments import Comments, Post, first
from reconciler.github.marker import Marker
from reconciler.planning.covering import covers, with_changes
from reconciler.planning.planformat import PlanDocument
from reconciler.planning.planreading import read_saved

PLAN, APPLY = "plan", "apply"
CONVERGED = "converged"
MOST_PULLS = 30
"""Merged pull requests that are looked at, the newest first."""
PACKED_LIMIT = 30_000
"""Characters; a larger plan leaves too little room for its words, and travels as a file of its run."""
_UNPACKED_LIMIT = 64_000_000
_PACKED = re.compile(r"<!-- reconciler-plan ([A-Za-z0-9+/=]+) -->")


def pack(plan: bytes) -> str:
    """The plan's JSON as a hidden comment; empty when that would be too long."""
    text = base64.b64encode(zlib.compress(orjson.dumps(orjson.loads(plan)), 9)).decode()
    return f"<!-- reconciler-plan {text} -->" if len(text) <= PACKED_LIMIT else ""


def unpack(body: str) -> bytes | None:
    """The plan that a comment carries, as JSON; None without one."""
    found = _PACKED.findall(body)
    try:
        packed = base64.b64decode(found[-1], validate=True) if found else b""
        return zlib.decompressobj().decompress(packed, _UNPACKED_LIMIT) or None
    except (binascii.Error, zlib.error):
        return None


def approved_plan(client: Client, post: Post) -> PlanDocument | None:
    """The plan that our comment shows; None where it shows none, or where the plan is not the one of its digest."""
    facts = post.marker.facts if post.marker else {}
    raw = unpack(post.body) or (fetch_plan(client, facts["run"]) if facts.get("run") else None)
    try:
        plan = read_saved(raw) if raw else None
    except ValueError:
        return None
    return plan if plan and plan.digest.changes == facts.get("digest") else None


@dataclass(frozen=True, slots=True)
class Merged:
    """A merged pull request whose plan is not known to be done."""

    number: int
    approved: Post
    """Our comment with the plan."""
    state: str
    """How the last apply for it ended; empty before the first."""


def unfinished(client: Client, comments: Comments, about: Marker, branch: str, head: str) -> list[Merged]:
    """Merged pull requests that `head` contains and no apply has converged for, the newest first.

    A converged apply did everything that was merged before it, so the walk ends there.
    """
    found = []
    for pull in _merged(client, branch):
        ours = comments.ours(int(pull["number"]))
        approved = first(ours, replace(about, kind=PLAN))
        if approved is None:  # it changed nothing
            continue
        if not _contains(client, head, str(pull.get("merge_commit_sha") or "")):
            continue
        result = first(ours, replace(about, kind=APPLY))
        state = result.marker.facts.get("state", "") if result and result.marker else ""
        if state == CONVERGED:
            break
        found.append(Merged(int(pull["number"]), approved, state))
    return found


def _merged(client: Client, branch: str) -> list[Mapping[str, Any]]:
    query = {"state": "closed", "base": branch, "sort": "updated", "direction": "desc", "per_page": str(MOST_PULLS)}
    listed = client.get("/pulls", query)
    pulls: Iterator[Mapping[str, Any]] = (p for p in listed if isinstance(p, dict) and p.get("merged_at"))
    return sorted(pulls, key=lambda p: str(p["merged_at"]), reverse=True)


def _contains(client: Client, head: str, commit: str) -> bool:
    """Whether a commit is part of the history of `head`; a merge that came later is another run's business."""
    if not commit or commit == head:
        return bool(commit)
    return client.get(f"/compare/{commit}...{head}").get("status") in ("ahead", "identical")


def part(current: PlanDocument, approved: PlanDocument) -> tuple[PlanDocument | None, list[str]]:
    """What may go on when not all of `current` is approved: the saved plan for it, and the addresses that are left.

    None when nothing may.
    """
    left = {d.key: d.address for d in covers(approved, current)}
    going = [c.address for c in current.resource_changes if c.key not in left]
    if not going:
        return None, list(left.values())
    asked = current.asked.model_copy(update={"select": tuple(going)}) if left else current.asked
    return with_changes(current, approved.resource_changes).model_copy(update={"asked": asked}), list(left.values())
