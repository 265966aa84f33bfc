"""Each rule on rows: the smallest row that breaks it, the code that says so, and the words that lead to the place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reconciler.datasets.formats import CHECKS, format_of, infer
from reconciler.datasets.formats.chat import is_plain
from reconciler.model.codes import every_code

USER, ANSWER = {"role": "user", "content": "Q"}, {"role": "assistant", "content": "A"}
TOOL = {"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}
CALL = {"id": "c1", "type": "function", "function": {"name": "look", "arguments": '{"a": 1}'}}
CALLS = {"role": "assistant", "tool_calls": [CALL]}
RESULT = {"role": "tool", "tool_call_id": "c1", "content": "7"}
OLD_CALL = {"role": "assistant", "function_call": {"name": "f", "arguments": "{}"}}
REFUSAL = [{"type": "refusal", "refusal": "x"}]
MISSPELT = {"type": "function", "function": {"name": "a", "params": {}}}
PNG = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ"


def chat(*messages: Any, **more: Any) -> dict[str, Any]:
    return {"messages": list(messages), **more}


def calls(**change: Any) -> dict[str, Any]:
    return chat(USER, {"role": "assistant", "tool_calls": [CALL | change]}, tools=[TOOL])


def arguments(text: Any) -> dict[str, Any]:
    return calls(function={"name": "look", "arguments": text})


def image(url: Any, **more: Any) -> dict[str, Any]:
    return chat({"role": "user", "content": [{"type": "image_url", "image_url": {"url": url, **more}}]}, ANSWER)


def preference(**change: Any) -> dict[str, Any]:
    good = {
        "input": {"messages": [USER]},
        "preferred_output": [ANSWER],
        "non_preferred_output": [{"role": "assistant", "content": "B"}],
    }
    return good | change


GOOD = [
    ("chat", chat(USER, ANSWER)),
    ("chat", chat({"role": "system", "content": "S"}, USER, ANSWER, USER, {**ANSWER, "weight": 0}, USER, ANSWER)),
    ("chat", chat(USER, CALLS, tools=[TOOL], parallel_tool_calls=False)),
    ("chat", chat(USER, CALLS, RESULT, ANSWER, tools=[TOOL])),
    ("chat", chat(USER, {"role": "assistant", "content": None, "refusal": "No."})),
    ("chat", chat({**USER, "name": "ana"}, ANSWER)),
    ("chat", chat(USER, OLD_CALL, functions=[{"name": "f"}])),
    ("chat", image("https://example.org/a.png", detail="low")),
    ("chat", image(PNG)),
    ("preference", preference()),
    ("preference", preference(input={"messages": [USER], "tools": [TOOL]})),
    ("reinforcement", chat({"role": "developer", "content": "D"}, USER, answer="7", more={"a": [1]})),
    ("completion", {"prompt": "", "completion": "x"}),
]  # fmt: skip

BAD = [
    ("chat", chat(USER, ANSWER, id=7), "row-key", "'id'"),
    ("chat", {}, "row-messages", "`messages`"),
    ("chat", chat("Q", ANSWER), "row-messages", "messages[0]"),
    ("chat", chat({"role": "usr", "content": "Q"}, ANSWER), "row-role", "messages[0].role"),
    ("chat", chat(USER, {**ANSWER, "contnt": "x"}), "row-message-key", "'contnt'"),
    ("chat", chat({**USER, "weight": 1}, ANSWER), "row-weight", "messages[0]"),
    ("chat", chat(USER, {**ANSWER, "weight": 0.5}), "row-weight", "0.5"),
    ("chat", chat(USER, {**ANSWER, "weight": True}), "row-weight", "True"),
    ("chat", chat(USER, {**ANSWER, "weight": 0}), "row-untrained", "weight 0"),
    ("chat", chat({**USER, "name": "a b"}, ANSWER), "row-name", "messages[0].name"),
    ("chat", chat(USER, {"role": "function", "content": "x"}, ANSWER), "row-name", "messages[1]"),
    ("chat", chat({"role": "system", "content": "S"}, ANSWER), "row-user", "user"),
    ("chat", chat(USER), "row-assistant", "assistant"),
    ("chat", chat(USER, ANSWER, USER), "row-last", "'user'"),
    ("chat", chat({"role": "user", "content": " \n"}, ANSWER), "row-content", "messages[0].content"),
    ("chat", chat({"role": "user", "content": 7}, ANSWER), "row-content", "a number"),
    ("chat", chat({"role": "user", "content": ["Q"]}, ANSWER), "row-part", "content[0]"),
    ("chat", chat({"role": "user", "content": [{"type": "video"}]}, ANSWER), "row-part", "'video'"),
    ("chat", chat({"role": "user", "content": [{"type": "text", "text": ""}]}, ANSWER), "row-part", "text"),
    ("chat", chat({"role": "system", "content": REFUSAL}, USER, ANSWER), "row-part", "refusal"),
    ("chat", chat(USER, {**ANSWER, "content": image(PNG)["messages"][0]["content"]}), "row-image", "only the user"),
    ("chat", image("http://example.org/a.png"), "row-image", "url"),
    ("chat", image("https://a.org/x", detail="huge"), "row-image", "'huge'"),
    ("chat", image("data:image/gif;base64,R0lGODlh"), "row-image", "must start with"),
    ("chat", image("data:image/png;base64,R0lGODlhAQABAIAAAAAAAP"), "row-image", "url"),
    ("chat", image("data:image/png;base64,###"), "row-image", "base64"),
    ("chat", image(PNG + "A" * 14_000_000), "row-image", "10 MB"),
    ("chat", image(7), "row-image", "url"),
    ("chat", chat(USER, ANSWER, tools={}), "row-tools", "tools"),
    ("chat", chat(USER, ANSWER, tools=[{"name": "look"}]), "row-tools", "tools[0]"),
    ("chat", chat(USER, ANSWER, tools=[TOOL, TOOL]), "row-tools", "again"),
    ("chat", chat(USER, ANSWER, tools=[{"type": "function", "function": {"name": "a b"}}]), "row-name", "tools[0]"),
    ("chat", chat(USER, ANSWER, tools=[MISSPELT]), "row-tools", "'params'"),
    ("chat", chat(USER, ANSWER, functions=[{"name": f"f{n}"} for n in range(129)]), "row-tools", "129"),
    ("chat", chat(USER, ANSWER, parallel_tool_calls=1), "row-tools", "parallel_tool_calls"),
    ("chat", chat(USER, CALLS), "row-tool-call", "the row defines: none"),
    ("chat", calls(id=""), "row-tool-call", "id"),
    ("chat", calls(type="x"), "row-tool-call", "type"),
    ("chat", calls(function={"name": "look"}), "row-tool-call", "function"),
    ("chat", calls(extra=1), "row-tool-call", "'extra'"),
    ("chat", chat(USER, {"role": "assistant", "tool_calls": [CALL, CALL]}, tools=[TOOL]), "row-tool-call", "again"),
    ("chat", chat(USER, {"role": "assistant", "tool_calls": {}, "content": "A"}), "row-tool-call", "tool_calls"),
    ("chat", arguments("{"), "row-tool-arguments", "not JSON"),
    ("chat", arguments('"{}"'), "row-tool-arguments", "twice"),
    ("chat", arguments("[]"), "row-tool-arguments", "a list"),
    ("chat", arguments({"a": 1}), "row-tool-arguments", "an object"),
    ("chat", chat(USER, CALLS, USER, ANSWER, tools=[TOOL]), "row-tool-answer", "messages[1].tool_calls[0]"),
    ("chat", chat(USER, RESULT, ANSWER), "row-tool-answer", "answers no call"),
    ("chat", chat(USER, CALLS, RESULT | {"tool_call_id": "c2"}, ANSWER, tools=[TOOL]), "row-tool-answer", "'c2'"),
    ("preference", {**preference(), "preferred_completion": []}, "row-key", "preferred_output"),
    ("preference", preference(input=[]), "row-preference", "`input`"),
    ("preference", preference(preferred_output=[]), "row-preference", "preferred_output"),
    ("preference", preference(preferred_output=ANSWER), "row-preference", "a list of messages"),
    ("preference", preference(non_preferred_output=[USER]), "row-preference", "non_preferred_output[0].role"),
    ("preference", preference(non_preferred_output=[ANSWER]), "row-preference-same", "the same"),
    ("preference", preference(input={"messages": [USER, ANSWER]}), "row-last-user", "'assistant'"),
    ("preference", preference(input={"messages": [USER], "x": 1}), "row-key", "'x'"),
    ("reinforcement", chat(USER, ANSWER, answer="7"), "row-last-user", "'assistant'"),
    ("reinforcement", chat({"role": "system", "content": "S"}, USER), "row-system", "messages[0]"),
    ("completion", {"prompt": "x"}, "row-completion", "missing"),
    ("completion", {"prompt": 7, "completion": "x"}, "row-completion", "a number"),
    ("completion", {"prompt": "x", "completion": " "}, "row-completion", "empty"),
    ("completion", {"prompt": "x", "completion": "y", "meta": 1}, "row-key", "'meta'"),
]  # fmt: skip

ELSEWHERE = {"row-preference-long", 
    "row-json", "row-meaning", "row-encoding", "row-surrogate", "row-format", "row-too-long", "row-images",
    "row-secret", "row-personal",
}  # fmt: skip
"""Codes that need more than a parsed row; see test_checks.py."""


@pytest.mark.parametrize(("format", "row"), GOOD)
def test_good_rows(format: str, row: dict[str, Any]) -> None:
    assert list(CHECKS[format](row)) == []


@pytest.mark.parametrize(("format", "row", "code", "words"), BAD)
def test_bad_rows(format: str, row: dict[str, Any], code: str, words: str) -> None:
    found = list(CHECKS[format](row))
    assert {c.id for c, _ in found} == {code}
    assert words in " ".join(detail for _, detail in found)


def test_every_code_of_rows_is_tested() -> None:
    rows = {code.id for code in every_code() if code.id.startswith("row-")}
    assert rows == {code for _, _, code, _ in BAD} | ELSEWHERE


@pytest.mark.parametrize(("format", "row"), [*GOOD, *[(format, row) for format, row, _, _ in BAD]])
def test_plain_rows_have_no_problems_and_only_texts(format: str, row: dict[str, Any]) -> None:
    """The shortcut may say no to a good row, never yes to another."""
    if is_plain(row):
        assert format in ("chat", "reinforcement")
        assert list(CHECKS["chat"](row)) == []


@pytest.mark.parametrize(("format", "row"), GOOD)
def test_formats_are_inferred(format: str, row: dict[str, Any]) -> None:
    assert format_of(row) == format


def test_most_rows_decide() -> None:
    assert infer([chat(USER, ANSWER), 7, {"prompt": "x"}, chat(USER, ANSWER)]) == "chat"
    assert infer([]) == "chat"


DATA = Path(__file__).parents[4] / "shared" / "data"


@pytest.mark.skipif(not DATA.is_dir(), reason="the folder with real training files is not beside the project")
@pytest.mark.parametrize("file", sorted(DATA.glob("*.jsonl")), ids=lambda file: file.name)
def test_real_files(file: Path) -> None:
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    format = {"dpo": "preference", "rft": "reinforcement"}.get(file.name[:3], "chat")
    assert infer(rows) == format
    problems = {n: {c.id for c, _ in CHECKS[format](row)} for n, row in enumerate(rows, 1)}
    found = {n: ids for n, ids in problems.items() if ids}
    assert found == ({4: {"row-user"}} if file.name.startswith("toy") else {})
