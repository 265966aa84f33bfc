"""How full an account is: files, runs, deployments, and the quota that the specs' deployments take from."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.model.allowance import Question, Usage
from reconciler.model.catalog import permissions as actions
from reconciler.model.catalog.training_files import ACCOUNT_BYTES
from reconciler.model.checkup import Line, Verdict
from reconciler.planning.preflight.limits import is_tuned, limits_of
from reconciler.planning.preflight.quota import find_usage
from reconciler.planning.preflight.room import most_files_of, training_files
from reconciler.planning.preflight.view import View

FULL = 0.9
"""The part of a limit from which it is worth a note."""


def usage(view: View, target: str) -> Iterator[Line]:
    yield from _quota(view, target)
    yield _files(view, target)
    yield _runs(view, target)
    limits, live = limits_of(view, target), view.observed[target].deployments
    if limits is not None:
        tuned = sum(map(is_tuned, live))
        text = f"{_of(len(live), limits.deployments)}, fine-tuned {_of(tuned, limits.fine_tuned_deployments)}"
        full = _full((len(live), limits.deployments), (tuned, limits.fine_tuned_deployments))
        yield Line("deployments", full, text)


def _quota(view: View, target: str) -> Iterator[Line]:
    allowance = view.allowance(target)
    why = allowance.failed.get(Question.QUOTA)
    if why:
        text = f"could not be read ({why}); the role {actions.USAGES_READER} on the subscription shows it"
        yield Line("quota", Verdict.UNKNOWN, text)
    wanted: dict[str, Usage] = {}
    for desired in view.graph.deployments.values():
        if desired.target == target:
            base, tuned = view.base_of(desired)
            found = find_usage(allowance, desired.sku, base, tuned=tuned)
            wanted |= {found.name: found} if found else {}
    for name, one in sorted(wanted.items()):
        yield Line("quota", _full((one.used, one.limit)), f"{name} {_of(one.used, one.limit)}")


def _files(view: View, target: str) -> Line:
    there = training_files(view, target)
    size = sum(f.bytes or 0 for f in there)
    most_bytes = ACCOUNT_BYTES.get(view.provider(target))
    if most_bytes is None:
        return Line("files", Verdict.FINE, f"{len(there):,}, {size / 1e6:,.1f} MB")
    most = most_files_of(view, target)
    text = f"{_of(len(there), most)}, {size / 1e6:,.1f} of {most_bytes / 1e6:,.0f} MB"
    return Line("files", _full((len(there), most), (size, most_bytes)), text)


def _runs(view: View, target: str) -> Line:
    jobs, limits = view.observed[target].jobs, limits_of(view, target)
    busy = sum(1 for job in jobs if not job.phase.final)
    if limits is None:
        return Line("runs", Verdict.FINE, f"{len(jobs):,}, {busy:,} under way")
    text = f"{_of(len(jobs), limits.jobs)}, {busy:,} under way; {limits.running} train at a time"
    return Line("runs", _full((len(jobs), limits.jobs)), text)


def _of(used: int, limit: int) -> str:
    return f"{used:,} of {limit:,}"


def _full(*pairs: tuple[int, int]) -> Verdict:
    return Verdict.NOTE if any(used >= limit * FULL for used, limit in pairs) else Verdict.FINE
