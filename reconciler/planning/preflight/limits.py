"""Numbers of runs and deployments that one account holds, and how many runs it trains at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from reconciler.model import codes
from reconciler.model.catalog.account_limits import BY_PROVIDER, AccountLimits
from reconciler.model.catalog.models import is_fine_tuned
from reconciler.model.diagnostics import Diagnostic
from reconciler.model.observation import Observation, ObservedDeployment
from reconciler.planning.changes import Action, Change
from reconciler.planning.preflight.findings import Finding
from reconciler.planning.preflight.view import View
from reconciler.specs.target import AzureTarget

DEVELOPER = "developer"


def check_limits(view: View) -> Iterator[Finding]:
    for target, observation in view.observed.items():
        limits = limits_of(view, target)
        if limits:
            yield from _runs(view, observation, limits)
            yield from _deployments(view, observation, limits)


def check_queue(view: View) -> Iterator[Finding]:
    """How many of the runs that start at once will wait for others. Nothing is blocked: a queue empties."""
    for target, observation in view.observed.items():
        limits = limits_of(view, target)
        if limits is None:
            continue
        starting = [(c, r) for c, r in view.trains(target) if not _waits_for_a_run(view, c)]
        busy = sum(1 for job in observation.jobs if not job.phase.final)
        for developer, slots in ((False, limits.running), (True, limits.running_developer)):
            ours = sum(1 for _, run in starting if (run.training_type == DEVELOPER) is developer)
            waiting = ours - max(slots - busy, 0)
            if ours and waiting > 0:
                yield Finding(_queue(view, target, ours, busy, slots, waiting))


def limits_of(view: View, target: str) -> AccountLimits | None:
    """As documented, with what the specs say was raised; None where the vendor does not say."""
    spec, documented = view.specs.targets[target].spec, BY_PROVIDER.get(view.provider(target))
    if documented is None or not isinstance(spec, AzureTarget):
        return documented
    return replace(documented, **spec.limits.model_dump(exclude_none=True, exclude={"files"}))


def is_tuned(live: ObservedDeployment) -> bool:
    return is_fine_tuned(live.model_name) or live.model_name.startswith("ftchkpt-")


def _runs(view: View, observation: Observation, limits: AccountLimits) -> Iterator[Finding]:
    starting = [change for change, _ in view.trains(observation.target)]
    yield from _over(view, observation.target, "training runs", len(observation.jobs), starting, limits.jobs)


def _deployments(view: View, observation: Observation, limits: AccountLimits) -> Iterator[Finding]:
    target, live = observation.target, observation.deployments
    new = [(c, d) for c, d in view.deploys(target) if c.action is Action.CREATE]
    tuned = [c for c, d in new if view.base_of(d)[1]]
    yield from _over(view, target, "deployments", len(live), [c for c, _ in new], limits.deployments)
    there = sum(map(is_tuned, live))
    most = limits.fine_tuned_deployments
    yield from _over(view, target, "deployments of fine-tuned models", there, tuned, most)


def _over(view: View, target: str, what: str, there: int, new: Sequence[Change], most: int) -> Iterator[Finding]:
    """The last of the new ones, as many as do not fit. An account that holds more already has had its limit raised."""
    over = there + len(new) - most
    if over <= 0 or there > most:
        return
    code, place = codes.ACCOUNT_LIMIT, view.specs.targets[target].place.range()
    last = [c.key for c in new][-over:]
    detail = f"{target} has {there} {what} and would have {there + len(new)}; an account takes {most}. {code.way_out}"
    told = code.at(place, detail, address=f"target {target}")
    yield Finding(told, tuple(last), f"{target} takes {most} {what}")


def _waits_for_a_run(view: View, change: Change) -> bool:
    return any(need in view.changes and view.changes[need].address.kind == "job" for need in change.needs)


def _queue(view: View, target: str, ours: int, busy: int, slots: int, waiting: int) -> Diagnostic:
    under_way = f", {busy} under way" if busy else ""
    runs = "1 run queues" if waiting == 1 else f"{waiting} runs queue"
    detail = (
        f"{target}: {ours} to start{under_way}; it trains {slots} at a time. {runs} behind {busy + ours - waiting}."
    )
    return codes.RUNS_QUEUE.at(view.specs.targets[target].place.range(), detail, address=f"target {target}")
