"""Conversions say the same or are refused; a split never moves a row."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reconciler.cli.app import run
from reconciler.datasets.convert import ConvertError, convert, source_format
from reconciler.datasets.split import split
from tests.support.rows import chat_row

CHAT = json.loads(chat_row("Q"))
WITH_SYSTEM = {"messages": [{"role": "system", "content": "S"}, *CHAT["messages"], *CHAT["messages"]]}


@pytest.mark.parametrize(("row", "via"), [(CHAT, "completion"), (CHAT, "gemini"), (WITH_SYSTEM, "gemini")])
def test_there_and_back(row: dict[str, Any], via: str) -> None:
    there = convert(row, "chat", via)
    assert source_format(there) == via
    assert convert(there, via, "chat") == row


def test_the_contents_of_gemini() -> None:
    assert convert(WITH_SYSTEM, "chat", "gemini")["systemInstruction"] == {"role": "system", "parts": [{"text": "S"}]}
    assert [c["role"] for c in convert(CHAT, "chat", "gemini")["contents"]] == ["user", "model"]


@pytest.mark.parametrize(
    ("row", "target"),
    [
        (WITH_SYSTEM, "completion"),
        ({**CHAT, "tools": []}, "gemini"),
        ({"messages": [{"role": "user", "content": "Q", "name": "ana"}]}, "gemini"),
        ({"messages": [*CHAT["messages"], {"role": "system", "content": "S"}]}, "gemini"),
        ({"messages": [{"role": "tool", "content": "7"}]}, "gemini"),
        ({"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}, "gemini"),
        ({"contents": [{"role": "user", "parts": [{"fileData": {}}]}]}, "chat"),
        ({"contents": [{"role": "bot", "parts": [{"text": "x"}]}]}, "chat"),
        ({"prompt": "x", "completion": 7}, "chat"),
        ({"x": 1}, "chat"),
        ([], "chat"),
    ],
)
def test_what_has_no_place_is_refused(row: Any, target: str) -> None:
    with pytest.raises(ConvertError):
        convert(row, source_format(row), target)


def test_nothing_is_written_when_a_row_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, out = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    file.write_text(chat_row("a") + "\n" + json.dumps({**CHAT, "tools": []}) + "\n")
    assert run(["dataset", "convert", str(file), "--to", "gemini", "--out", str(out)]) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["a.jsonl"]
    assert "a.jsonl:2:1" in capsys.readouterr().err


def test_a_row_stays_on_its_side(tmp_path: Path) -> None:
    rows = [chat_row(f"Question {n}") for n in range(400)]
    file = tmp_path / "a.jsonl"
    file.write_text("\n".join(rows))
    first = {line: out for out, line in split(file, 0.1)}
    assert 20 < sum(first.values()) < 65
    file.write_text("\ufeff" + "\r\n\r\n".join(reversed(rows + rows + [chat_row("later")])))
    again = {line: out for out, line in split(file, 0.1)}
    assert {line: again[line] for line in first} == first
    assert {line for line, out in again.items() if out} <= {line for out, line in split(file, 0.2) if out}
    assert {line: out for out, line in split(file, 0.1, "salt")} != again


def test_split_writes_two_files_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text("\n".join(chat_row(f"Question {n}") for n in range(50)))
    command = ["dataset", "split", str(file), "--hold-out", "20%"]
    assert run(command) == 0
    train, valid = tmp_path / "a.train.jsonl", tmp_path / "a.valid.jsonl"
    together = train.read_text().splitlines() + valid.read_text().splitlines()
    assert sorted(together) == sorted(file.read_text().splitlines())
    assert run(command) == 64, "an old file is never written over unasked"
    assert run([*command, "--force"]) == 0
    assert run([*command[:3], "--hold-out", "0"]) == 64
