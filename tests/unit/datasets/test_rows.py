"""One line to one row, or to the reason why readers would not agree on it."""

from __future__ import annotations

import pytest

from reconciler.datasets.rows import MeaningError, RowError, canonical_row, parse_row, upload_row

MEANING = [
    (b'{"a":1,"a":2}', "a key twice"),
    (b'{"a":1,"a":1}', "even with one value"),
    (b'{"a":1,"\\u0061":2}', "a key twice in two spellings"),
    (b'{"a" :1, "a"\t:2}', "spaces before the colon"),
    (b'{"x":{"y":[{"a":1,"a":2}]}}', "a key twice, deep inside"),
    (b'{"say \\"":1,"say \\"":2}', "a quote at the end of the key"),
    (b'{"a":1,"a":"\\"\\u003a"}', "a key twice beside an escaped colon, which hides it from counting"),
    (b'{"a":18446744073709551616}', "the first integer beyond 64 bits"),
    (b'{"a":-9223372036854775809}', "the first one below"),
    (b'{"a":[1,123456789012345678901234567890]}', "a long one in a list"),
    (b'{"a":0.1234567890123456789}', "more digits than a double holds"),
    (b'{"a":1.00000000000000000001}', "a float that would be read as one"),
    (b'{"a":9007199254740993.0}', "a float beyond 53 bits"),
    (b'{"a":1e-400}', "a float that would be read as zero"),
]


@pytest.mark.parametrize(("line", "why"), MEANING)
def test_a_meaning_that_would_not_survive(line: bytes, why: str) -> None:
    with pytest.raises(MeaningError):
        raise AssertionError(f"{why}: {parse_row(line)}")


NO_JSON = [
    (b"{", "cut off"),
    (b"nothing", "words"),
    (b"{'a': 1}", "Python's quotes"),
    (b'{"a": NaN}', "no number of JSON"),
    (b'{"a": Infinity}', "nor this"),
    (b'{"a": 1e400}', "a float beyond all bounds"),
    (b'{"a": 1,}', "a comma too many"),
    (b'{"a": "\xff"}', "not UTF-8"),
    (b'{"a": "\\ud800"}', "half a surrogate pair"),
    (b'{"a": "\\udc00\\ud800"}', "a pair in the wrong order"),
    (b'{"a": 1} {"b": 2}', "two rows on one line"),
    (b'\xef\xbb\xbf{"a": 1}', "a byte-order mark in the middle of a file"),
    (b"[" * 100_000, "a hundred thousand levels"),
]


@pytest.mark.parametrize(("line", "why"), NO_JSON)
def test_what_is_no_row(line: bytes, why: str) -> None:
    with pytest.raises(RowError):
        raise AssertionError(f"{why}: {parse_row(line)}")


GOOD = [
    (b'{"a":18446744073709551615}', "the largest integer"),
    (b'{"a":-9223372036854775808}', "the smallest"),
    (b'{"a":0.1}', "a float that is written short"),
    (b'{"a":1.50}', "a zero at the end"),
    (b'{"a":1e5}', "an exponent"),
    (b'{"a":"the text \\":\\" holds a colon"}', "what looks like a key inside a text"),
    (b'{"a":"\\u0022:"}', "an escaped quote before a colon"),
    (b'{"a":{"b":1},"c":{"b":1}}', "one key in two objects"),
    (b'{"a":"\\ud83d\\ude00"}', "a whole surrogate pair"),
]


@pytest.mark.parametrize(("line", "why"), GOOD)
def test_what_survives(line: bytes, why: str) -> None:
    row = parse_row(line)
    assert parse_row(canonical_row(row)) == row, why
    assert parse_row(upload_row(row)) == row, why


def test_forms() -> None:
    row = parse_row('{ "b": 1, "a": {"d": "ü", "c": null} }'.encode())
    assert canonical_row(row) == '{"a":{"c":null,"d":"ü"},"b":1}'.encode()
    assert upload_row(row) == '{"b":1,"a":{"d":"ü","c":null}}'.encode()
