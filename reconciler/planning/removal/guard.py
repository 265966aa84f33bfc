"""The guard against accidents: a plan that takes away much of what the estate serves must be meant.

It saves whoever points the tool at the wrong folder, or loses half a file in a merge.
"""

from __future__ import annotations

from dataclasses import replace

from reconciler.model import codes
from reconciler.model.diagnostics import in_order
from reconciler.model.observation import ObservedDeployment
from reconciler.planning.changes import Action, Change
from reconciler.planning.plan import Plan

LEAST = 10
"""Owned deployments below which every plan is small enough to be read."""
SHARE = 0.3


def guard(plan: Plan) -> Plan:
    """The plan, with an error that apply obeys where deletes, recreates and cuts of capacity touch too much."""
    touched = {
        (c.target, live.name.lower())
        for c in plan.changes
        for live in (c.live, c.at_once.live if c.at_once else None)
        if isinstance(live, ObservedDeployment) and _takes_away(c, live)
    }
    if plan.owned < LEAST or len(touched) <= SHARE * plan.owned:
        return plan
    code = codes.LARGE_CHANGE
    share = 100 * len(touched) / plan.owned
    detail = (
        f"It deletes, recreates or cuts the capacity of {len(touched)} of {plan.owned} deployments "
        f"({share:.0f} %, above {100 * SHARE:.0f} %). {code.way_out}"
    )
    return replace(plan, diagnostics=in_order([*plan.diagnostics, code.at(detail=detail)]))


def _takes_away(change: Change, live: ObservedDeployment) -> bool:
    if change.action in (Action.DELETE, Action.REPLACE) and change.live is live:
        return True
    part = change.at_once
    at_once = part.fields if part and part.live is live else ()
    fields = (*at_once, *(change.fields if change.action is Action.UPDATE else ()))
    return any(f.field == "capacity" and _less(f.after, f.before) for f in fields)


def _less(after: object, before: object) -> bool:
    return isinstance(after, int) and isinstance(before, int) and after < before
