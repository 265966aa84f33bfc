"""Plans with as much in them as approvals look at."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from reconciler.planning.covering import with_changes
from reconciler.planning.planformat import ChangePart, PlanDocument
from reconciler.planning.planreading import read_document

_FRAME = read_document((Path(__file__).parents[2] / "cases/no_changes/plan.json").read_bytes())


def change(key: str, **after: Any) -> ChangePart:
    kind, name = key.split(".", 1)
    shown: dict[str, Any] = {
        "key": key,
        "address": key,
        "type": kind,
        "name": name.partition("@")[0],
        "target": "x",
        "action": "change" if kind == "deployment" else "train",
        "action_reason": "spec",
        "reason": "it changed",
        "notes": [],
        "needs": [],
        "change": {"actions": ["update"], "before": None, "after": after, "after_unknown": {}},
    }
    return ChangePart.model_validate(shown, strict=False)


def plan(*changes: ChangePart) -> PlanDocument:
    return with_changes(_FRAME, changes)
