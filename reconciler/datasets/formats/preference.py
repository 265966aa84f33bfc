"""Preference rows: `{"input": {"messages": [...]}, "preferred_output": [...], "non_preferred_output": [...]}`, for dpo.

Rules: OpenAI's guide on direct preference optimization (its names; the OpenAPI document of 2025-05 says `completion`
for `output`): one message an output, text only. Azure's (learn.microsoft.com,
fine-tuning-direct-preference-optimization): at least one message of the assistant, and answers of tools. What only
one of them takes is checked where the provider is known (`datasets.fit`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconciler.datasets.formats.messages import check_messages, roles_of
from reconciler.datasets.formats.parts import Problems, kind_of, shown
from reconciler.datasets.formats.tools import check_answers, check_tools, defined_names
from reconciler.model import codes

OUTPUTS = ("preferred_output", "non_preferred_output")
KEYS = frozenset({"input", *OUTPUTS})
INPUT_KEYS = frozenset({"messages", "tools", "parallel_tool_calls"})


def check(row: Mapping[str, Any]) -> Problems:
    """Each problem of one row, with the path inside the row."""
    for key in sorted(row.keys() - KEYS):
        hint = f" It is called {key.replace('completion', 'output')}." if key.endswith("preferred_completion") else ""
        yield codes.ROW_KEY, f"The key {shown(key)} is no part of a preference.{hint}"
    asked = row.get("input")
    if isinstance(asked, dict):
        yield from _input(asked)
    else:
        yield codes.ROW_PREFERENCE, f"`input` must be an object with messages, not {kind_of(asked)}."
    for key in OUTPUTS:
        yield from _output(key, row.get(key))
    if row.get(OUTPUTS[0]) == row.get(OUTPUTS[1]) and row.get(OUTPUTS[0]):
        yield codes.ROW_PREFERENCE_SAME, "preferred_output and non_preferred_output are the same."


def _input(asked: Mapping[str, Any]) -> Problems:
    for key in sorted(asked.keys() - INPUT_KEYS):
        yield codes.ROW_KEY, f"The key {shown(key)} is no part of the input of a preference."
    yield from check_tools(asked, "input.")
    messages = asked.get("messages")
    yield from check_messages("input.messages", messages, defined_names(asked))
    roles = roles_of(messages)
    if roles:
        yield from check_answers("input.messages", messages or [])
        if roles[-1] not in ("user", "tool", "function"):
            yield codes.ROW_LAST_USER, f"The last message of the input is of the {shown(roles[-1])}."


def _output(key: str, output: Any) -> Problems:
    if not isinstance(output, list) or not output or not all(isinstance(message, dict) for message in output):
        yield codes.ROW_PREFERENCE, f"`{key}` must be a list of messages."
        return
    roles = roles_of(output)
    for index, role in enumerate(roles):
        if role not in ("assistant", "tool"):
            yield codes.ROW_PREFERENCE, f"{key}[{index}].role is {shown(role)}; it must be assistant or tool."
    if "assistant" not in roles:
        yield codes.ROW_PREFERENCE, f"`{key}` has no message of the assistant."
    yield from check_messages(key, output, None)
    yield from check_answers(key, output)
