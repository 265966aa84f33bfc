"""What a check found: something to say, and the changes that cannot succeed because of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from reconciler.model.diagnostics import Diagnostic
from reconciler.planning.changes import Action, Change, Reason, only_at_once

Changes = Mapping[str, Change]
"""By key, in the order of the plan."""


@dataclass(frozen=True, slots=True)
class Finding:
    """`why` completes "because ..." on the changes that are blocked."""

    diagnostic: Diagnostic
    blocks: tuple[str, ...] = ()
    why: str = ""


def block(changes: Changes, findings: Iterable[Finding]) -> dict[str, Change]:
    """The changes with those blocked that cannot succeed, and whatever needs them.

    A file that only blocked runs would have read is not uploaded, and what was to go after them stays.
    """
    first: dict[str, Reason] = {}
    for finding in findings:
        for key in finding.blocks:
            if key in changes and changes[key].action is not Action.BLOCKED:
                first.setdefault(key, Reason(finding.diagnostic.code.id, finding.why))
    held = dict(first)
    if not held:
        return dict(changes)
    needed_by = _needed_by(changes)
    wave = list(held)
    while wave:
        need = wave.pop()
        for key in needed_by[need]:
            if key not in held:
                held[key] = Reason("needs-blocked", f"it needs {need}, which is blocked")
                wave.append(key)
    return {
        key: _held(c, held[key], whole=key in first) if key in held else c
        for key, c in changes.items()
        if key in first or not _in_vain(c, needed_by[key], held)
    }


def _held(change: Change, reason: Reason, *, whole: bool) -> Change:
    """Blocked; but what waits for nothing is done where only the change that it needs is blocked."""
    part = None if whole else only_at_once(change, f"the rest is blocked: {reason.text}")
    return part or replace(change, action=Action.BLOCKED, reason=reason)


def _needed_by(changes: Changes) -> defaultdict[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for change in changes.values():
        for need in change.needs:
            found[need].append(change.key)
    return found


def _in_vain(change: Change, needed_by: list[str], held: Mapping[str, Reason]) -> bool:
    if change.action is Action.DELETE:
        return change.key in held
    preparing = change.address.kind == "dataset" and change.action in (Action.UPLOAD, Action.WAIT)
    return preparing and bool(needed_by) and all(key in held for key in needed_by)
