"""Files that people really have: each is told for what it is in one message, and what can be converted is."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import pickle
import shlex
import zipfile
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest

from reconciler.cli.app import run
from reconciler.datasets.foreign.kinds import KINDS, kind_of_row
from reconciler.datasets.scan import Request, read
from tests.support.rows import chat_row

ROWS = [json.loads(chat_row(f"Question {n}")) for n in range(12)]
CHATS = "".join(json.dumps(row) + "\n" for row in ROWS).encode()
PAIRS = [{"question": f"Q{n}", "answer": f"A{n}"} for n in range(12)]


def lines(row: dict[str, Any]) -> bytes:
    """Twelve rows like this one; `#` in a text is the row's number."""
    return b"".join(json.dumps(row).replace("#", str(n)).encode() + b"\n" for n in range(12))


def said(*turns: tuple[str, str], who: str = "from", what: str = "value") -> list[dict[str, str]]:
    return [{who: role, what: text} for role, text in turns]


def zipped(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "."), content)
    return out.getvalue()


def table(form: str) -> bytes:
    out, made = io.BytesIO(), pyarrow.Table.from_pylist(PAIRS)
    if form == "parquet":
        pyarrow.parquet.write_table(made, out)
        return out.getvalue()
    with (
        pyarrow.ipc.new_file(out, made.schema)
        if form == "arrow"
        else pyarrow.ipc.new_stream(out, made.schema) as writer
    ):
        writer.write_table(made)
    return out.getvalue()


SHAREGPT = said(("system", "S"), ("human", "Q#"), ("gpt", "A"))
BEDROCK = {
    "schemaVersion": "bedrock-conversation-2024",
    "system": [{"text": "S"}],
    "messages": [{"role": "user", "content": [{"text": "Q#"}]}, {"role": "assistant", "content": [{"text": "A"}]}],
}
CHATBOT = said(("System", "S"), ("User", "Q#"), ("Chatbot", "A"), who="role", what="content")
PALM = said(("user", "Q#"), ("bot", "A"), who="author", what="content")
TRL_CHAT = {
    "prompt": said(("user", "Q#"), who="role", what="content"),
    "completion": said(("assistant", "A"), who="role", what="content"),
}
SAID = said(("user", "Q#"), ("assistant", "A"), who="role", what="content")
REJECTED = said(("user", "Q#"), ("assistant", "B"), who="role", what="content")

CONVERTED = [
    ("ShareGPT", lines({"id": "x", "conversations": SHAREGPT})),
    ("ShareGPT", lines({"conversation": SAID})),
    ("Gemini", lines({"contents": [{"parts": [{"text": "Q#"}]}, {"role": "model", "parts": [{"text": "A"}]}]})),
    ("Amazon Bedrock", lines(BEDROCK)),
    ("PaLM", lines({"context": "S", "messages": PALM})),
    ("Cohere", lines({"messages": CHATBOT})),
    ("Alpaca", lines({"instruction": "Translate #", "input": "", "output": "x"})),
    ("Alpaca", lines({"instruction": "Sum up #", "context": "Long.", "response": "Short.", "category": "summary"})),
    ("TRL preferences", lines({"prompt": "Q#", "chosen": "A", "rejected": "B"})),
    ("TRL preferences", lines({"chosen": SAID, "rejected": REJECTED})),
    ("TRL's conversational", lines(TRL_CHAT)),
    ("questions and answers", lines({"question": "Q#", "answer": "A"})),
    ("questions and answers", lines({"prompt": "Q#", "response": "A"})),
    ("questions and answers", lines({"input_text": "Q#", "output_text": "A"})),
    ("questions and answers", lines({"system": "S", "input": "Q#", "output": "A", "source": "crm"})),
    ("a JSON array", json.dumps(ROWS).encode()),
    ("a JSON array", json.dumps(ROWS, indent=2).encode()),
    ("one JSON object that holds the rows in `data`", json.dumps({"version": 1, "data": ROWS}).encode()),
    ("JSON over several lines", "\n".join(json.dumps(row, indent=1) for row in ROWS).encode()),
    ("a comma after each row", CHATS.strip().replace(b"\n", b",\n")),
    ("a CSV table with the columns prompt, answer", b"prompt,answer\n" + b"".join(b"Q%d,A\n" % n for n in range(12))),
    ("a CSV table", b"question;answer\r\n" + b"".join(b'"Q; %d";A\r\n' % n for n in range(12))),
    ("a tab-separated table", b"question\tanswer\n" + b"".join(b"Q%d\tA\n" % n for n in range(12))),
    ("a Parquet table", table("parquet")),
    ("an Arrow table", table("arrow")),
    ("a stream of Arrow tables", table("stream")),
    ("a gzip archive", gzip.compress(CHATS)),
    ("a gzip archive", gzip.compress(json.dumps(PAIRS).encode())),
    ("a bzip2 archive", bz2.compress(CHATS)),
    ("an xz archive", lzma.compress(CHATS)),
    ("a zip archive", zipped(train__jsonl=CHATS)),
    ("a zstd archive", pyarrow.compress(CHATS, "zstd", asbytes=True)),
    ("a text in UTF-16", CHATS.decode().encode("utf-16")),
    ("a text in UTF-16", CHATS.decode().encode("utf-16-be")),
    ("a text in UTF-32", CHATS.decode().encode("utf-32")),
]  # fmt: skip
TOLD = [
    ("requests of the Batch API", lines({"custom_id": "#", "method": "POST", "url": "/v1", "body": {}})),
    ("results of the Batch API", lines({"custom_id": "#", "response": {"body": {}}, "error": None})),
    ("evaluation items", lines({"item": {"target": "#", "nums": [1]}})),
    ("TRL's unpaired preferences", lines({"prompt": "Q#", "completion": "A", "label": True})),
    ("single messages", lines({"role": "user", "content": "#"})),
    ("plain texts", lines({"text": "Once # upon a time"})),
    ("The rows have the keys `premise`, `verdict`.", lines({"premise": "#", "verdict": "x"})),
    ("made of Python objects", b"{'messages': []}\n" * 12),
    ("a web page", b"<!DOCTYPE html>\n<html><body>Sign in</body></html>\n"),
    ("a merge conflict", b"<<<<<<< HEAD\n" + CHATS),
    ("an Excel workbook", zipped(**{"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b"<x/>"})),
    ("a 7z archive", b"7z\xbc\xaf\x27\x1c" + bytes(60)),
    ("a Python pickle", pickle.dumps(ROWS, 4)),
    ("an SQLite database", b"SQLite format 3\0" + bytes(90)),
]


def names(cases: list[tuple[str, bytes]]) -> list[str]:
    return [f"{n} {what}" for n, (what, _) in enumerate(cases)]


@pytest.mark.parametrize(("what", "content"), CONVERTED + TOLD, ids=names(CONVERTED + TOLD))
def test_one_message_says_what_it_is(what: str, content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_bytes(content)
    found, problems = read(file, "data/a.jsonl", Request())
    assert found is None
    (problem,) = problems
    assert problem.code.id == "dataset-foreign"
    assert what in problem.detail
    assert ("reconciler dataset convert data/a.jsonl" in problem.detail) == ((what, content) in CONVERTED)


@pytest.mark.parametrize(("what", "content"), CONVERTED, ids=names(CONVERTED))
def test_the_command_of_the_message_makes_a_good_file(
    what: str, content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.jsonl").write_bytes(content)
    _, (problem,) = read(Path("a.jsonl"), "a.jsonl", Request())
    assert problem.detail
    command = shlex.split(problem.detail.partition("Run: reconciler ")[2])
    assert run(command) == 0, capsys.readouterr().err
    made, problems = read(Path(command[-1]), command[-1], Request())
    assert not problems
    assert made
    assert made.rows == 12
    assert made.format == ("preference" if "preferences" in what else "chat")


def test_every_kind_of_rows_is_tested() -> None:
    contents = [content for _, content in CONVERTED + TOLD if content.startswith(b'{"') and content.endswith(b"}\n")]
    firsts = [json.loads(content.partition(b"\n")[0]) for content in contents]
    assert {kind.id for row in firsts if (kind := kind_of_row(row))} == {kind.id for kind in KINDS}


@pytest.mark.parametrize(
    "content",
    [
        CHATS,
        b"\xef\xbb\xbf" + CHATS,
        b"\n\n" + CHATS.replace(b"\n", b"\r\n\r\n"),
        lines({"prompt": "Q#", "completion": "A"}),
        lines({"input": {"messages": []}, "preferred_output": [], "non_preferred_output": []}),
        lines({"messages": [{"role": "user", "content": "#"}], "chosen": "x", "answer": 7}),
        lines({"messages": [], "text": "x"}),
        b"",
    ],
)
def test_what_the_services_train_on_is_never_taken_for_something_else(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_bytes(content)
    _, problems = read(file, "a.jsonl", Request())
    assert "dataset-foreign" not in [problem.code.id for problem in problems]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (gzip.compress(CHATS)[:-40], "ended before"),
        (b"\x1f\x8b" + bytes(30), "Unknown compression method"),
        (b"PK\x03\x04" + bytes(40), "not a zip file"),
        (zipped(a__jsonl=CHATS, b__jsonl=CHATS), "archive of 2 files"),
        (b"PAR1" + bytes(40) + b"PAR1", "a Parquet table that cannot be read"),
        (b"question,answer\nQ,A,more\n", "more or fewer cells"),
        (CHATS.decode().encode("utf-16")[:-1], "truncated data"),
        (b"\x28\xb5\x2f\xfd" + bytes(20), "a zstd archive that cannot be read"),
        (json.dumps({"data": ROWS, "rows": ROWS}).encode(), "the row is none of"),
        (lines({"conversations": [*SHAREGPT, {"from": "tool", "value": "x"}]}), "there is no place for the role"),
    ],
)  # fmt: skip
def test_what_cannot_be_converted_says_why_and_writes_nothing(
    content: bytes, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, out = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    file.write_bytes(content)
    assert run(["dataset", "convert", str(file), "--to", "chat", "--out", str(out)]) == 1
    assert says.lower() in " ".join(capsys.readouterr().err.split()).lower()
    assert [path.name for path in tmp_path.iterdir()] == ["a.jsonl"]
