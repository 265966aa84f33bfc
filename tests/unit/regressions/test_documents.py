"""Defects of the YAML reader that were mended, so that they stay mended."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.model.errors import DiagnosticsError
from reconciler.specs import documents
from reconciler.specs.parse import load
from tests.support.estate import ESTATE, edited, load_text, write_files


def parsed(text: str) -> tuple[documents.Document | None, list[str], list[int]]:
    document, problems = documents.parse(text, "a.yaml", Path("a.yaml"))
    return document, [p.code.id for p in problems], [p.range.line for p in problems if p.range]


def test_an_anchor_on_a_key_can_be_named() -> None:
    document, problems, _ = parsed("&k a: 1\nb: *k\n")
    assert problems == []
    assert document
    assert document.data == {"a": 1, "b": "a"}


def test_depth_counts_through_aliases(tmp_path: Path) -> None:
    lines, last = ["version: 1", "defs:"], "1"
    for i in range(200):
        lines.append(f"  a{i}: &a{i} " + "[" * 28 + last + "]" * 28)
        last = f"*a{i}"
    root = write_files(tmp_path, {"a.yaml": "\n".join([*lines, f"estate: {last}"]) + "\n"})
    with pytest.raises(DiagnosticsError) as refused:
        load(root)
    assert "yaml-too-deep" in [d.code.id for d in refused.value.diagnostics]


@pytest.mark.parametrize("character", ["\u2028", "\u2029", "\x85"])
def test_lines_are_counted_as_editors_count_them(character: str) -> None:
    _, problems, lines = parsed(f'a: "x{character}y"\nb: 1\nb: 2\n')
    assert (problems, lines) == (["duplicate-key"], [3])


def test_a_control_character_is_told_where_it_stands() -> None:
    assert parsed("a: 1\nb: \x01\n")[1:] == (["yaml-syntax"], [2])


@pytest.mark.parametrize("number", ["1" * 150, "1e400", "-1e999"])
def test_a_number_that_no_float_holds_stays_text(number: str) -> None:
    document, _, _ = parsed(f"a: {number}")
    assert document
    assert document.data["a"] == number


@pytest.mark.parametrize(
    ("tags", "why"),
    [
        ("{reconciler-estate: x}", "ours"),
        ("{Team: a, team: b}", "one key to Azure"),
        ('{"a\\u202eb": x}', "turns the text around"),
        ('{"a\\x85b": x}', "a control character"),
    ],
)
def test_tags_that_cannot_be(tags: str, why: str) -> None:
    with pytest.raises(DiagnosticsError):
        load_text(edited(ESTATE, ("{team: support}", tags)))


def test_a_file_name_that_is_not_utf8_is_an_error(tmp_path: Path) -> None:
    root = write_files(tmp_path, {})
    (root / "b\udcff.yaml").write_text(ESTATE)
    with pytest.raises(DiagnosticsError) as refused:
        load(root)
    assert "file-encoding" in [d.code.id for d in refused.value.diagnostics]
