"""Good rows, damaged by chance: every damage is found in its line, or it has changed nothing that is taught.

Harmless is what leaves the row as good as before by an independent reading of the contract: the schema below.
"""

from __future__ import annotations

import copy
import json
import random
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.datasets.scan import Request, read
from reconciler.model.diagnostics import Diagnostic

CALL = {"id": "c1", "type": "function", "function": {"name": "look", "arguments": '{"a": 1}'}}
TOOL = {"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}
CHATS: list[dict[str, Any]] = [
    {"messages": [{"role": "user", "content": "Q"}, {"role": "assistant", "content": "A"}]},
    {
        "messages": [
            {"role": "system", "content": "S"},
            {"role": "user", "content": 'say "hi"\n'},
            {"role": "assistant", "content": "Ä", "weight": 0},
            {"role": "user", "content": [{"type": "text", "text": "more"}]},
            {"role": "assistant", "content": "B", "weight": 1},
        ]
    },
    {
        "messages": [
            {"role": "user", "content": "Q"},
            {"role": "assistant", "tool_calls": [CALL]},
            {"role": "tool", "tool_call_id": "c1", "content": "7"},
            {"role": "assistant", "content": "A"},
        ],
        "tools": [TOOL],
        "parallel_tool_calls": True,
    },
]
LINE = 7
"""Where the damaged row stands."""


def problems(folder: Path, line: bytes) -> list[Diagnostic]:
    rows = [json.dumps({"messages": [{"role": "user", "content": f"row {n}"}, {"role": "assistant", "content": "A"}]})
            for n in range(11)]  # fmt: skip
    before, after = "\n".join(rows[: LINE - 1]).encode(), "\n".join(rows[LINE - 1 :]).encode()
    file = folder / "rows.jsonl"
    file.write_bytes(before + b"\n" + line + b"\n" + after + b"\n")
    found, told = read(file, "rows.jsonl", Request("chat"))
    assert found is not None
    return told


def paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    below = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path] * bool(path) + [found for key, child in below for found in paths(child, (*path, key))]


def is_fine(row: Any) -> bool:
    """The contract, read once more, as shortly as it can be said: rows that a service would train on as they stand."""
    if not isinstance(row, dict) or row.keys() - {"messages", "tools", "parallel_tool_calls", "functions"}:
        return False
    names = {tool["function"]["name"] for tool in row.get("tools", [])}
    waiting: set[str] = set()
    for message in row["messages"]:
        role = message["role"]
        keys = {
            "role",
            "content",
            "name",
            *{"assistant": ("weight", "tool_calls"), "tool": ("tool_call_id",)}.get(role, ()),
        }
        text = message.get("content", "")
        if isinstance(text, list):
            text = "".join(part["text"] for part in text)
        good = isinstance(text, str) and (text.strip() or (role == "tool" and "content" in message))
        if message.keys() - keys or role not in ("system", "developer", "user", "assistant", "tool"):
            return False
        if not good and not message.get("tool_calls"):
            return False
        if role == "tool":
            if message["tool_call_id"] not in waiting:
                return False
            waiting.remove(message["tool_call_id"])
        elif waiting:
            return False
        for call in message.get("tool_calls", []):
            waiting.add(call["id"])
            if call["function"]["name"] not in names or not isinstance(json.loads(call["function"]["arguments"]), dict):
                return False
    roles = [message["role"] for message in row["messages"]]
    answers = [message.get("weight", 1) for message in row["messages"] if message["role"] == "assistant"]
    return "user" in roles and roles[-1] == "assistant" and 1 in answers


@st.composite
def damages(draw: st.DrawFn) -> tuple[str, dict[str, Any], Any]:
    row = copy.deepcopy(draw(st.sampled_from(CHATS)))
    good = copy.deepcopy(row)
    *above, last = draw(st.sampled_from(paths(row)))
    parent: Any = row
    for step in above:
        parent = parent[step]
    kind = draw(st.sampled_from(["drop", "retype", "rename", "reorder"]))
    if kind == "drop":
        del parent[last]
    elif kind == "retype":
        parent[last] = draw(st.sampled_from([None, 7, 0.5, True, "", " ", "x", [], {}, [7], {"a": 1}]))
    elif kind == "rename" and isinstance(parent, dict):
        parent[last + draw(st.sampled_from(["s", "_", "X"]))] = parent.pop(last)
    elif isinstance(parent, list):
        random.Random(draw(st.integers(0, 99))).shuffle(parent)
    return kind, good, row


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mutations")


@given(damages())
@settings(max_examples=300, deadline=None)
def test_a_damaged_row_is_found_or_harmless(folder: Path, damage: tuple[str, dict[str, Any], Any]) -> None:
    _, good, row = damage
    told = problems(folder, json.dumps(row).encode())
    assert {p.range.line for p in told if p.range} <= {LINE}
    if not told and row != good:
        assert is_harmless(row)


def is_harmless(row: Any) -> bool:
    try:
        return is_fine(row)
    except (KeyError, TypeError, AttributeError, ValueError):
        return False


@given(st.sampled_from(CHATS), st.integers(0, 10_000), st.binary(min_size=1, max_size=3), st.booleans())
@settings(max_examples=300, deadline=None)
def test_corrupt_bytes_are_found_or_leave_a_row(
    folder: Path, row: dict[str, Any], at: int, put: bytes, instead: bool
) -> None:
    line = json.dumps(row, ensure_ascii=False).encode()
    at %= len(line)
    damaged = line[:at] + put.replace(b"\n", b"\xff") + line[at + (len(put) if instead else 0) :]
    told = problems(folder, damaged)
    assert {p.range.line for p in told if p.range} <= {LINE}
    if not told:
        read_again = orjson.loads(damaged)
        assert json.loads(damaged, object_pairs_hook=no_duplicates) == read_again
        assert is_harmless(read_again)


def no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)


@given(st.sampled_from(CHATS), st.data())
@settings(max_examples=200, deadline=None)
def test_a_key_written_twice_is_found_in_any_style(folder: Path, row: dict[str, Any], data: st.DataObject) -> None:
    comma, colon = data.draw(st.sampled_from([(", ", ": "), (",", ":"), (" , ", " : "), (",\t", ":")]))
    line = json.dumps(row, separators=(comma, colon), ensure_ascii=data.draw(st.booleans()))
    starts = [n for n in range(len(line)) if line.startswith(('"role"', '"content"', '"messages"'), n)]
    at = data.draw(st.sampled_from([n for n in starts if line[:n].rstrip()[-1:] in ("{", ",")]))
    key = line[at : line.index('"', at + 1) + 1]
    value = data.draw(st.sampled_from(['"x"', '"\\u0022"', "7", "[]", '""']))
    twice = f"{line[:at]}{key}{data.draw(st.sampled_from([':', ': ']))}{value},{line[at:]}"
    assert [p.code.id for p in problems(folder, twice.encode())] == ["row-meaning"]
