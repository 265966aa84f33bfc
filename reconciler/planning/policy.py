"""What the operator limits: which of a plan's changes are made."""

from __future__ import annotations

from dataclasses import replace

from reconciler.model.address import KINDS
from reconciler.model.diagnostics import Diagnostic
from reconciler.model.selection import Selection
from reconciler.planning.changes import Action, Change, Reason
from reconciler.planning.plan import Plan


def select(plan: Plan, selection: Selection) -> Plan:
    """The plan with only the selected changes and, for addresses, everything that they need.

    A selected change that needs one on a target that is left out is blocked, and says so.
    """
    if not selection.addresses and not selection.targets:
        return plan
    by_key = plan.by_key()
    kept = {c.key for c in plan.changes if c.action is not Action.REMOVE and _chosen(c, selection)}
    wanted = list(kept)
    while wanted:
        for need in by_key[wanted.pop()].needs:
            if need in by_key and need not in kept and _on_target(by_key[need], selection):
                kept.add(need)
                wanted.append(need)
    # A file asks for nothing: it goes when the runs that it waits for are chosen too, whatever becomes of their models.
    kept |= {
        c.key
        for c in plan.changes
        if c.action is Action.REMOVE and _chosen(c, selection) and {n for n in c.needs if _waits(by_key, n)} <= kept
    }
    changes = [c for c in plan.changes if c.key in kept]
    addresses = {str(a) for c in changes for a in (c.address, *c.also)}
    return replace(
        plan,
        changes=tuple(_held_back(c, by_key, kept) for c in changes),
        drift=tuple(d for d in plan.drift if str(d.address) in addresses),
        orphans=tuple(o for o in plan.orphans if str(o.address) in addresses),
        diagnostics=tuple(d for d in plan.diagnostics if d.address in addresses or not _is_change(d)),
    )


def _is_change(diagnostic: Diagnostic) -> bool:
    return diagnostic.address.startswith(tuple(f"{kind}." for kind in KINDS))


def _chosen(change: Change, selection: Selection) -> bool:
    named = not selection.addresses or any(
        address.matches(glob) for glob in selection.addresses for address in (change.address, *change.also)
    )
    return named and _on_target(change, selection)


def _on_target(change: Change, selection: Selection) -> bool:
    return not selection.targets or change.target in selection.targets


def _waits(by_key: dict[str, Change], need: str) -> bool:
    return need in by_key and not by_key[need].action.removes


def _held_back(change: Change, by_key: dict[str, Change], kept: set[str]) -> Change:
    if change.action is Action.REMOVE:
        return replace(change, needs=tuple(need for need in change.needs if need in kept))
    missing = [need for need in change.needs if need in by_key and need not in kept]
    if not missing:
        return change
    reason = Reason("left-out", f"it needs {missing[0]}, which --target leaves out")
    return replace(change, action=Action.BLOCKED, reason=reason)
