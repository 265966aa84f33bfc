"""One pass over a training file: facts, problems row by row, and the form that is uploaded."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reconciler.datasets.scan import scan, upload_form
from reconciler.model.diagnostics import Diagnostic
from reconciler.model.errors import DiagnosticsError
from tests.support.rows import ROWS, chat_row


def problems(folder: Path, *lines: str) -> list[Diagnostic]:
    file = folder / "data.jsonl"
    file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return scan("data", file, "data.jsonl")[1]


def messages(*messages: object) -> str:
    return json.dumps({"messages": list(messages)})


USER, ANSWER = {"role": "user", "content": "Q"}, {"role": "assistant", "content": "A"}
TOOL = {"type": "function", "function": {"name": "look_up"}}
CALL = {
    "role": "assistant",
    "tool_calls": [{"id": "1", "type": "function", "function": {"name": "look_up", "arguments": "{}"}}],
}


def test_facts(tmp_path: Path) -> None:
    file = tmp_path / "data.jsonl"
    file.write_text("\n".join(ROWS))
    facts, found = scan("data", file, "data.jsonl")
    assert facts is not None
    assert (facts.rows, facts.bytes, len(facts.digest), found) == (12, file.stat().st_size, 64, [])


BAD_ROWS = [
    ("[1]", "row-json", "a list"),
    ("7", "row-json", "a number"),
    ("{", "row-json", "no JSON"),
    ('{"a":1,"a":2}', "row-meaning", "a key twice"),
    ("{}", "row-messages", "no messages"),
    (messages(), "row-messages", "an empty list of them"),
    (json.dumps({"messages": "hello"}), "row-messages", "a text in their place"),
    (messages("hello", ANSWER), "row-messages", "a message that is a text"),
    (messages(USER), "row-assistant", "nobody answers"),
    (messages({"role": "bot", "content": "Q"}, ANSWER), "row-role", "a role that is none"),
    (messages({"content": "Q"}, ANSWER), "row-role", "no role"),
    (messages({"role": ["user"], "content": "Q"}, ANSWER), "row-role", "a list of roles"),
    (messages({"role": "user"}, ANSWER), "row-content", "no content"),
    (messages({"role": "user", "content": "  "}, ANSWER), "row-content", "white space only"),
    (messages({"role": "user", "content": []}, ANSWER), "row-content", "no parts"),
    (messages(USER, {**ANSWER, "weight": 0.5}), "row-weight", "half a weight"),
    (messages(USER, {**ANSWER, "weight": True}), "row-weight", "a truth value for a weight"),
    (messages(USER, {**ANSWER, "weight": [1]}), "row-weight", "a list for a weight"),
]


@pytest.mark.parametrize(("row", "code", "why"), BAD_ROWS)
def test_bad_rows(tmp_path: Path, row: str, code: str, why: str) -> None:
    (found,) = problems(tmp_path, *ROWS, row)
    assert found.range is not None
    assert (found.code.id, found.range.line) == (code, 13), why


GOOD_ROWS = [
    (messages({"role": "system", "content": "S"}, USER, ANSWER), "a system message first"),
    (messages({"role": "developer", "content": "S"}, USER, ANSWER), "or a developer's"),
    (messages(USER, {**ANSWER, "weight": 0}, USER, {**ANSWER, "weight": 1}), "weights"),
    (json.dumps({"messages": [USER, CALL], "tools": [TOOL]}), "a tool call has no content"),
    (messages({"role": "user", "content": [{"type": "text", "text": "Q"}]}, ANSWER), "content in parts"),
    (json.dumps({"messages": [USER, ANSWER], "tools": [], "parallel_tool_calls": False}), "keys beside the messages"),
]


@pytest.mark.parametrize(("row", "why"), GOOD_ROWS)
def test_good_rows(tmp_path: Path, row: str, why: str) -> None:
    assert problems(tmp_path, *ROWS, row) == [], why


def test_a_problem_of_many_rows_is_shown_three_times_and_counted(tmp_path: Path) -> None:
    found = problems(tmp_path, *ROWS, *["{}"] * 1000)
    assert [p.range.line if p.range else 0 for p in found] == [13, 14, 15, 1]
    assert "997 more rows" in found[-1].detail


def test_each_kind_of_problem_is_counted_on_its_own(tmp_path: Path) -> None:
    found = problems(tmp_path, *ROWS, *["{}"] * 5, *["["] * 5)
    assert sorted(p.code.id for p in found) == ["row-json"] * 4 + ["row-messages"] * 4


@pytest.mark.parametrize(
    ("lines", "code"), [((), "dataset-empty"), (("", " "), "dataset-empty"), (ROWS[:9], "dataset-too-few-rows")]
)
def test_too_few_rows(tmp_path: Path, lines: tuple[str, ...], code: str) -> None:
    assert [p.code.id for p in problems(tmp_path, *lines)] == [code]


def test_ten_rows_are_enough(tmp_path: Path) -> None:
    assert problems(tmp_path, *ROWS[:10]) == []


@pytest.mark.parametrize("what", ["absent", "folder"])
def test_a_file_that_cannot_be_read(tmp_path: Path, what: str) -> None:
    file = tmp_path / "data.jsonl"
    if what == "folder":
        file.mkdir()
    facts, (problem,) = scan("data", file, "data.jsonl")
    assert (facts, problem.code.id) == (None, "file-unreadable")


def test_a_row_from_outside_is_cut_before_it_is_shown(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, *ROWS, "{" + "x" * 1_000_000)
    assert found.range is not None
    assert len(found.range.text) <= 200


def test_what_is_uploaded_is_a_normal_form(tmp_path: Path) -> None:
    """LF, no blank lines, keys in their order, and the mark that the target's rule asks for, once."""
    file = tmp_path / "data.jsonl"
    file.write_bytes(b'\xef\xbb\xbf{ "b": 1, "a": 2 }\r\n\r\n  {"c": 3}')
    assert b"".join(upload_form(file, byte_order_mark=False)) == b'{"b":1,"a":2}\n{"c":3}\n'
    assert b"".join(upload_form(file, byte_order_mark=True)) == b'\xef\xbb\xbf{"b":1,"a":2}\n{"c":3}\n'


def test_what_is_uploaded_has_the_digest_of_the_file(tmp_path: Path) -> None:
    file, sent = tmp_path / "data.jsonl", tmp_path / "sent.jsonl"
    file.write_text("\r\n\r\n".join([*ROWS, chat_row("  spaces  ")]))
    sent.write_bytes(b"".join(upload_form(file, byte_order_mark=True)))
    (one, _), (two, _) = scan("data", file, "x"), scan("data", sent, "x")
    assert one is not None
    assert two is not None
    assert one.digest == two.digest


@pytest.mark.parametrize(
    ("line", "code"), [('{"a":1,"a":2}', "row-meaning"), ("{", "row-json"), ('{"a":"\\ud800"}', "row-surrogate")]
)
def test_a_row_that_was_damaged_since_the_plan_is_told_with_its_line(tmp_path: Path, line: str, code: str) -> None:
    file = tmp_path / "data.jsonl"
    file.write_text(f"{ROWS[0]}\n\n{line}\n")
    with pytest.raises(DiagnosticsError) as told:
        list(upload_form(file, byte_order_mark=False))
    ((found),) = told.value.diagnostics
    assert found.code.id == code
    assert f"{file}, line 3: " in found.detail
