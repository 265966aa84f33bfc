"""Chat rows: `{"messages": [{"role": ..., "content": ...}, ...]}`.

Rules: OpenAI's OpenAPI document of 2025-05 (FineTuneChatRequestInput), learn.microsoft.com how-to/fine-tuning.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.model import codes
from reconciler.model.diagnostics import Code

ROLES = ("system", "developer", "user", "assistant", "tool", "function")


def check(row: Mapping[str, Any]) -> Iterator[tuple[Code, str]]:
    """Each problem of one row, with the path inside the row."""
    messages = row.get("messages")
    if not isinstance(messages, list) or not messages:
        yield codes.ROW_MESSAGES, "`messages` must be a list with at least one message."
        return
    for index, message in enumerate(messages):
        if isinstance(message, Mapping):
            yield from _message(f"messages[{index}]", message)
        else:
            yield codes.ROW_MESSAGES, f"messages[{index}] must be an object."
    roles = [m.get("role") for m in messages if isinstance(m, Mapping)]
    if "assistant" not in roles:
        yield codes.ROW_ASSISTANT, "No message has the role assistant."


def _message(path: str, message: Mapping[str, Any]) -> Iterator[tuple[Code, str]]:
    role = message.get("role")
    if role not in ROLES:
        yield codes.ROW_ROLE, f"{path}.role is {role!r}."
    content = message.get("content")
    calls = role == "assistant" and any(message.get(k) for k in ("tool_calls", "function_call", "refusal"))
    if not isinstance(content, str | list) or not content:
        if not calls:
            yield codes.ROW_CONTENT, f"{path}.content must be text that is not empty."
    elif isinstance(content, str) and not content.strip():
        yield codes.ROW_CONTENT, f"{path}.content is only white space."
    weight = message.get("weight")
    if weight is not None and (weight not in (0, 1) or isinstance(weight, bool)):
        yield codes.ROW_WEIGHT, f"{path}.weight is {weight!r}."
