"""The messages of a row, whatever the row is for.

Rules: OpenAI's OpenAPI document of 2025-05 (FineTuneChatRequestInput and its messages).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from reconciler.datasets.formats.parts import Problems, check_content, kind_of, shown
from reconciler.datasets.formats.tools import check_calls
from reconciler.model import codes

_PARTICIPANT = re.compile(r"[^\s<|\\/>]+\Z")
_COMMON = frozenset({"role", "content", "name"})
KEYS = {
    "system": _COMMON,
    "developer": _COMMON,
    "user": _COMMON,
    "assistant": _COMMON | {"weight", "refusal", "tool_calls", "function_call", "audio"},
    "tool": _COMMON | {"tool_call_id"},
    "function": _COMMON,
}
_ANSWERS = {"tool": ("",), "function": ("", None)}
"""Results of calls may be empty: the tool had nothing to say."""


def check_messages(path: str, messages: Any, defined: set[str] | None) -> Problems:
    """Each message for itself."""
    if not isinstance(messages, list) or not messages:
        yield codes.ROW_MESSAGES, f"`{path}` must be a list with at least one message."
        return
    for index, message in enumerate(messages):
        if isinstance(message, dict):
            yield from check_message(f"{path}[{index}]", message, defined)
        else:
            yield codes.ROW_MESSAGES, f"{path}[{index}] must be an object, not {kind_of(message)}."


def check_message(path: str, message: Mapping[str, Any], defined: set[str] | None) -> Problems:
    role = message.get("role")
    if not isinstance(role, str) or role not in KEYS:
        yield codes.ROW_ROLE, f"{path}.role is {shown(role)}." if "role" in message else f"{path} has no role."
        return
    for key in sorted(message.keys() - KEYS[role]):
        code = codes.ROW_WEIGHT if key == "weight" else codes.ROW_MESSAGE_KEY
        yield code, f"{path} is a message of the {role}; it cannot have the key {shown(key)}."
    acts = any(message.get(key) for key in ("tool_calls", "function_call", "refusal"))
    answers = role in _ANSWERS and message.get("content", 0) in _ANSWERS[role]
    may_be_empty = (role == "assistant" and acts) or answers
    yield from check_content(f"{path}.content", role, message.get("content"), may_be_empty=may_be_empty)
    yield from _name(path, role, message)
    if role == "assistant":
        yield from _assistant(path, message, defined)
    elif role == "tool" and not isinstance(message.get("tool_call_id"), str):
        yield codes.ROW_TOOL_ANSWER, f"{path}.tool_call_id must be the id of the call that it answers."


def _name(path: str, role: str, message: Mapping[str, Any]) -> Problems:
    if "name" not in message:
        if role == "function":
            yield codes.ROW_NAME, f"{path} is a function's answer and needs the function's name."
    elif not isinstance(name := message["name"], str) or not _PARTICIPANT.match(name):
        yield codes.ROW_NAME, f"{path}.name is {shown(name)}."


def _assistant(path: str, message: Mapping[str, Any], defined: set[str] | None) -> Problems:
    if "weight" in message:
        weight = message["weight"]
        if type(weight) is not int or weight not in (0, 1):
            yield codes.ROW_WEIGHT, f"{path}.weight is {shown(weight)}."
    if not isinstance(message.get("refusal"), str | None):
        yield codes.ROW_CONTENT, f"{path}.refusal must be a text."
    yield from check_calls(path, message, defined)


def roles_of(messages: Any) -> list[Any]:
    """The roles, in order, as far as there are any."""
    return [m.get("role") for m in messages if isinstance(m, dict)] if isinstance(messages, list) else []
