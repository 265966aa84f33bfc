"""Preflight: what cannot succeed is found from live state and blocked, before the first write.

One file a check. Each sees the plan as the checks before it have left it, and says what it found and which changes
cannot succeed; whatever needs those is blocked too, and everything else goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from reconciler.model.diagnostics import in_order
from reconciler.model.observation import Observation
from reconciler.model.selection import EVERYTHING, Selection
from reconciler.planning.changes import Action, Change
from reconciler.planning.plan import Plan, in_plan_order
from reconciler.planning.preflight.existing import check_existing
from reconciler.planning.preflight.filters import check_filters
from reconciler.planning.preflight.findings import Finding, block
from reconciler.planning.preflight.limits import check_limits, check_queue
from reconciler.planning.preflight.names import check_names
from reconciler.planning.preflight.permissions import check_permissions
from reconciler.planning.preflight.questions import questions
from reconciler.planning.preflight.quota import check_quota, quota_notes
from reconciler.planning.preflight.regions import check_served, check_trainable
from reconciler.planning.preflight.retired import check_retired
from reconciler.planning.preflight.room import check_room
from reconciler.planning.preflight.tags import check_tags
from reconciler.planning.preflight.unknown import check_unknown
from reconciler.planning.preflight.view import View
from reconciler.specs.estate import Specs

__all__ = ["check", "questions"]

Check = Callable[[View], Iterator[Finding]]
CHECKS: tuple[Check, ...] = (
    check_unknown,
    check_permissions,
    check_retired,
    check_names,
    check_existing,
    check_trainable,
    check_served,
    check_filters,
    check_tags,
    check_limits,
    check_room,
    check_quota,
    check_queue,
)
"""What can never be first, then what runs short: a change that is blocked anyway takes nobody's room."""


def check(
    plan: Plan,
    specs: Specs,
    observed: Mapping[str, Observation],
    selection: Selection = EVERYTHING,
    *,
    applying: bool = False,
) -> Plan:
    """The plan with what cannot succeed blocked, and why. `observed` holds the answers to `questions(plan)`."""
    changes: dict[str, Change] = plan.by_key()
    view = View(
        specs, plan.graph, observed, plan.models, changes, now=plan.observed_at, selection=selection, applying=applying
    )
    found, stopped = [], dict[str, Change]()
    for one in CHECKS:
        findings = list(one(replace(view, changes=changes, stopped=stopped)))
        own = {key for f in findings for key in f.blocks if changes[key].action is not Action.BLOCKED}
        stopped |= {key: changes[key] for key in sorted(own)}
        changes = block(changes, findings)
        found += [f.diagnostic for f in findings]
    noted = quota_notes(replace(view, changes=changes))
    changes |= {key: replace(changes[key], notes=(*changes[key].notes, note)) for key, note in noted.items()}
    ordered = in_plan_order(changes.values())
    return replace(plan, changes=ordered, diagnostics=in_order([*plan.diagnostics, *found]))
