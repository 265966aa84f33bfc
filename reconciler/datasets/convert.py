"""Rows of one format to rows of another: completions, chats, the contents of Gemini, and what other tools write.

What the other format has no place for is an error, never left out: a converted row says the same or is not made.
https://cloud.google.com/vertex-ai/generative-ai/docs/models/gemini-supervised-tuning-prepare
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from reconciler.datasets.foreign.convert import TO_CHAT, TO_PREFERENCE, ConvertError, message, only
from reconciler.datasets.foreign.kinds import kind_of_row
from reconciler.datasets.formats.parts import shown


def completion_to_chat(row: Mapping[str, Any]) -> dict[str, Any]:
    prompt, completion = _texts(row, "prompt", "completion")
    return {"messages": [message("user", prompt), message("assistant", completion)]}


def chat_to_completion(row: Mapping[str, Any]) -> dict[str, Any]:
    turns = _turns(row)
    if [role for role, _ in turns] != ["user", "assistant"]:
        raise ConvertError("only a question and its answer are a completion, without a system message or more turns")
    return {"prompt": turns[0][1], "completion": turns[1][1]}


def chat_to_gemini(row: Mapping[str, Any]) -> dict[str, Any]:
    turns = _turns(row)
    made: dict[str, Any] = {}
    if turns[0][0] == "system":
        made["systemInstruction"] = {"role": "system", "parts": [{"text": turns[0][1]}]}
        turns = turns[1:]
    if any(role == "system" for role, _ in turns):
        raise ConvertError("Gemini has one system instruction, before everything else")
    names = {"user": "user", "assistant": "model"}
    made["contents"] = [{"role": names[role], "parts": [{"text": text}]} for role, text in turns]
    return made


def gemini_to_chat(row: Mapping[str, Any]) -> dict[str, Any]:
    only(row, "systemInstruction", "contents")
    contents = row.get("contents")
    if not isinstance(contents, list) or not contents:
        raise ConvertError("`contents` must be a list with at least one entry")
    messages = []
    if "systemInstruction" in row:
        messages.append(message("system", _gemini_text(row["systemInstruction"], ("system", None))[1]))
    names = {"user": "user", "model": "assistant", None: "user"}
    for content in contents:
        role, text = _gemini_text(content, tuple(names))
        messages.append(message(names[role], text))
    return {"messages": messages}


__all__ = ["SOURCES", "TARGETS", "ConvertError", "convert", "source_format"]

Conversion = Callable[[Mapping[str, Any]], dict[str, Any]]
_TO_CHAT: Mapping[str, Conversion] = {"completion": completion_to_chat, "gemini": gemini_to_chat, **TO_CHAT}
_FROM_CHAT: Mapping[str, Conversion] = {"completion": chat_to_completion, "gemini": chat_to_gemini}
TARGETS = ("chat", "completion", "gemini", "preference")
SOURCES = ("chat", *_TO_CHAT, *TO_PREFERENCE)


def source_format(row: Any) -> str | None:
    """What a row is, among `SOURCES`."""
    if kind := kind_of_row(row):
        return kind.id if kind.id in SOURCES else None
    signs = {"messages": "chat", "prompt": "completion"}
    return next((name for key, name in signs.items() if isinstance(row, dict) and key in row), None)


def convert(row: Any, source: str | None, target: str) -> dict[str, Any]:
    """One row; `source` is among `SOURCES`, `target` among `TARGETS`. Raises `ConvertError`."""
    if source is None or not isinstance(row, dict):
        raise ConvertError(f"the row is none of {', '.join(SOURCES)}")
    if source == target:
        return row
    if target == "preference" or source in TO_PREFERENCE:
        if target != "preference" or source not in TO_PREFERENCE:
            raise ConvertError(f"{source} cannot become {target}")
        return TO_PREFERENCE[source](row)
    chat = row if source == "chat" else _TO_CHAT[source](row)
    return chat if target == "chat" else _FROM_CHAT[target](chat)


def _texts(row: Mapping[str, Any], *keys: str) -> list[str]:
    only(row, *keys)
    for key in keys:
        if not isinstance(row.get(key), str):
            raise ConvertError(f"`{key}` must be a text")
    return [row[key] for key in keys]


def _turns(row: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(system, user or assistant; text) of each message."""
    only(row, "messages")
    messages = row.get("messages")
    if not isinstance(messages, list) or not messages:
        raise ConvertError("`messages` must be a list with at least one message")
    return [_turn(f"messages[{n}]", one) for n, one in enumerate(messages)]


def _turn(path: str, one: Any) -> tuple[str, str]:
    if not isinstance(one, dict):
        raise ConvertError(f"{path} must be an object")
    if extra := sorted(one.keys() - {"role", "content"}):
        raise ConvertError(f"there is no place for {path}.{extra[0]}")
    roles = {"system": "system", "developer": "system", "user": "user", "assistant": "assistant"}
    role, content = one.get("role"), one.get("content")
    if role not in roles:
        raise ConvertError(f"there is no place for the role {shown(role)} of {path}")
    if isinstance(content, list) and content and all(_is_text_part(part) for part in content):
        content = "\n".join(part["text"] for part in content)
    if not isinstance(content, str):
        raise ConvertError(f"there is no place for {path}.content: only texts can be converted")
    return roles[role], content


def _is_text_part(part: Any) -> bool:
    return isinstance(part, dict) and part.keys() == {"type", "text"} and isinstance(part["text"], str)


def _gemini_text(content: Any, roles: tuple[str | None, ...]) -> tuple[str | None, str]:
    if not isinstance(content, dict) or content.get("role") not in roles:
        raise ConvertError(f"an entry of the contents must have one of the roles {', '.join(filter(None, roles))}")
    only(content, "role", "parts")
    parts = content.get("parts")
    if not isinstance(parts, list) or not parts:
        raise ConvertError("`parts` must be a list with at least one part")
    for part in parts:
        if not isinstance(part, dict) or part.keys() != {"text"} or not isinstance(part["text"], str):
            raise ConvertError("only parts with nothing but a text can be converted")
    return content.get("role"), "\n".join(part["text"] for part in parts)
