"""One line of a training file to one row, or to the reason why it is none.

A row's meaning must survive being read: duplicate keys, integers beyond 64 bits, numbers that do not round-trip and
lone surrogates are refused, because every JSON reader does something else with them. orjson is fast but keeps quiet
about the first three, so a line that could hold one of them is read once more, slowly, by the standard library.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import orjson

_INT_RANGE = range(-(2**63), 2**64)


class RowError(ValueError):
    """The line is not a row; the text says why."""


class MeaningError(RowError):
    """The line is JSON, but readers would not agree on what it says."""


class SurrogateError(RowError):
    """The line has half of a surrogate pair."""


class EncodingError(RowError):
    """The line is not UTF-8."""


def parse_row(line: bytes) -> Any:
    """The value of one line, which must not be blank; raises `RowError`."""
    try:
        row = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise _explained(line, error) from None
    try:
        check_meaning(line, row, canonical_row(row))
    except orjson.JSONEncodeError:
        raise RowError("the values are nested too deeply to be written again") from None
    return row


def check_meaning(line: bytes, row: Any, canonical: bytes) -> None:
    """Raise `RowError` when something of the line is not in `row`; `canonical` is the row's canonical form."""
    # A key that stands twice takes two quotes with it. Only an escaped quote could make up for them, and only a float
    # can hide another number: integers that fit in 64 bits are read exactly.
    if line.count(b'"') != canonical.count(b'"') or b"\\u0022" in line or _has_float(row):
        _read_slowly(line)


def _explained(line: bytes, error: orjson.JSONDecodeError) -> RowError:
    try:
        line.decode()
    except UnicodeDecodeError as wrong:
        return EncodingError(f"byte 0x{line[wrong.start]:02x} at position {wrong.start + 1} is not UTF-8")
    reason, at = error.msg.partition(": line ")[0], f"at character {error.pos + 1}"
    return SurrogateError(f"{reason} {at}") if "surrogate" in reason else RowError(f"{reason} {at}")


def _has_float(row: Any) -> bool:
    waiting = [row]
    while waiting:
        value = waiting.pop()
        kind = type(value)
        if kind is float:
            return True
        if kind is dict:
            waiting.extend(value.values())
        elif kind is list:
            waiting.extend(value)
    return False


def _read_slowly(line: bytes) -> None:
    try:
        json.loads(line, object_pairs_hook=_no_duplicates, parse_int=_integer, parse_float=_number)
    except RowError:
        raise
    except (ValueError, RecursionError) as error:
        raise RowError(str(error)) from None


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    row = dict(pairs)
    if len(row) != len(pairs):
        twice = next(key for i, (key, _) in enumerate(pairs) if any(key == other for other, _ in pairs[:i]))
        raise MeaningError(f'the key "{twice}" stands twice in one object')
    return row


def _integer(text: str) -> int:
    if len(text) > 20 or int(text) not in _INT_RANGE:
        raise MeaningError(f"the integer {_short(text)} does not fit in 64 bits")
    return int(text)


def _number(text: str) -> float:
    value = float(text)
    if len(text) > 400 or Decimal(repr(value)) != Decimal(text):
        raise MeaningError(f"the number {_short(text)} is read as {value!r}; write what you mean")
    return value


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:40] + "…"


def canonical_row(row: Any) -> bytes:
    """The form that is hashed: UTF-8 JSON, keys sorted, no spaces."""
    return orjson.dumps(row, option=orjson.OPT_SORT_KEYS)


def upload_row(row: Any) -> bytes:
    """The form that is uploaded: the same, with the keys in their own order."""
    return orjson.dumps(row)
