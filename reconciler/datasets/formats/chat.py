"""Chat rows: `{"messages": [{"role": ..., "content": ...}, ...]}`, for supervised runs.

Rules: OpenAI's OpenAPI document of 2025-05 (FineTuneChatRequestInput), learn.microsoft.com how-to/fine-tuning.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconciler.datasets.formats.messages import check_messages, roles_of
from reconciler.datasets.formats.parts import Problems, shown
from reconciler.datasets.formats.tools import check_answers, check_tools, defined_names
from reconciler.model import codes

KEYS = frozenset({"messages", "tools", "parallel_tool_calls", "functions"})
_PLAIN_ROLES = frozenset({"system", "developer", "user", "assistant"})


def is_plain(row: Any) -> bool:
    """Whether `check` has nothing to say and no value but texts is in the row; False may just mean: look closer.

    The few lines that decide the speed of everything: nearly all rows of nearly all files are like this.
    """
    try:
        messages = row["messages"]
        for message in messages:
            if len(message) != 2 or message["role"] not in _PLAIN_ROLES or not message["content"].strip():
                return False
        asked = messages[0]["role"] == "user" or messages[1]["role"] == "user"
        return asked and messages[-1]["role"] == "assistant" and len(row) == 1
    except (KeyError, IndexError, TypeError, AttributeError):
        return False


def check(row: Mapping[str, Any]) -> Problems:
    """Each problem of one row, with the path inside the row."""
    for key in sorted(row.keys() - KEYS):
        yield codes.ROW_KEY, f"The key {shown(key)} is no part of a chat."
    yield from check_tools(row)
    messages = row.get("messages")
    wrong = list(check_messages("messages", messages, defined_names(row)))
    yield from wrong
    roles = roles_of(messages)
    if not roles:
        return
    if "assistant" not in roles:
        yield codes.ROW_ASSISTANT, "No message has the role assistant."
    if wrong:
        return  # what follows would say the same again in other words
    yield from check_answers("messages", messages or [])
    if "user" not in roles:
        yield codes.ROW_USER, "No message has the role user."
    if "assistant" in roles and roles[-1] != "assistant":
        yield codes.ROW_LAST, f"The last message is of the {shown(roles[-1])}."
    weights = [m.get("weight", 1) for m in messages or () if isinstance(m, dict) and m.get("role") == "assistant"]
    if weights and all(type(weight) is int and weight == 0 for weight in weights):
        yield codes.ROW_UNTRAINED, "Every assistant message has the weight 0."
