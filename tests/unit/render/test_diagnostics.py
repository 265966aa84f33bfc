"""Diagnostics for people: the line, a caret under the very word, and nothing twice."""

from __future__ import annotations

import pytest

from reconciler.model import codes
from reconciler.model.diagnostics import Diagnostic, SourceRange
from reconciler.render.diagnostics import as_json, render
from reconciler.render.text import Style, width

PLAIN = Style(False)


def shown(text: str, start: int, end: int, hint: str = "") -> tuple[str, str]:
    """The line and the line of the caret for characters `start` to `end` (from 0) of a line."""
    at = SourceRange("specs/a.yaml", 14, start + 1, 14, end + 1, text)
    lines = render([codes.SPEC_UNKNOWN_KEY.at(at, hint=hint)], PLAIN).splitlines()
    line, caret = lines[2], lines[3]
    return line.split("| ", 1)[1], caret.split("| ", 1)[1]


def test_an_error_in_a_file() -> None:
    at = SourceRange("specs/support.yaml", 14, 5, 14, 19, "    hyperparamters: {n_epochs: 3}")
    told = codes.SPEC_UNKNOWN_KEY.at(at, "Known here: training.", hint='did you mean "hyperparameters"?')
    assert render([told], PLAIN) == (
        "error: unknown key [spec-unknown-key]\n"
        "  specs/support.yaml:14:5\n"
        "    14 |     hyperparamters: {n_epochs: 3}\n"
        '       |     ^^^^^^^^^^^^^^ did you mean "hyperparameters"?\n'
        "  Known here: training.\n"
        "\n"
        "1 error in 1 file\n"
    )


CARETS = [
    ("a: b", 3, 4, "   ^", "one character"),
    ("a: b", 0, 0, "^", "an empty range still has a caret"),
    ("\tkey: 1", 1, 4, " ^^^", "a tab is shown as one space"),
    ("日本: x", 4, 5, "      ^", "wide characters take two columns"),
    ("e\u0301: x", 4, 5, "   ^", "combining ones take none"),
    ("a\x1b: x", 4, 5, "       ^", "what is made visible takes its room"),
]


@pytest.mark.parametrize(("text", "start", "end", "caret", "why"), CARETS)
def test_the_caret_stands_under_the_word(text: str, start: int, end: int, caret: str, why: str) -> None:
    line, under = shown(text, start, end)
    assert under == caret, why
    assert width(under) <= max(width(line), 1), why


@pytest.mark.parametrize(("start", "end"), [(0, 4), (400, 404), (880, 884), (996, 1000)])
def test_a_long_line_is_cropped_around_the_word(start: int, end: int) -> None:
    text = "x" * start + "WORD" + "x" * (1000 - end)
    line, under = shown(text, start, end)
    assert len(line) <= 92
    assert line[under.index("^") : under.rindex("^") + 1] == "WORD"
    assert line.startswith("…") == (start > 30)


def test_a_range_over_several_lines_is_marked_to_the_end_of_the_first() -> None:
    at = SourceRange("a.yaml", 1, 4, 9, 1, "a: [1,")
    assert "|    ^^^\n" in render([codes.SPEC_VALUE.at(at)], PLAIN)


def test_both_places_are_shown() -> None:
    first, again = SourceRange("a.yaml", 2, 1, 2, 2, "a: 1"), SourceRange("b.yaml", 4, 1, 4, 2, "a: 2")
    text = render([codes.DUPLICATE_NAME.at(again, related=[("first", first)])], PLAIN)
    assert text.index("b.yaml:4:1") < text.index("a.yaml:2:1") < text.index("^ first")


def test_errors_first_and_everything_counted() -> None:
    told = [
        codes.RUN_PAUSED.at(address="job.a"),
        codes.RUN_FAILED.at(address="job.b"),
        codes.RUN_FAILED.at(address="c"),
    ]
    text = render(told, PLAIN)
    assert text.startswith("error:")
    assert text.endswith("\n\n2 errors and 1 warning\n")


def test_nothing_to_tell() -> None:
    assert render([], PLAIN) == ""


def test_lines_end_where_terminals_do() -> None:
    text = render([codes.RUN_FAILED.at(detail="word " * 200, address="job.a")], PLAIN)
    assert max(map(len, text.splitlines())) <= 100


def hostile() -> Diagnostic:
    evil = "\x1b]0;owned\x07\u202e"
    at = SourceRange(evil, 1, 1, 1, 2, evil)
    return codes.SERVICE_ERROR.at(at, evil, hint=evil, address=evil, related=[(evil, at)])


@pytest.mark.parametrize("color", [False, True])
def test_nothing_from_outside_reaches_the_terminal(color: bool) -> None:
    text = render([hostile()], Style(color))
    assert "\x07" not in text
    assert "\u202e" not in text
    assert "\x1b]" not in text


def test_json_counts_lines_and_columns_from_one() -> None:
    at = SourceRange("a.yaml", 2, 3, 2, 7, "  word")
    assert as_json(codes.SPEC_VALUE.at(at, "Detail.", hint="hint", address="job.a")) == {
        "severity": "error",
        "code": "spec-value",
        "summary": codes.SPEC_VALUE.summary,
        "detail": "Detail.",
        "hint": "hint",
        "address": "job.a",
        "range": {"filename": "a.yaml", "start": {"line": 2, "column": 3}, "end": {"line": 2, "column": 7}},
    }
