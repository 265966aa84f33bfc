"""What the operator limits: which of a plan's changes are made."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from reconciler.model import codes
from reconciler.model.address import KINDS, Address
from reconciler.model.diagnostics import Diagnostic
from reconciler.model.errors import DiagnosticsError
from reconciler.model.selection import Selection
from reconciler.planning.changes import Action, Change, Reason, only_at_once
from reconciler.planning.plan import Plan
from reconciler.specs.base import did_you_mean
from reconciler.specs.estate import Specs


def check_selection(selection: Selection, specs: Specs, more: Iterable[Address] = ()) -> None:
    """Raises `DiagnosticsError` for a target, or an address, that neither the specs nor `more` have."""
    problems = [_no_target(name, specs) for name in selection.targets if name not in specs.targets]
    known = [*specs.addresses(), *more]
    for pattern in selection.addresses:
        if not any(address.matches(pattern) for address in known):
            hint = did_you_mean(pattern, list(map(str, known)))
            problems.append(
                codes.UNKNOWN_ADDRESS.at(detail=f"Nothing is called {pattern}.", hint=hint, address=pattern)
            )
    if problems:
        raise DiagnosticsError(problems)


def _no_target(name: str, specs: Specs) -> Diagnostic:
    words = sorted(specs.targets)
    detail = f'There is no target "{name}". There are: {", ".join(words)}.'
    return codes.UNKNOWN_ADDRESS.at(detail=detail, hint=did_you_mean(name, words))


def select(plan: Plan, selection: Selection) -> Plan:
    """The plan with only the selected changes and, for addresses, everything that they need.

    A selected change that needs one on a target that is left out is blocked, and says so.
    """
    if not selection.limited:
        return plan
    by_key = plan.by_key()
    kept = {c.key for c in plan.changes if c.action is not Action.REMOVE and _chosen(c, selection)}
    wanted = list(kept)
    while wanted:
        for need in by_key[wanted.pop()].needs:
            if need in by_key and need not in kept and selection.on(by_key[need].target):
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
        selection=selection,
        changes=tuple(_held_back(c, by_key, kept) for c in changes),
        drift=tuple(d for d in plan.drift if str(d.address) in addresses),
        unset=tuple(x for x in plan.unset if str(x.address) in addresses or selection.takes((x.address,), x.target)),
        orphans=tuple(o for o in plan.orphans if str(o.address) in addresses),
        diagnostics=tuple(d for d in plan.diagnostics if d.address in addresses or not _is_change(d)),
    )


def _is_change(diagnostic: Diagnostic) -> bool:
    return diagnostic.address.startswith(tuple(f"{kind}." for kind in KINDS))


def _chosen(change: Change, selection: Selection) -> bool:
    return selection.takes((change.address, *change.also), change.target)


def _waits(by_key: dict[str, Change], need: str) -> bool:
    return need in by_key and not by_key[need].action.removes


def _held_back(change: Change, by_key: dict[str, Change], kept: set[str]) -> Change:
    if change.action is Action.REMOVE:
        return replace(change, needs=tuple(need for need in change.needs if need in kept))
    missing = [need for need in change.needs if need in by_key and need not in kept]
    if not missing:
        return change
    why = f"it needs {missing[0]}, which --target leaves out"
    if part := only_at_once(change, f"the rest is left out: {why}"):
        return part
    reason = Reason("left-out", why)
    return replace(change, action=Action.BLOCKED, reason=reason)
