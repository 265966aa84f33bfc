"""Tools: what a row defines, what its messages call, and what answers.

Rules: OpenAI's OpenAPI document of 2025-05 (ChatCompletionTool, ChatCompletionMessageToolCall).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import orjson

from reconciler.datasets.formats.parts import Problems, kind_of, shown
from reconciler.model import codes

MAX_TOOLS = 128
_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}\Z")
_KEYS = {"name", "description", "parameters", "strict"}


def check_tools(row: Mapping[str, Any], path: str = "") -> Problems:
    """The definitions of a row."""
    if "tools" in row:
        yield from _definitions(f"{path}tools", row["tools"], wrapped=True)
    if "functions" in row:
        yield from _definitions(f"{path}functions", row["functions"], wrapped=False)
    if not isinstance(row.get("parallel_tool_calls", True), bool):
        yield codes.ROW_TOOLS, f"{path}parallel_tool_calls must be true or false."


def _definitions(path: str, tools: Any, *, wrapped: bool) -> Problems:
    if not isinstance(tools, list):
        yield codes.ROW_TOOLS, f"{path} must be a list, not {kind_of(tools)}."
        return
    if len(tools) > MAX_TOOLS:
        yield codes.ROW_TOOLS, f"{path} has {len(tools)} entries; {MAX_TOOLS} are the most."
    names: set[str] = set()
    for index, tool in enumerate(tools):
        at = f"{path}[{index}]"
        if wrapped:
            if not isinstance(tool, dict) or tool.get("type") != "function" or tool.keys() != {"type", "function"}:
                yield codes.ROW_TOOLS, f"{at} must be an object with type: function, and function."
                continue
            tool, at = tool["function"], f"{at}.function"
        yield from _function(at, tool)
        name = tool.get("name") if isinstance(tool, dict) else None
        if isinstance(name, str):
            if name in names:
                yield codes.ROW_TOOLS, f"{at}.name is {shown(name)} again."
            names.add(name)


def _function(path: str, function: Any) -> Problems:
    if not isinstance(function, dict):
        yield codes.ROW_TOOLS, f"{path} must be an object, not {kind_of(function)}."
        return
    if extra := function.keys() - _KEYS:
        yield codes.ROW_TOOLS, f"{path} has the unknown key {shown(min(extra))}."
    yield from _function_name(f"{path}.name", function.get("name"))
    if not isinstance(function.get("description", ""), str):
        yield codes.ROW_TOOLS, f"{path}.description must be a text."
    if not isinstance(function.get("strict"), bool | None):
        yield codes.ROW_TOOLS, f"{path}.strict must be true or false."
    if not isinstance(function.get("parameters", {}), dict):
        yield codes.ROW_TOOLS, f"{path}.parameters must be an object: a JSON Schema."


def _function_name(path: str, name: Any) -> Problems:
    if not isinstance(name, str) or not _NAME.match(name):
        yield codes.ROW_NAME, f"{path} is {shown(name)}."


def check_calls(path: str, message: Mapping[str, Any], defined: set[str] | None) -> Problems:
    """The calls of one assistant message; `defined` are the row's functions, None when they are themselves wrong."""
    calls = message.get("tool_calls")
    if calls is not None:
        if not isinstance(calls, list) or not calls:
            yield codes.ROW_TOOL_CALL, f"{path}.tool_calls must be a list with at least one call."
            calls = []
        ids: set[str] = set()
        for index, call in enumerate(calls):
            yield from _call(f"{path}.tool_calls[{index}]", call, defined, ids)
    if message.get("function_call") is not None:
        yield from _named_call(f"{path}.function_call", message["function_call"], defined)


def _call(path: str, call: Any, defined: set[str] | None, ids: set[str]) -> Problems:
    if not isinstance(call, dict):
        yield codes.ROW_TOOL_CALL, f"{path} must be an object, not {kind_of(call)}."
        return
    if extra := call.keys() - {"id", "type", "function"}:
        yield codes.ROW_TOOL_CALL, f"{path} has the unknown key {shown(min(extra))}."
    id = call.get("id")
    if not isinstance(id, str) or not id:
        yield codes.ROW_TOOL_CALL, f"{path}.id must be a text that is not empty."
    elif id in ids:
        yield codes.ROW_TOOL_CALL, f"{path}.id is {shown(id)} again."
    else:
        ids.add(id)
    if call.get("type") != "function":
        yield codes.ROW_TOOL_CALL, f"{path}.type is {shown(call.get('type'))}; only function is known."
    yield from _named_call(f"{path}.function", call.get("function"), defined)


def _named_call(path: str, call: Any, defined: set[str] | None) -> Problems:
    if not isinstance(call, dict) or call.keys() != {"name", "arguments"}:
        yield codes.ROW_TOOL_CALL, f"{path} must be an object with name and arguments."
        return
    name = call["name"]
    if not isinstance(name, str) or not _NAME.match(name):
        yield codes.ROW_NAME, f"{path}.name is {shown(name)}."
    elif defined is not None and name not in defined:
        known = ", ".join(sorted(defined)[:8]) or "none"
        yield codes.ROW_TOOL_CALL, f"{path}.name is {shown(name)}; the row defines: {known}."
    yield from _arguments(f"{path}.arguments", call["arguments"])


def _arguments(path: str, arguments: Any) -> Problems:
    if not isinstance(arguments, str):
        yield codes.ROW_TOOL_ARGUMENTS, f"{path} must be a text with JSON in it, not {kind_of(arguments)}."
        return
    try:
        value = orjson.loads(arguments)
    except orjson.JSONDecodeError:
        yield codes.ROW_TOOL_ARGUMENTS, f"{path} is not JSON: {shown(arguments)}."
        return
    if isinstance(value, str):
        yield codes.ROW_TOOL_ARGUMENTS, f"{path} was encoded as JSON twice."
    elif not isinstance(value, dict):
        yield codes.ROW_TOOL_ARGUMENTS, f"{path} holds {kind_of(value)}, not an object."


def defined_names(row: Mapping[str, Any]) -> set[str] | None:
    """Names of the functions of a row; None when they cannot be read."""
    try:
        names = [tool["function"]["name"] for tool in row.get("tools", ())]
        names += [function["name"] for function in row.get("functions", ())]
        return {name for name in names if isinstance(name, str)}
    except (TypeError, KeyError, AttributeError):
        return None


def check_answers(path: str, messages: list[Any]) -> Problems:
    """Every answer belongs to a call just before it, and a conversation goes on only when every call is answered."""
    waiting: dict[str, str] = {}
    for index, message in enumerate(messages):
        at = f"{path}[{index}]"
        role = message.get("role") if isinstance(message, dict) else None
        if role == "tool":
            id = message.get("tool_call_id")
            if not isinstance(id, str) or waiting.pop(id, None) is None:
                yield codes.ROW_TOOL_ANSWER, f"{at}.tool_call_id is {shown(id)}, which answers no call just before it."
            continue
        if waiting:
            id, call = next(iter(waiting.items()))
            yield codes.ROW_TOOL_ANSWER, f"{at}: the conversation goes on, but nothing answers {call}, {shown(id)}."
            waiting = {}
        if role == "assistant" and isinstance(message.get("tool_calls"), list):
            ids = [c.get("id") for c in message["tool_calls"] if isinstance(c, dict)]
            waiting = {id: f"{at}.tool_calls[{n}]" for n, id in enumerate(ids) if isinstance(id, str)}
