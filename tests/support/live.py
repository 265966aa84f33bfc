"""Live state in a readable form: what an apply of the unedited specs left behind, and what has happened since.

live: nothing | converged
since:
  - {run: support/2026-01, status: failed}        # its model goes with it
  - {run: support/2026-01, record: gone}          # or model: gone, retired
  - {run: support/2026-01, again: [running]}      # further runs with the same mark, begun seconds later
  - {deployment: support-chat@chicago, capacity: 30}      # or sku, model; tags: gone, broken; state: Failed; gone: true
  - {deployment: triage@sweden, gone: true, by: ana@contoso.example}       # and the activity log says so
  - {foreign: triage@sweden}                      # a deployment that carries nobody's mark
  - {file: january@sweden, gone: true}            # or hours: 3, until it expires
  - {target: chicago, unreadable: true}
  - {estate: other}                               # the same specs applied under another estate's name
  - {quota: sweden, limit: 60, used: {OpenAI.Standard.gpt-4.1-mini-finetune: 50}}     # other quotas are wide
  - {region: sweden, untrainable: [gpt-4.1-mini], skus: [Standard]}       # by name; `skus`: of all models there
  - {filters: sweden, names: [Strict-EU]}         # beside the vendor's own
  - {role: sweden, is: reader}
  - {base: gpt-4.1-mini-2025-04-14@sweden, trained_until: 2027-02-01, served_until: 2027-09-01}
  - {refused: sweden, question: QUOTA}            # the read is answered with 403
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from reconciler.engine import operations
from reconciler.engine.context import Stop
from reconciler.model.address import Address
from reconciler.model.allowance import Question, Usage
from reconciler.model.marks import FileMark
from reconciler.model.observation import JobError, ObservedJob, ObservedModel
from reconciler.model.resource import ResourceGraph
from reconciler.planning.graph import build_graph
from reconciler.providers.dates import read_date
from reconciler.providers.errors import ServiceError
from tests.support.accounts import NOW, Account, Cloud, Fault
from tests.support.allowances import CONTRIBUTOR, READER, SKUS
from tests.support.estate import edited, facts_of, load_text

Happening = Mapping[str, Any]


def build(text: str, live: str, since: Sequence[Happening]) -> Cloud:
    """The cloud in which `text` was applied, if `live` says so, and everything in `since` happened."""
    specs = load_text(text)
    cloud = Cloud(specs)
    if live == "converged":
        converge(cloud, text)
    else:
        assert live == "nothing", live
    graph = build_graph(specs, facts_of(specs))
    for happening in since:
        kind = next(iter(happening))
        _HAPPENINGS[kind](cloud, graph, text, happening)
    return cloud


def converge(cloud: Cloud, text: str) -> None:
    """Apply some specs to the end."""
    world = cloud.world(load_text(text))
    operations.apply(world, operations.plan(world, parallelism=1), lambda _: None, Stop(), parallelism=1)
    left = operations.plan(world, parallelism=1)
    assert not left.changes, left.changes


def _run(cloud: Cloud, graph: ResourceGraph, _text: str, what: Happening) -> None:
    run = graph.runs[Address("job", what["run"])]
    account = cloud[run.target]
    job = next(j for j in account.job_list.values() if j.mark in run.marks)
    if "status" in what:
        job = _restate(account, job, what["status"])
    for status in what.get("again", ()):
        _restate(account, _younger(account, job), status)
    if what.get("record") == "gone":
        del account.job_list[job.id]
    if what.get("model") == "gone":
        del account.model_list[job.fine_tuned_model or ""]
    if what.get("model") == "retired":
        id = job.fine_tuned_model or ""
        account.model_list[id] = replace(account.model_list[id], inference_ends=1)


def _restate(account: Account, job: ObservedJob, status: str) -> ObservedJob:
    account.model_list.pop(job.fine_tuned_model or "", None)
    error = JobError("Internal", "the cluster caught fire") if status == "failed" else None
    finished = job.created_at + 60 if status in ("failed", "cancelled") else None
    job = replace(job, status=status, finished_at=finished, fine_tuned_model=None, error=error)
    account.job_list[job.id] = job
    return job


def _younger(account: Account, job: ObservedJob) -> ObservedJob:
    count = len(account.job_list)
    return replace(job, id=f"{job.id}-again-{count}", created_at=job.created_at + 2 * count)


def _deployment(cloud: Cloud, _graph: ResourceGraph, _text: str, what: Happening) -> None:
    name, _, target = what["deployment"].partition("@")
    raw = cloud[target].arm.raw
    if what.get("gone"):
        del raw[name]
        if by := what.get("by"):
            cloud[target].arm.record(name, "delete", by, "2027-01-16T09:30:00Z")
        return
    sku = {**raw[name]["sku"], **{w: what[k] for k, w in (("capacity", "capacity"), ("sku", "name")) if k in what}}
    properties = dict(raw[name]["properties"])
    if "model" in what:
        properties["model"] = {"format": "OpenAI", "name": what["model"], "version": "1"}
    if "state" in what:
        properties["provisioningState"] = what["state"]
    system = {"lastModifiedBy": "ana@contoso.example", "lastModifiedAt": "2026-11-20T17:44:00Z"}
    tags = raw[name]["tags"]
    if what.get("tags") == "gone":
        tags = {}
    elif what.get("tags") == "broken":
        tags = {**tags, "reconciler-applied": "{"}
    raw[name] = {**raw[name], "sku": sku, "properties": properties, "systemData": system, "tags": tags}


def _foreign(cloud: Cloud, _graph: ResourceGraph, _text: str, what: Happening) -> None:
    name, _, target = what["foreign"].partition("@")
    model = {"format": "OpenAI", "name": "gpt-4.1", "version": "2025-04-14"}
    cloud[target].arm.put(
        name, {"sku": {"name": "Standard", "capacity": 1}, "properties": {"model": model}, "tags": {}}
    )


def _file(cloud: Cloud, _graph: ResourceGraph, _text: str, what: Happening) -> None:
    dataset, _, target = what["file"].partition("@")
    files = cloud[target].file_list
    for id, file in list(files.items()):
        mark = FileMark.read(file.filename)
        if mark and mark.dataset == dataset:
            if what.get("gone"):
                del files[id]
            elif "hours" in what:
                files[id] = replace(file, expires_at=NOW + 100_000 + what["hours"] * 3600)
            else:
                files[id] = replace(file, status=what["status"])


def _target(cloud: Cloud, _graph: ResourceGraph, _text: str, what: Happening) -> None:
    error = ServiceError("management.azure.com did not answer in time", service="Azure Resource Manager")
    cloud[what["target"]].fail("account", Fault(error))


def _estate(cloud: Cloud, graph: ResourceGraph, text: str, what: Happening) -> None:
    converge(cloud, edited(text, (f"estate: {graph.estate}", f"estate: {what['estate']}")))


def _quota(cloud: Cloud, _graph: ResourceGraph, _text: str, what: Happening) -> None:
    used = what.get("used", {})
    listed = cloud[what["quota"]].allowances.quota
    narrow = {u.name: Usage(u.name, used[u.name], what["limit"]) for u in listed if u.name in used}
    assert len(narrow) == len(used), "a quota that no region has"
    cloud[what["quota"]].allowances.quota = [narrow.get(u.name, u) for u in listed]


def _region(cloud: Cloud, _graph: ResourceGraph, _text: str, what: Happening) -> None:
    allowances, untrainable = cloud[what["region"]].allowances, what.get("untrainable", ())
    allowances.models = [
        replace(
            model,
            trainable=model.name not in untrainable,
            skus=tuple(s for s in model.skus if s.name in what.get("skus", SKUS)),
        )
        for model in allowances.models
    ]


def _filters(cloud: Cloud, _graph: ResourceGraph, _text: str, what: Happening) -> None:
    cloud[what["filters"]].allowances.filter_names += what["names"]


def _role(cloud: Cloud, _graph: ResourceGraph, _text: str, what: Happening) -> None:
    cloud[what["role"]].allowances.role = {"reader": READER, "contributor": CONTRIBUTOR}[what["is"]]


def _base(cloud: Cloud, _graph: ResourceGraph, _text: str, what: Happening) -> None:
    id, _, target = what["base"].partition("@")
    training, serving = (read_date(str(what[k])) if k in what else None for k in ("trained_until", "served_until"))
    cloud[target].model_list[id] = ObservedModel(id, None, None, 1, True, serving, training)


def _refused(cloud: Cloud, _graph: ResourceGraph, _text: str, what: Happening) -> None:
    words = "The client has no authorization to perform this action over the scope of the subscription."
    error = ServiceError(words, status=403, code="AuthorizationFailed")
    cloud[what["refused"]].allowances.refused[Question[what["question"]]] = error


_HAPPENINGS: dict[str, Callable[[Cloud, ResourceGraph, str, Happening], None]] = {
    "run": _run,
    "deployment": _deployment,
    "foreign": _foreign,
    "file": _file,
    "target": _target,
    "estate": _estate,
    "quota": _quota,
    "region": _region,
    "filters": _filters,
    "role": _role,
    "base": _base,
    "refused": _refused,
}
