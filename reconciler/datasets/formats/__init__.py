"""One checker for each format of training rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from reconciler.datasets.formats import chat, completion, preference, reinforcement
from reconciler.datasets.formats.parts import Problems

CHECKS: Mapping[str, Callable[[Mapping[str, Any]], Problems]] = {
    "chat": chat.check,
    "preference": preference.check,
    "reinforcement": reinforcement.check,
    "completion": completion.check,
}
FORMATS = tuple(CHECKS)
_SIGNS = {
    "messages": "chat",
    "input": "preference",
    "preferred_output": "preference",
    "non_preferred_output": "preference",
    "prompt": "completion",
    "completion": "completion",
}


def format_of(row: Any) -> str | None:
    """What one row looks like; None when it looks like nothing known."""
    if not isinstance(row, dict):
        return None
    sign = next((key for key in _SIGNS if key in row), None)
    if sign == "input" and not isinstance(row["input"], dict):
        return None
    if sign != "messages":
        return _SIGNS[sign] if sign else None
    roles = [m.get("role") for m in row["messages"] if isinstance(m, dict)] if isinstance(row["messages"], list) else []
    # A chat teaches its answers, a reinforcement row leaves the answer to the model.
    asks = bool(roles) and roles[-1] == "user" and (bool(row.keys() - chat.KEYS) or "assistant" not in roles)
    return "reinforcement" if asks else "chat"


def infer(rows: Iterable[Any]) -> str:
    """The format of most of the rows; chat when nothing tells."""
    votes = Counter(found for found in map(format_of, rows) if found)
    return votes.most_common(1)[0][0] if votes else "chat"
