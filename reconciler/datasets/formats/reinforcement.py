"""Reinforcement rows: messages that end with the user, and whatever else the grader needs.

Rules: OpenAI's OpenAPI document of 2025-05 (FineTuneReinforcementRequestInput); the reinforcement guides of both
vendors (the last message is the user's).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.datasets.formats.messages import check_messages, roles_of
from reconciler.datasets.formats.parts import Problems, shown
from reconciler.datasets.formats.tools import check_answers, check_tools, defined_names
from reconciler.model import codes

RESERVED = frozenset({"messages", "tools", "parallel_tool_calls"})
_DEPTH = 4


def check(row: Mapping[str, Any]) -> Problems:
    """Each problem of one row, with the path inside the row."""
    yield from check_tools(row)
    messages = row.get("messages")
    yield from check_messages("messages", messages, defined_names(row))
    roles = roles_of(messages)
    if not roles:
        return
    yield from check_answers("messages", messages or [])
    if roles[-1] != "user":
        yield codes.ROW_LAST_USER, f"The last message is of the {shown(roles[-1])}."
    if "system" in roles:
        yield codes.ROW_SYSTEM, f"messages[{roles.index('system')}] has the role system."


def item_paths(row: Mapping[str, Any]) -> Iterator[str]:
    """What a grader may read of a row: `KEY`, `KEY.KEY`, as in `{{item.KEY}}`."""
    waiting = [(key, value, 1) for key, value in row.items()]
    while waiting:
        path, value, depth = waiting.pop()
        yield path
        if isinstance(value, dict) and depth < _DEPTH:
            waiting += [(f"{path}.{key}", below, depth + 1) for key, below in value.items()]
