"""What GitHub Actions tells a run about itself.

https://docs.github.com/actions/reference/workflows-and-actions/variables
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

_PAGE = re.compile(r"https?://[\w.-]+(:\d+)?/[\w.-]+/[\w.-]+/actions/runs/\d+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Pull:
    """The pull request that a run is about."""

    number: int
    head: str
    """The commit at its tip."""
    from_fork: bool


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a workflow; without a repository, this is some other machine."""

    repository: str
    api_url: str
    token: str
    branch: str
    id: str
    url: str
    """The page with the run's log; empty where the variables make none, for it becomes a link in Markdown."""
    scheduled: bool
    pull: Pull | None
    output_file: Path | None
    summary_file: Path | None


def read_run(env: Mapping[str, str]) -> Run:
    """From the variables of the environment and the event's file; what is absent is empty."""
    repository = env.get("GITHUB_REPOSITORY", "")
    server = env.get("GITHUB_SERVER_URL", "https://github.com")
    run_id = env.get("GITHUB_RUN_ID", "")
    page = f"{server}/{repository}/actions/runs/{run_id}"
    return Run(
        repository=repository,
        api_url=env.get("GITHUB_API_URL", "https://api.github.com"),
        token=env.get("GITHUB_TOKEN", ""),
        branch=env.get("GITHUB_REF_NAME", ""),
        id=run_id,
        url=page if _PAGE.fullmatch(page) else "",
        scheduled=env.get("GITHUB_EVENT_NAME") == "schedule",
        pull=_pull(_event(env.get("GITHUB_EVENT_PATH", "")), repository),
        output_file=_path(env.get("GITHUB_OUTPUT")),
        summary_file=_path(env.get("GITHUB_STEP_SUMMARY")),
    )


def _pull(event: Mapping[str, Any], repository: str) -> Pull | None:
    """None for events of other kinds."""
    try:
        request = event["pull_request"]
        head = request["head"]
        # The head's repository is null once the fork is deleted.
        origin = (head.get("repo") or {}).get("full_name", "")
        return Pull(int(request["number"]), str(head["sha"]), str(origin).lower() != repository.lower())
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def _event(path: str) -> Mapping[str, Any]:
    try:
        event = orjson.loads(Path(path).read_bytes()) if path else {}
    except (OSError, orjson.JSONDecodeError):
        return {}
    return event if isinstance(event, dict) else {}


def _path(value: str | None) -> Path | None:
    return Path(value) if value else None
