"""What a pass over a whole file finds, however the file is cut into pieces."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reconciler.datasets import worker
from reconciler.datasets.fit import Use, check_grader, check_model, check_rows, check_use, needs_tokens, too_long
from reconciler.datasets.overlap import duplicates, line_of, row_hashes, shared
from reconciler.datasets.scan import Request, Scan, read
from reconciler.datasets.secrets import find_secrets
from reconciler.model.catalog.encodings import O200K
from reconciler.model.diagnostics import Diagnostic
from tests.support.rows import ROWS, chat_row

DATA = Path(__file__).parents[4] / "shared" / "data"


def passed(file: Path, content: bytes | str, **request: object) -> tuple[Scan, list[Diagnostic]]:
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    found, problems = read(file, file.name, Request(**request))  # type: ignore[arg-type]
    assert found is not None
    return found, problems


def lines(*rows: str) -> str:
    return "".join(f"{row}\n" for row in (*ROWS, *rows))


def found_in(problems: list[Diagnostic]) -> list[tuple[str, int]]:
    return [(p.code.id, p.range.line if p.range else 0) for p in problems]


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        (b'{"messages": ', "row-json", "character"),
        (b'{"messages": "\xff"}', "row-encoding", "0xff"),
        (b'{"messages": "\\ud800"}', "row-surrogate", "character"),
        (b'{"a": 1, "a": 2}', "row-meaning", '"a" stands twice'),
        (b'{"a": 123456789012345678901234}', "row-meaning", "64 bits"),
        (b"[1]", "row-json", "a list"),
        (b'{"prompt": "x", "completion": "y"}', "row-format", "looks like completion"),
        (b"\xef\xbb\xbf" + ROWS[0].encode(), "row-json", "joining two"),
        (b"[" * 100_000, "row-json", "character"),
        (b'{"a": ' + b"[" * 500 + b"]" * 500 + b"}", "row-json", "nested"),
    ],
)
def test_lines_that_are_no_rows(line: bytes, code: str, words: str, tmp_path: Path) -> None:
    found, problems = passed(tmp_path / "a.jsonl", lines().encode() + line + b"\n" + ROWS[1].encode())
    assert found_in(problems) == [(code, 13)]
    assert words in problems[0].detail
    assert found.rows == 14


def test_a_key_that_stands_twice_is_found_in_every_style(tmp_path: Path) -> None:
    twice = [
        '{"messages": [{"role": "user", "content": "a", "content": "Q"}, {"role": "assistant", "content": "A"}]}',
        '{"messages":[{"role":"user","content":"a","content":"Q"},{"role":"assistant","content":"A"}]}',
        '{"messages":[{"role":"user","content":"a\\u0022","content":"\\"Q\\""},{"role":"assistant","content":"A"}]}',
        '{"messages": [], "messages" : [{"role": "user", "content": "Q"}, {"role": "assistant", "content": "A"}]}',
    ]
    _, problems = passed(tmp_path / "a.jsonl", lines(*twice[:3]))
    assert found_in(problems) == [("row-meaning", n) for n in (13, 14, 15)]
    _, problems = passed(tmp_path / "b.jsonl", lines(twice[3]))
    assert found_in(problems) == [("row-meaning", 13)]


@pytest.mark.parametrize("key", ["content", "role", "messages"])
@pytest.mark.parametrize("length", range(24))
def test_a_key_that_stands_twice_is_found_whatever_its_length(key: str, length: int, tmp_path: Path) -> None:
    """Nor where it is just as long as the spaces that another writer puts between keys."""
    first = f'"{key}":"{"x" * length}",'
    turns = ['{"role":"user","content":"Q"}', '{"role":"assistant","content":"A"}'] * 2
    if key == "messages":
        row = "{" + first + '"messages":[' + ",".join(turns) + "]}"
    else:
        row = '{"messages":[' + ",".join([turns[0].replace("{", "{" + first, 1), *turns[1:]]) + "]}"
    _, problems = passed(tmp_path / "a.jsonl", lines(row))
    assert found_in(problems) == [("row-meaning", 13)]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32"])
def test_other_encodings(encoding: str, tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_bytes(lines().encode(encoding))
    found, problems = read(file, "a.jsonl", Request())
    assert found is None
    assert found_in(problems) == [("dataset-foreign", 1)]


def test_notices_of_a_file_that_is_fine(tmp_path: Path) -> None:
    content = b"\xef\xbb\xbf" + "\r\n\r\n".join(ROWS).encode()
    found, problems = passed(tmp_path / "a.jsonl", content)
    plain, _ = passed(tmp_path / "b.jsonl", lines())
    assert sorted(found_in(problems)) == [("dataset-blank-lines", 2), ("dataset-bom", 1)]
    assert (found.digest, found.rows) == (plain.digest, plain.rows)


def test_rows_that_stand_twice(tmp_path: Path) -> None:
    respaced = json.dumps(json.loads(ROWS[3]), indent=None, separators=(" ,", " : "))
    _, problems = passed(tmp_path / "a.jsonl", lines("", respaced, ROWS[3]))
    assert [p.detail for p in problems if p.code.id == "dataset-duplicates"] == [
        "The row stands in line 4 already; 2 rows of the file repeat an earlier one."
    ]
    assert ("dataset-duplicates", 14) in found_in(problems)


@pytest.mark.parametrize("piece", [1, 500, 3_000])
@pytest.mark.parametrize("cores", [1, 3])
def test_pieces_and_cores_change_nothing(
    piece: int, cores: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [chat_row(f"Question {n} " * (n % 7 + 1)) for n in range(60)]
    rows[7], rows[40], rows[41] = "", "{", '{"prompt": 1}'
    rows[50] = rows[3]
    content = "\ufeff" + "\r\n".join(rows)
    whole = passed(tmp_path / "a.jsonl", content, encoding=O200K)
    monkeypatch.setattr(worker, "PIECE", piece)
    monkeypatch.setattr(worker, "WORTH", 0)
    monkeypatch.setattr(worker, "cores", lambda: cores)
    assert passed(tmp_path / "a.jsonl", content, encoding=O200K) == whole
    assert found_in(whole[1]) == [("row-json", 41), ("row-format", 42)]


NO_BLOCK = "import sys; sys.stdout.buffer.write(b'cno_such_module\\nthing\\n.'); sys.stdout.flush(); sys.stdin.read()"


@pytest.mark.parametrize("start", ["raise SystemExit(1)", NO_BLOCK, "import sys; sys.path.clear(); import orjson"])
def test_a_helper_that_fails_costs_nothing_but_time(
    start: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = passed(tmp_path / "a.jsonl", lines())
    monkeypatch.setattr(worker, "PIECE", 100)
    monkeypatch.setattr(worker, "WORTH", 0)
    monkeypatch.setattr(worker, "cores", lambda: 2)
    monkeypatch.setattr(worker, "_START", start)
    assert passed(tmp_path / "a.jsonl", lines()) == whole


def test_duplicates_are_counted_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reconciler.datasets.overlap._PART", 2)
    hashes = row_hashes(b"".join(bytes([n]) * 32 for n in (1, 2, 3, 1, 4, 2, 1, 0, 0)))
    assert duplicates(hashes) == (3, [(3, 0), (5, 1), (6, 0)])
    assert shared(hashes[:3], hashes[3:]) == (3, [(0, 0), (2, 1), (3, 0)])
    assert [line_of(row, [1, 2, 5]) for row in range(4)] == [3, 4, 6, 7]


def use(**change: object) -> Use:
    known = {"provider": "azure", "method": "supervised", "base_model": "gpt-4.1-2025-04-14", "role": "training"}
    return Use(**(known | change))  # type: ignore[arg-type]


def test_formats_fit_methods_and_models(tmp_path: Path) -> None:
    facts = passed(tmp_path / "a.jsonl", lines())[0].facts("a", tmp_path)
    assert [*check_use(facts, use())] == []
    for wrong in (use(method="dpo"), use(method="reinforcement"), use(base_model="babbage-002")):
        assert [code.id for code, _ in check_use(facts, wrong)] == ["dataset-format"]
    assert [*check_model(use(method="dpo"))] == []
    assert [code.id for code, _ in check_model(use(base_model="o4-mini-2025-04-16"))] == ["dataset-model"]
    assert [*check_model(use(base_model="something-new"))] == []


def test_graders_read_keys_that_rows_have(tmp_path: Path) -> None:
    row = '{"messages": [{"role": "user", "content": "%d"}], "target": "7", "meta": {"level": 1}}'
    other = '{"messages": [{"role": "user", "content": "x"}], "target": "7"}'
    found, _ = passed(tmp_path / "a.jsonl", "\n".join([*(row % n for n in range(11)), other]))
    assert [*check_grader(found, ["target"])] == []
    ((code, detail),) = check_rows(found, use(method="reinforcement", grader_paths=("target", "meta.level")))
    assert code.id == "dataset-grader-key"
    assert "{{item.meta.level}}: 1 of 12 rows do not have it. Keys of the rows: target, meta, meta.level." in detail


def test_images_in_a_row_are_limited_by_the_provider(tmp_path: Path) -> None:
    part = {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}}
    row = {"messages": [{"role": "user", "content": [part] * 11}, {"role": "assistant", "content": "A"}]}
    found, _ = passed(tmp_path / "a.jsonl", lines(json.dumps(row)))
    assert [(c.id, d) for c, d in check_rows(found, use(provider="openai"))] == [
        ("row-images", "Line 13 has 11 images; openai takes 10.")
    ]
    assert [*check_rows(found, use())] == []
    facts = found.facts("a", tmp_path)
    assert [c.id for c, _ in check_use(facts, use(base_model="gpt-4.1-mini-2025-04-14"))] == ["dataset-model"]


def test_rows_that_are_too_long(tmp_path: Path) -> None:
    long = chat_row("word " * 70_000)
    quick, _ = passed(tmp_path / "a.jsonl", lines(long))
    assert needs_tokens(quick, use())
    assert not needs_tokens(passed(tmp_path / "b.jsonl", lines())[0], use())
    found, _ = passed(tmp_path / "a.jsonl", lines(long), encoding=O200K)
    (problem,) = too_long(found, "a.jsonl", "gpt-4.1-2025-04-14", 65_536)
    assert found_in([problem]) == [("row-too-long", 13)]
    assert "gpt-4.1-2025-04-14 reads 65,536" in problem.detail


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("key AKIAIOSFODNN7EXAMPLE!", "row-secret"),
        ("ghp_" + "a1" * 18, "row-secret"),
        ("-----BEGIN RSA PRIVATE KEY-----", "row-secret"),
        ("https://x.blob.core.windows.net/a?sv=1&sig=" + "Ab1%2F" * 8, "row-secret"),
        ("write to ana.lopez@contoso.com", "row-personal"),
        ("card 4111 1111 1111 1111", "row-personal"),
        ("order 4111 1111 1111 1112", None),
        ("ana@example.com, bob@shop.example", None),
        ("sk-short", None),
    ],
)
def test_secrets(text: str, code: str | None) -> None:
    found = list(find_secrets({"messages": [{"content": text}]}))
    assert [c.id for c, _ in found] == ([code] if code else [])
    assert all(text not in detail and detail.startswith("messages[0].content") for _, detail in found)


def test_secrets_are_looked_for_when_asked(tmp_path: Path) -> None:
    row = chat_row("AKIAIOSFODNN7EXAMPLE")
    assert passed(tmp_path / "a.jsonl", lines(row))[1] == []
    assert found_in(passed(tmp_path / "a.jsonl", lines(row), secrets=True)[1]) == [("row-secret", 13)]


@pytest.mark.skipif(not DATA.is_dir(), reason="the folder with real training files is not beside the project")
def test_the_toy_file() -> None:
    file = DATA / "toy_chat_fine_tuning.jsonl"
    found, problems = read(file, "toy", Request(encoding=O200K))
    assert found
    assert found_in(problems) == [("row-user", 4), ("dataset-too-few-rows", 1)]
    assert [p.range.line for p in too_long(found, "toy", "gpt-3.5-turbo-0613", 4_096) if p.range] == [5]
