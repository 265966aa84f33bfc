"""Tokens of training rows.

A row is counted as the vendor's cookbook does: 3 a row, 3 a message, the tokens of its role and of its texts, 1 for
a name. Tools are counted as compact JSON. Images are not counted: no vendor says how it does that for training.
Loading the vocabularies takes half a second, so nothing here is loaded before the first text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson

from reconciler.datasets.formats.preference import OUTPUTS

PER_ROW, PER_MESSAGE, PER_ROLE, PER_NAME = 3, 3, 1, 1


def count(texts: Sequence[str], encoding: str) -> list[int]:
    """Tokens of each text; special tokens in it are plain text, as in training data."""
    import toktok

    counts: list[int] = toktok.batch_count(texts, encoding, threads=1)
    return counts


def load(encoding: str) -> None:
    """Load the vocabulary now; any later `count` is quick."""
    count(["."], encoding)


def row_texts(format: str, row: Mapping[str, Any]) -> tuple[list[str], int]:
    """The texts of a row without problems, and the tokens to add to theirs."""
    return _TEXTS[format](row)


def _chat(row: Mapping[str, Any]) -> tuple[list[str], int]:
    texts, fixed = _messages(row["messages"])
    return texts + _tools(row), fixed + PER_ROW


def _preference(row: Mapping[str, Any]) -> tuple[list[str], int]:
    texts, fixed = _chat(row["input"])
    for key in OUTPUTS:
        more, also = _messages(row[key])
        texts, fixed = texts + more, fixed + also
    return texts, fixed


def _completion(row: Mapping[str, Any]) -> tuple[list[str], int]:
    return [row["prompt"], row["completion"]], 0


_TEXTS: Mapping[str, Callable[[Mapping[str, Any]], tuple[list[str], int]]] = {
    "chat": _chat,
    "reinforcement": _chat,
    "preference": _preference,
    "completion": _completion,
}


def _messages(messages: Sequence[Mapping[str, Any]]) -> tuple[list[str], int]:
    texts: list[str] = []
    fixed = (PER_MESSAGE + PER_ROLE) * len(messages)
    for message in messages:
        content = message.get("content")
        if isinstance(content, str):
            texts.append(content)
        elif content:
            texts += [part[kind] for part in content for kind in ("text", "refusal") if part["type"] == kind]
        if len(message) > 2 or content is None:
            fixed += PER_NAME if "name" in message else 0
            texts += _extras(message)
    return texts, fixed


def _extras(message: Mapping[str, Any]) -> list[str]:
    texts = [message[key] for key in ("name", "refusal") if message.get(key)]
    calls = [call["function"] for call in message.get("tool_calls") or ()]
    if message.get("function_call"):
        calls.append(message["function_call"])
    return texts + [text for call in calls for text in (call["name"], call["arguments"])]


def _tools(row: Mapping[str, Any]) -> list[str]:
    return [orjson.dumps(row[key]).decode() for key in ("tools", "functions") if row.get(key)]
