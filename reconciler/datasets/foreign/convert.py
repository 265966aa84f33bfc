"""Rows of other tools to chats and preferences. What a row says is kept whole, or the row is refused.

Keys that only keep books (`BOOKKEEPING`) say nothing to a model and are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from reconciler.datasets.foreign.kinds import pair_of
from reconciler.datasets.formats.parts import shown

BOOKKEEPING = frozenset(
    (
        *("id", "_id", "idx", "index", "uuid", "source", "origin", "dataset", "category", "lang", "language", "split"),
        *("created", "created_at", "updated_at", "timestamp", "date", "score", "rating", "url", "metadata", "meta"),
        *("tags", "schemaVersion", "model", "license", "author_id"),
    )
)
_ROLES = {
    "system": "system",
    "developer": "developer",
    "human": "user",
    "user": "user",
    "gpt": "assistant",
    "assistant": "assistant",
    "model": "assistant",
    "chatbot": "assistant",
    "bot": "assistant",
    "chatgpt": "assistant",
}


class ConvertError(ValueError):
    """The row holds something that the other format has no place for; the text says what."""


def message(role: str, content: str) -> dict[str, str]:
    return {"role": role, "content": content}


def only(data: Mapping[str, Any], *keys: str) -> None:
    """Refuse keys that would be lost."""
    if extra := sorted(data.keys() - set(keys)):
        raise ConvertError(f"there is no place for the key {shown(extra[0])}")


def sharegpt(row: Mapping[str, Any]) -> dict[str, Any]:
    key = "conversations" if "conversations" in row else "conversation"
    _known(row, key, "system")
    turns = _turns(row[key], key, ("from", "role"), ("value", "content"))
    system = row.get("system")
    if isinstance(system, str) and system:
        turns = [message("system", system), *turns]
    elif system:
        raise ConvertError("`system` must be a text")
    return {"messages": turns}


def palm(row: Mapping[str, Any]) -> dict[str, Any]:
    _known(row, "messages", "context")
    context = row.get("context")
    first = [message("system", context)] if isinstance(context, str) and context else []
    return {"messages": first + _turns(row["messages"], "messages", ("author",), ("content",))}


def cohere(row: Mapping[str, Any]) -> dict[str, Any]:
    _known(row, "messages")
    return {"messages": _turns(row["messages"], "messages", ("role",), ("content",))}


def bedrock(row: Mapping[str, Any]) -> dict[str, Any]:
    _known(row, "messages", "system")
    said = [*({"role": "system", "content": [part]} for part in row.get("system") or ()), *row["messages"]]
    return {"messages": [_bedrock_message(f"messages[{n}]", one) for n, one in enumerate(said)]}


def _bedrock_message(path: str, one: Any) -> dict[str, str]:
    parts = one.get("content") if isinstance(one, dict) else None
    texts = [part.get("text") for part in parts if isinstance(part, dict) and part.keys() == {"text"}] if parts else []
    if not isinstance(one, dict) or not texts or len(texts) != len(parts or ()):
        raise ConvertError(f"there is no place for {path}: only texts can be converted")
    only(one, "role", "content")
    return message(_role(path, one.get("role")), "\n".join(map(str, texts)))


def trl_chat(row: Mapping[str, Any]) -> dict[str, Any]:
    _known(row, "prompt", "completion")
    return {"messages": [*_turns(row["prompt"], "prompt"), *_turns(row["completion"], "completion")]}


def alpaca(row: Mapping[str, Any]) -> dict[str, Any]:
    """The instruction, then what it is about after a blank line, as the dataset's own prompt has it."""
    answer, about = _one_of(row, "output", "response"), _one_of(row, "input", "context")
    _known(row, "instruction", "system", *filter(None, (answer, about)))
    asked = [_text(row, "instruction"), _text(row, about) if about else ""]
    first = [message("system", _text(row, "system"))] if row.get("system") else []
    turns = [message("user", "\n\n".join(filter(None, asked))), message("assistant", _text(row, answer or "output"))]
    return {"messages": first + turns}


def pair(row: Mapping[str, Any]) -> dict[str, Any]:
    keys = pair_of(row)
    if keys is None:
        raise ConvertError("the row has not one question and one answer")
    _known(row, *keys, "system")
    first = [message("system", _text(row, "system"))] if row.get("system") else []
    return {"messages": [*first, message("user", _text(row, keys[0])), message("assistant", _text(row, keys[1]))]}


def trl(row: Mapping[str, Any]) -> dict[str, Any]:
    """A preference. Without a `prompt`, what both conversations have in common is the question."""
    asked = _one_of(row, "prompt", "question")
    _known(row, "chosen", "rejected", "system", *filter(None, (asked,)))
    chosen, rejected = _side(row, "chosen"), _side(row, "rejected")
    if asked:
        prompt = row[asked]
        before = [message("user", prompt)] if isinstance(prompt, str) else _turns(prompt, asked)
        if chosen[: len(before)] == before and rejected[: len(before)] == before:
            chosen, rejected = chosen[len(before) :], rejected[len(before) :]
    else:
        before = chosen[:-1]
        if not before or rejected[:-1] != before:
            raise ConvertError("there is no `prompt`, and `chosen` and `rejected` do not begin with the same messages")
        chosen, rejected = chosen[-1:], rejected[-1:]
    if row.get("system"):
        before = [message("system", _text(row, "system")), *before]
    return {"input": {"messages": before}, "preferred_output": chosen, "non_preferred_output": rejected}


def _side(row: Mapping[str, Any], key: str) -> list[dict[str, str]]:
    said = row[key]
    return [message("assistant", said)] if isinstance(said, str) else _turns(said, key)


def _turns(
    said: Any, path: str, roles: tuple[str, ...] = ("role",), texts: tuple[str, ...] = ("content",)
) -> list[dict[str, str]]:
    if not isinstance(said, list) or not said:
        raise ConvertError(f"`{path}` must be a list with at least one message")
    return [_turn(f"{path}[{n}]", one, roles, texts) for n, one in enumerate(said)]


def _turn(path: str, one: Any, roles: tuple[str, ...], texts: tuple[str, ...]) -> dict[str, str]:
    if not isinstance(one, dict):
        raise ConvertError(f"{path} must be an object")
    who, what = _one_of(one, *roles), _one_of(one, *texts)
    if who is None or what is None:
        raise ConvertError(f"{path} needs {roles[0]} and {texts[0]}")
    only(one, who, what)
    return message(_role(path, one[who]), _text(one, what))


def _role(path: str, role: Any) -> str:
    known = _ROLES.get(role.lower()) if isinstance(role, str) else None
    if known is None:
        raise ConvertError(f"there is no place for the role {shown(role)} of {path}")
    return known


def _one_of(row: Mapping[str, Any], *keys: str) -> str | None:
    return next((key for key in keys if key in row), None)


def _text(row: Mapping[str, Any], key: str) -> str:
    found = row.get(key)
    if not isinstance(found, str):
        raise ConvertError(f"`{key}` must be a text")
    return found


def _known(row: Mapping[str, Any], *keys: str) -> None:
    only({key: value for key, value in row.items() if key not in BOOKKEEPING}, *keys)


TO_CHAT: Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "sharegpt": sharegpt,
    "palm": palm,
    "cohere": cohere,
    "bedrock": bedrock,
    "trl-chat": trl_chat,
    "alpaca": alpaca,
    "pair": pair,
}
TO_PREFERENCE: Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {"trl": trl}
