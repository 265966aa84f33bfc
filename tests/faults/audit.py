"""What must be true once a schedule is over, read from the emulator's own memory."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from reconciler.emulator.records import Job
from reconciler.model.marks import FileMark, find_mark
from reconciler.planning.graph import build_graph
from tests.faults.stage import Stage


@dataclass
class Findings:
    """What is wrong, by the promise that it breaks; all empty when all is well."""

    paid_twice: list[str] = field(default_factory=list)
    objects: list[str] = field(default_factory=list)
    human: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.paid_twice or self.objects or self.human)


def runs(stage: Stage) -> dict[str, list[Job]]:
    """Every run that was ever created, by mark; also those whose records were deleted."""
    found: dict[str, list[Job]] = defaultdict(list)
    for space in stage.store.state.spaces():
        for job in space.jobs.values():
            found[find_mark(job.suffix) or ""].append(job)
    for job in stage.gone:
        found[find_mark(job.suffix) or ""].append(job)
    return found


def was_paid(job: Job) -> bool:
    """Whether the run took a step: both vendors bill training, and none of what comes before it."""
    return job.phase == "succeeded" or job.running_since is not None or job.steps_before > 0


def audit(stage: Stage) -> Findings:
    """Look at everything in the emulator, and at a plan."""
    found = Findings()
    stage.keeper.run_out()
    stage.store.clock.advance(stage.store.state.lag + 60)
    plan = stage.plan()
    if plan.changes or plan.failed:
        told = [f"{c.key} {c.action.value}: {c.reason.text}" for c in plan.changes] + [
            d.detail for d in plan.diagnostics
        ]
        found.human.append(f"the plan is not empty: {told}")
    graph = build_graph(stage.loaded.specs, stage.loaded.facts)
    _runs(stage, {r.mark for r in graph.runs.values()}, found)
    _files(stage, found)
    _deployments(stage, {(d.target, d.name) for d in graph.deployments.values()}, found)
    return found


def _runs(stage: Stage, wanted: set[str], found: Findings) -> None:
    by_mark = runs(stage)
    found.objects += [f"no run of {mark}" for mark in wanted - by_mark.keys()]
    found.objects += [f"a run that nothing wants: {mark}" for mark in by_mark.keys() - wanted]
    for mark, jobs in by_mark.items():
        told = [(j.id, j.phase) for j in jobs]
        failed = sum(j.phase == "failed" for j in jobs)
        if sum(map(was_paid, jobs)) - failed > 1:
            found.paid_twice.append(f"{mark}: {told}")
        alive = [j for j in jobs if j.phase not in ("failed", "cancelled")]
        if [j.phase for j in alive] != ["succeeded"]:
            found.objects.append(f"{mark}: {told}")


def _files(stage: Stage, found: Findings) -> None:
    for space in stage.store.state.spaces():
        names = [f.filename for f in space.files.values() if FileMark.read(f.filename)]
        found.objects += [f"more than once: {name}" for name in sorted({n for n in names if names.count(n) > 1})]


def _deployments(stage: Stage, wanted: set[tuple[str, str]], found: Findings) -> None:
    names = {e.spec.account_id.lower(): n for n, e in stage.loaded.specs.targets.items() if e.spec.provider == "azure"}
    live = {
        (names[account.id.lower()], d.name): d.state
        for account in stage.store.state.accounts.values()
        for d in account.deployments.values()
    }
    found.objects += [f"deployment {d} is {live.get(d, 'gone')}" for d in wanted if live.get(d) != "Succeeded"]
    found.objects += [f"a deployment that nothing wants: {d}" for d in live.keys() - wanted]
