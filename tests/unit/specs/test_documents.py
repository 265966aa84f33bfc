"""The YAML reader: what each scalar means, where each value stands, and everything that it refuses."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from reconciler.model.diagnostics import Diagnostic
from reconciler.specs import documents
from reconciler.specs.documents import Document

HERE = Path("specs/a.yaml")


def parse(text: str) -> Document:
    document, problems = documents.parse(text, "specs/a.yaml", HERE)
    assert document is not None
    assert not problems
    return document


def refused(text: str) -> list[Diagnostic]:
    return documents.parse(text, "specs/a.yaml", HERE)[1]


SCALARS: list[tuple[str, Any, str]] = [
    ("", None, "an empty value is null"),
    ("~", None, "a tilde is null"),
    ("null", None, "null is null"),
    ("Null", "Null", "and only in lower case"),
    ("true", True, "a truth value"),
    ("false", False, "the other one"),
    ("True", "True", "other spellings are strings"),
    ("yes", "yes", "YAML 1.1 would read a truth value"),
    ("on", "on", "here too"),
    ("no", "no", "the country of Norway"),
    ("0", 0, "the smallest integer without a leading zero"),
    ("42", 42, "a decimal integer"),
    ("-7", -7, "a sign is part of it"),
    ("+7", 7, "either sign"),
    ("012", "012", "YAML 1.1 would read an octal number"),
    ("0x1f", "0x1f", "hexadecimal numbers are strings"),
    ("0b1", "0b1", "binary numbers are strings"),
    ("1_000", "1_000", "underscores make a string"),
    ("12:30", "12:30", "YAML 1.1 would read a number to the base of 60"),
    ("1.5", 1.5, "a decimal float"),
    ("1e-5", 1e-5, "YAML 1.1 would read a string"),
    ("1E5", 1e5, "the exponent in either case"),
    (".5", 0.5, "the zero may be left out"),
    ("01.5", "01.5", "but not written twice"),
    (".inf", ".inf", "no number that JSON cannot hold"),
    (".nan", ".nan", "nor this"),
    ("-.inf", "-.inf", "whatever its sign"),
    ("2026-01", "2026-01", "a month is a name"),
    ("2026-01-31", "2026-01-31", "a date is a name"),
    ("1.2.3", "1.2.3", "a version is a name"),
    ("'42'", "42", "quotes make a string"),
    ('"true"', "true", "either quotes"),
    ("!!str 42", "42", "so does the one tag that is read"),
    ("!!str", "", "even of nothing"),
    ("=", "=", "YAML 1.1 has a type for this"),
]


@pytest.mark.parametrize(("text", "value", "why"), SCALARS)
def test_scalars(text: str, value: Any, why: str) -> None:
    found = parse(f"key: {text}\n").data["key"]
    assert found == value, why
    assert type(found) is type(value), why


def test_keys_are_always_strings() -> None:
    assert parse("1: a\ntrue: b\nnull: c\n").data == {"1": "a", "true": "b", "null": "c"}


def test_every_value_has_its_position() -> None:
    text = 'top: 1\nmap:\n  key: "väl"\n  list:\n    - one\n    - {two: 2, three: [3]}\n'
    document = parse(text)

    def at(*path: str | int) -> tuple[int, int, int, int]:
        r = document.range(*path)
        return (r.line, r.column, r.end_line, r.end_column)

    assert at("top") == (1, 6, 1, 7)
    assert at("map", "key") == (3, 8, 3, 13), "columns are characters, and the quotes belong to the value"
    assert at("map", "list", 0) == (5, 7, 5, 10)
    assert at("map", "list", 1, "two") == (6, 13, 6, 14)
    assert at("map", "list", 1, "three", 0) == (6, 24, 6, 25)
    key = document.key_range("map", "list", 1, "three")
    assert (key.line, key.column, key.text) == (6, 16, "    - {two: 2, three: [3]}")


def test_a_path_that_does_not_exist_has_the_place_of_its_nearest_ancestor() -> None:
    document = parse("map:\n  key: 1\n")
    assert document.range("map", "other", "deeper").line == 2
    assert not document.has("map", "other")
    assert document.has("map", "key")


def test_an_alias_has_the_value_and_the_place_of_its_anchor() -> None:
    document = parse("a: &x {n: 1}\nb: *x\n")
    assert document.data == {"a": {"n": 1}, "b": {"n": 1}}
    assert document.range("b", "n").line == 1


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"\xef\xbb\xbfversion: 1\nname: b\n", "a byte-order mark is no part of the first key"),
        (b"version: 1\r\nname: b\r\n", "Windows line ends"),
        (b"version: 1\rname: b\r", "old Mac line ends"),
        (b"version: 1\nname: b", "no line end at the end"),
        (b"---\nversion: 1\nname: b\n...\n", "the marks of a document"),
        (b"%YAML 1.1\n---\nversion: 1\nname: b\n", "a directive"),
    ],
)
def test_how_a_file_is_written_does_not_matter(tmp_path: Path, raw: bytes, why: str) -> None:
    file = tmp_path / "a.yaml"
    file.write_bytes(raw)
    document, problems = documents.read(file, "a.yaml")
    assert (document and document.data, problems) == ({"version": 1, "name": "b"}, []), why


def test_lines_are_counted_in_files_from_windows() -> None:
    document = parse("a: 1\r\n\r\nb: 2\r\n")
    assert (document.range("b").line, document.range("b").text) == (3, "b: 2")


def test_a_duplicate_key_is_shown_at_both_places() -> None:
    (problem,) = refused("a:\n  n: 1\n  m: 2\n  n: 3\n")
    assert problem.code.id == "duplicate-key"
    assert problem.range is not None
    assert (problem.range.line, problem.range.column) == (4, 3)
    ((word, first),) = problem.related
    assert (word, first.line, first.column) == ("first", 2, 3)


def test_all_problems_come_at_once() -> None:
    ids = [p.code.id for p in refused("a: !x 1\na: 2\nb: {c: 1, c: 2}\n")]
    assert ids == ["yaml-tag", "duplicate-key", "duplicate-key"]


REFUSED = [
    ("a: [1\n", "yaml-syntax", "a bracket that is never closed"),
    ("a: 1\n b: 2\n", "yaml-syntax", "an indent that fits nothing"),
    ("a: 1\n\tb: 2\n", "yaml-syntax", "tabs do not indent"),
    ('a: "\n', "yaml-syntax", "a quote that is never closed"),
    ("a: \x07\n", "yaml-syntax", "a control character"),
    ("a: 1\n---\nb: 2\n", "yaml-syntax", "two documents in one file"),
    ("a: !!int 1\n", "yaml-tag", "tags other than !!str"),
    ("a: !!python/object/apply:os.system [ls]\n", "yaml-tag", "tags that would be code elsewhere"),
    ("a: !!map {b: 1}\n", "yaml-tag", "tags of collections"),
    ("a: !own 1\n", "yaml-tag", "tags of one's own"),
    ("a: &x 1\nb:\n  <<: {c: 1}\n", "yaml-key", "merge keys"),
    ("a: &x b\n*x : 1\n", "yaml-key", "an alias as a key"),
    ("!own a: 1\n", "yaml-tag", "a tag on a key"),
    ("[a, b]: 1\n", "yaml-key", "a list as a key"),
    ("{a: 1}: 1\n", "yaml-key", "a mapping as a key"),
    ("a: *nothing\n", "yaml-alias", "an alias of nothing"),
    ("a: &x [*x]\n", "yaml-alias", "a list inside itself"),
    ("a: &x {b: {c: *x}}\n", "yaml-alias", "a mapping inside itself"),
    ("a: *x\nb: &x 1\n", "yaml-alias", "an alias above its anchor"),
]


@pytest.mark.parametrize(("text", "code", "why"), REFUSED)
def test_what_is_refused(text: str, code: str, why: str) -> None:
    assert code in [p.code.id for p in refused(text)], why


def test_the_word_for_merging_is_a_word_where_it_is_quoted() -> None:
    assert parse('"<<": 1\n').data == {"<<": 1}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a: " + "[" * 100_000, "brackets that are never closed"),
        ("a: " + "[" * 100_000 + "]" * 100_000, "brackets that are"),
        ("a: " + "{b: " * 100_000, "mappings"),
        ("- " * 100_000, "lists in block form"),
        ("a: " + "[{b: " * 50_000, "both in turn"),
    ],
)
def test_a_hundred_thousand_levels_are_refused_at_once(text: str, why: str) -> None:
    """Deep nesting crashes readers that recurse; ours stops at the level that it does not take."""
    begun = time.monotonic()
    assert [p.code.id for p in refused(text)] == ["yaml-too-deep"], why
    assert time.monotonic() - begun < 2.0, why


def test_thirty_two_levels_are_taken() -> None:
    assert parse("[" * 32 + "]" * 32).data is not None
    assert [p.code.id for p in refused("[" * 33 + "]" * 33)] == ["yaml-too-deep"]


def test_an_alias_bomb_is_defused_before_it_goes_off() -> None:
    """Nine levels of nine aliases would be 387 million values."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]
    (problem,) = refused("\n".join(lines))
    assert problem.code.id == "yaml-alias"
    assert "1,000,000" in problem.detail


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "latin.yaml").write_bytes(b"version: 1\nname: caf\xe9\n")
    (tmp_path / "large.yaml").write_bytes(b"#" * (documents.MAX_BYTES + 1))
    (tmp_path / "folder.yaml").mkdir()
    found = {}
    for name in ("latin.yaml", "large.yaml", "folder.yaml", "absent.yaml"):
        document, (problem,) = documents.read(tmp_path / name, name)
        assert document is None
        assert problem.range is not None
        found[name] = (problem.code.id, problem.range.line)
    assert found == {
        "latin.yaml": ("file-encoding", 2),
        "large.yaml": ("file-too-large", 1),
        "folder.yaml": ("file-unreadable", 1),
        "absent.yaml": ("file-unreadable", 1),
    }


def test_a_file_of_the_largest_size_is_read(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_bytes(b"a: 1\n" + b"#" * (documents.MAX_BYTES - 5))
    document, problems = documents.read(file, "a.yaml")
    assert document is not None
    assert not problems
