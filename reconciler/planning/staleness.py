"""Whether a saved plan still holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from reconciler.planning.changes import Action
from reconciler.planning.plan import Plan
from reconciler.planning.planfile import change_json
from reconciler.planning.planformat import ChangePart, PlanDocument


def staleness(saved: PlanDocument, plan: Plan) -> list[str]:
    """Why the saved plan no longer holds: every action or value of the new plan that the saved one does not have.

    What the saved plan has and the new one lacks is progress, as is a model that has become known.
    """
    approved = {c.key: c for c in saved.resource_changes}
    differences = []
    for change in orjson.loads(orjson.dumps([change_json(c) for c in plan.changes if c.action.writes])):
        old = approved.get(change["key"])
        if old is None or (old.action.value != change["action"] and not _half_done(old, change)):
            differences.append(f"{change['address']}: {change['action']} is new ({change['reason']})")
        else:
            differences += [f"{change['address']}: {words}" for words in _new_values(old, change["change"]["after"])]
    return differences


def _half_done(old: ChangePart, new: Mapping[str, Any]) -> bool:
    """A deployment that the saved plan adds may have been added, and lack only the rest."""
    return bool(old.action is Action.CREATE and new["action"] == Action.UPDATE.value)


def _new_values(old: ChangePart, after: Mapping[str, Any]) -> Iterator[str]:
    known = {k: v for k, v in after.items() if k not in old.change.after_unknown}
    was = {k: v for k, v in old.change.after.items() if k in known}
    if was == known:
        return
    from deepdiff import DeepDiff  # slow to import, and rarely needed
    from deepdiff.helper import NotPresent

    def shown(value: Any) -> str:
        return "nothing" if isinstance(value, NotPresent) else orjson.dumps(value).decode().strip('"')

    levels = [level for found in DeepDiff(was, known, view="tree").values() for level in found]
    for level in sorted(levels, key=lambda level: level.path()):
        path = ".".join(map(str, level.path(output_format="list")))
        yield f"{path} is {shown(level.t2)} now, {shown(level.t1)} was approved"
