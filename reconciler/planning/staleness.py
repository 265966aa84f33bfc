"""Whether a saved plan still holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from reconciler.planning.changes import Action
from reconciler.planning.plan import Plan
from reconciler.planning.planfile import change_json
from reconciler.planning.planformat import ChangePart, PlanDocument

_FOLLOWS = ("fingerprint", "suffix")
"""What is made from a run's other ingredients."""


def staleness(saved: PlanDocument, plan: Plan) -> list[tuple[str, str]]:
    """Why the saved plan no longer holds: every address for which the new plan has an action or a value that the saved
    one does not have, and what that is.

    What the saved plan has and the new one lacks is progress, as is a model that has become known.
    """
    approved = {c.key: c for c in saved.resource_changes}
    differences = []
    for change in orjson.loads(orjson.dumps([change_json(c) for c in plan.changes if c.action.writes])):
        old = approved.get(change["key"])
        if old is None or (old.action.value != change["action"] and not _half_done(old, change)):
            differences.append((change["address"], f"{change['action']} is new, because {change['reason']}"))
        elif words := list(_new_values(old, change["change"]["after"])):
            differences.append((change["address"], "; ".join(words)))
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
    moved = {".".join(map(str, level.path(output_format="list"))): level for level in levels}
    if "fingerprint" in moved:
        if not moved.keys() - _FOLLOWS:
            yield "the run that it starts from is another one"
        moved = {path: level for path, level in moved.items() if path not in _FOLLOWS}
    for path, level in sorted(moved.items()):
        yield f"{path} is {shown(level.t2)} now, {shown(level.t1)} was approved"
