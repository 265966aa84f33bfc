"""Words on a terminal: nothing from outside moves the cursor, and columns stay columns."""

from __future__ import annotations

import pytest

from reconciler.render.text import Style, clean, duration, pad, plural, width

CLEANED = [
    ("plain ü 日本 😀", "plain ü 日本 😀", "text is left alone"),
    ("a\tb\nc", "a b c", "tabs and line ends are spaces"),
    ("\x1b[31mred", "\\x1b[31mred", "escape sequences"),
    ("a\rb", "a\\x0db", "a return to the start of the line"),
    ("a\x08b", "a\\x08b", "a backspace"),
    ("a\x00b", "a\\x00b", "a null"),
    ("a\x9b31m", "a\\x9b31m", "the control sequences of eight bits"),
    ("a\u202eb", "a\\u202eb", "text that runs backwards"),
    ("a\u2066b", "a\\u2066b", "an isolate"),
    ("a\u200bb", "a\\u200bb", "a space without width"),
    ("a\ufeffb", "a\\ufeffb", "a byte-order mark"),
    ("a\u2028b", "a\\u2028b", "a line end of Unicode"),
]


@pytest.mark.parametrize(("text", "shown", "why"), CLEANED)
def test_clean(text: str, shown: str, why: str) -> None:
    assert clean(text) == shown, why


@pytest.mark.parametrize(
    ("text", "columns"), [("", 0), ("abc", 3), ("日本", 4), ("e\u0301", 1), ("ü", 1), ("ｗ", 2), ("…", 1)]
)
def test_width(text: str, columns: int) -> None:
    assert width(text) == columns
    assert width(pad(text, 8)) == 8


def test_what_is_too_wide_is_not_padded() -> None:
    assert pad("日本", 3) == "日本"


@pytest.mark.parametrize(("count", "text"), [(0, "0 runs"), (1, "1 run"), (2, "2 runs"), (1234567, "1,234,567 runs")])
def test_plural(count: int, text: str) -> None:
    assert plural(count, "run") == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "0.0 s"),
        (0.44, "0.4 s"),
        (9.94, "9.9 s"),
        (9.96, "10 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (185, "3 min 5 s"),
        (3599.9, "1 h"),
        (7800, "2 h 10 min"),
        (360000, "100 h"),
    ],
)
def test_duration(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_colour_is_all_or_nothing() -> None:
    assert Style(False)("text", "bold", "red") == "text"
    assert Style(True)("text", "bold", "red") == "\x1b[1;31mtext\x1b[0m"
    assert Style(True)("text") == "text"
    assert Style(True)("", "red") == ""
