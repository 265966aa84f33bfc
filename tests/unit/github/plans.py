"""Plans as JSON, with as much in them as approvals look at."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson

from reconciler.planning.planformat import changes_digest

_FRAME = orjson.loads((Path(__file__).parents[2] / "cases/no_changes/plan.json").read_bytes())


def change(key: str, **after: Any) -> dict[str, Any]:
    kind, name = key.split(".", 1)
    return {
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


def plan(*changes: dict[str, Any]) -> dict[str, Any]:
    listed = list(changes)
    digest = {**_FRAME["digest"], "changes": changes_digest(_FRAME["estate"], listed)}
    return {**_FRAME, "resource_changes": listed, "digest": digest}
