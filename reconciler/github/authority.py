"""Whether a plan was made by the plan workflow for a commit: only then a merge of that commit approves it.

https://docs.github.com/rest/actions/workflow-runs
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.github.artifacts import NoPlan, artifact_name, kept_plan
from reconciler.github.client import SERVICE, Client
from reconciler.planning.planformat import PlanDocument
from reconciler.providers.errors import ServiceError

EVENT = "pull_request"
LIVE = "live"


@dataclass(frozen=True, slots=True)
class Authority:
    """Where approved plans come from: the runs of one workflow, the artifacts of one spec root and set of options."""

    repository: str
    workflow: str
    """File of the workflow below .github/workflows."""
    world: str
    """live or offline; what was planned in one world approves nothing in the other."""
    root: str
    scope: str

    @property
    def artifact(self) -> str:
        return artifact_name(self.world, self.root, self.scope)


@dataclass(frozen=True, slots=True)
class WorkflowRun:
    """One run of a workflow, as far as it decides."""

    id: int
    path: str
    event: str
    head: str
    status: str
    conclusion: str
    origin: str
    """The repository whose code ran, in lower case; empty once a fork is deleted."""
    url: str

    @classmethod
    def read(cls, item: Mapping[str, Any]) -> WorkflowRun:
        """Raises `ServiceError` for an answer in another shape."""
        try:
            return cls(
                id=int(item["id"]),
                path=str(item["path"]).partition("@")[0],
                event=str(item["event"]),
                head=str(item["head_sha"]),
                status=str(item["status"]),
                conclusion=str(item.get("conclusion") or ""),
                origin=str((item.get("head_repository") or {}).get("full_name") or "").lower(),
                url=str(item.get("html_url") or ""),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ServiceError(f"a workflow run has another shape: {error}", service=SERVICE) from error


def plan_run(client: Client, authority: Authority, head: str) -> WorkflowRun | None:
    """The latest run of the plan workflow for a commit at the tip of a pull request. Raises `ServiceError`."""
    path = f".github/workflows/{authority.workflow}"
    query = {"event": EVENT, "head_sha": head}
    try:
        listed = client.items(f"/actions/workflows/{authority.workflow}/runs", "workflow_runs", query)
        runs = [WorkflowRun.read(item) for item in listed]
    except ServiceError as error:
        if error.status == 404:
            words = f"there is no workflow {path}: name the one that plans pull requests with --plan-workflow"
            raise ServiceError(words, service=SERVICE, status=404) from error
        raise
    ours = [r for r in runs if (r.path, r.event, r.head) == (path, EVENT, head)]
    return max(ours, key=lambda r: r.id, default=None)


def approved_plan(client: Client, authority: Authority, run: WorkflowRun) -> PlanDocument:
    """The plan that a run made. Raises `NoPlan` with the reason where it approves nothing, and `ServiceError`."""
    at = f" ({run.url})" if run.url else ""
    if run.origin != authority.repository.lower() and authority.world == LIVE:
        raise NoPlan(f"its plan was made for a fork, which has no credentials{at}")
    if run.status != "completed":
        raise NoPlan(f"its plan workflow has not ended{at}")
    if run.conclusion != "success":
        raise NoPlan(f"its plan workflow ended with {run.conclusion or 'no result'}{at}")
    return kept_plan(client, run.id, authority.artifact)
