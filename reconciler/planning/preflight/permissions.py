"""What the caller may not do. A plan is often made by one identity and applied by another: then it is a notice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reconciler.model import codes
from reconciler.model.catalog import permissions as actions
from reconciler.planning.changes import Action, Change
from reconciler.planning.preflight.findings import Finding
from reconciler.planning.preflight.view import View


def check_permissions(view: View) -> Iterator[Finding]:
    for target in view.observed:
        permissions = view.allowance(target).permissions
        if permissions is None:
            continue
        writes = [c for c in view.changes.values() if c.target == target and c.action.writes]
        lacking = {c.key: [a for a in needed_for(c) if not permissions.allows(a.name, data=a.data)] for c in writes}
        stopped = tuple(key for key, missing in lacking.items() if missing)
        if stopped:
            missing = [a for key in stopped for a in lacking[key]]
            yield _finding(view, target, missing, stopped)


def needed_for(change: Change) -> tuple[actions.Action, ...]:
    """The actions that one change takes."""
    if change.action is Action.UPLOAD:
        return (actions.WRITE_FILES,)
    if change.action.trains:
        return (actions.WRITE_RUNS,)
    if change.address.kind != "deployment":
        return ()
    if change.action is Action.DELETE:
        return (actions.DELETE_DEPLOYMENTS,)
    if change.action is Action.REPLACE:
        return (actions.DELETE_DEPLOYMENTS, actions.WRITE_DEPLOYMENTS)
    return (actions.WRITE_DEPLOYMENTS,)


def in_words(missing: Iterable[actions.Action]) -> str:
    """`to upload and to train: role Cognitive Services OpenAI Contributor`."""
    unique = list(dict.fromkeys(missing))
    purposes = ", ".join(f"to {a.purpose}" for a in unique)
    roles = " and ".join(dict.fromkeys(a.role for a in unique))
    return f"{purposes} (role {roles})"


def _finding(view: View, target: str, missing: list[actions.Action], stopped: tuple[str, ...]) -> Finding:
    place, address = view.specs.targets[target].place.range(), f"target {target}"
    if not view.applying:
        return Finding(codes.PLAN_ONLY.at(place, f"On {target} it may not: {in_words(missing)}.", address=address))
    code = codes.PERMISSION_MISSING
    detail = f"On {target} this identity may not: {in_words(missing)}. {code.way_out}"
    return Finding(code.at(place, detail, address=address), stopped, "this identity may not do it")
