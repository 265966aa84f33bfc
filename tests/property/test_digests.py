"""The digest of a dataset: every way to write the same rows has one, and other rows have another."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from reconciler.datasets.rows import RowError, canonical_row, parse_row, upload_row

TEXT = st.text(st.characters(codec="utf-8"), max_size=10)
NUMBERS = st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
ROWS = st.dictionaries(TEXT, VALUES, max_size=4)


def canonical(text: str) -> bytes:
    return canonical_row(parse_row(text.encode()))


def turned(value: Any, random: Any) -> Any:
    """The same with the keys in another order, at every level."""
    if isinstance(value, dict):
        items = [(k, turned(v, random)) for k, v in value.items()]
        random.shuffle(items)
        return dict(items)
    return [turned(v, random) for v in value] if isinstance(value, list) else value


def exact(value: Any) -> Any:
    """Equal only for what means the same: 1 is not 1.0, and True is not 1."""
    if isinstance(value, dict):
        return ("dict", frozenset((k, exact(v)) for k, v in value.items()))
    if isinstance(value, list):
        return ("list", tuple(exact(v) for v in value))
    return (type(value).__name__, repr(value) if isinstance(value, float) else value)


@given(ROWS, st.randoms(), st.booleans(), st.sampled_from([None, 1, "\t"]))
def test_every_way_to_write_a_row_is_one_row(row: dict[str, Any], random: Any, ascii: bool, indent: Any) -> None:
    spaced = json.dumps(turned(row, random), ensure_ascii=ascii, indent=indent).replace("\n", " ")
    assert canonical(spaced) == canonical(json.dumps(row))


@given(ROWS, ROWS)
def test_rows_are_one_exactly_when_they_mean_the_same(one: dict[str, Any], two: dict[str, Any]) -> None:
    assert (canonical(json.dumps(one)) == canonical(json.dumps(two))) == (exact(one) == exact(two))


@given(ROWS)
def test_what_is_uploaded_means_what_was_written(row: dict[str, Any]) -> None:
    parsed = parse_row(json.dumps(row).encode())
    assert exact(parse_row(upload_row(parsed))) == exact(row)
    assert canonical_row(parse_row(upload_row(parsed))) == canonical_row(parsed)


@given(st.binary(max_size=40) | st.text('{}[]":,\\u0123456789abcdeE+-. \t', max_size=30).map(str.encode))
def test_a_line_is_a_row_or_a_row_error(line: bytes) -> None:
    try:
        row = parse_row(line)
    except RowError:
        return
    assert exact(parse_row(canonical_row(row))) == exact(row)


@given(st.lists(st.tuples(TEXT, VALUES), min_size=1, max_size=4), st.booleans())
def test_a_key_twice_is_always_found(pairs: list[tuple[str, Any]], ascii: bool) -> None:
    """However the key is spelled, and whatever else stands in the row."""
    twice = [*pairs, pairs[0]]
    line = "{" + ",".join(f"{json.dumps(k, ensure_ascii=ascii)}:{json.dumps(v)}" for k, v in twice) + "}"
    try:
        parse_row(line.encode())
    except RowError:
        return
    raise AssertionError(line)
