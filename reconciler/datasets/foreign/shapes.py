"""How the rows of a text stand in it, where they do not stand one a line: arrays, tables, JSON over several lines."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

_LISTS = ("data", "rows", "examples", "train", "items", "records")
_DELIMITERS = {",": "csv", "\t": "tsv", ";": "csv-semicolon"}


@dataclass(frozen=True, slots=True)
class Shape:
    name: str
    """With its article, as in "The file is ...". """
    id: str = ""
    """What reads it in `containers`; empty where nothing does."""
    advice: str = ""


def shape_of(lines: Sequence[bytes]) -> Shape | None:
    """The shape of a text by its first lines, not blank and without their ends; None for JSON Lines and the unknown."""
    if not lines or (_objects(lines[:1]) and not _wrapper(lines)):
        return None
    first = lines[0].lstrip()
    if name := _wrapper(lines):
        return Shape(f"one JSON object that holds the rows in `{name}`", "object")
    if (first.startswith(b"[") and not first.startswith(b"[{")) or (first.startswith(b"[{") and not _is_python(first)):
        return Shape("a JSON array", "array")
    if first.startswith(b"{"):
        return _braces(lines)
    if re.match(rb"<(!doctype|html|\?xml)", first, re.IGNORECASE):
        return Shape("a web page or XML", advice="Was it downloaded without a login? Fetch it again.")
    if first.startswith((b"<<<<<<<", b"=======", b">>>>>>>")):
        return Shape("left in a merge conflict", advice="Resolve the conflict.")
    return _table(lines)


def _braces(lines: Sequence[bytes]) -> Shape | None:
    if all(line.endswith(b",") for line in lines[:-1]) and _objects([line.rstrip(b",") for line in lines[:1]]):
        return Shape("JSON Lines with a comma after each row", "commas")
    if _is_python(lines[0]):
        return Shape("made of Python objects, not of JSON", advice="Write each row with json.dumps.")
    if _spans_lines(lines):
        return Shape("JSON over several lines", "pretty")
    return None


def _spans_lines(lines: Sequence[bytes]) -> bool:
    """Whether the object that begins in the first line ends, or still goes on, below it."""
    text = b"\n".join(lines).decode("utf-8", "replace").lstrip("\ufeff")
    first = len(lines[0].decode("utf-8", "replace"))
    try:
        return json.JSONDecoder().raw_decode(text)[1] > first
    except json.JSONDecodeError as error:
        return error.pos > max(first, len(text) // 2)
    except (ValueError, RecursionError):  # a number of thousands of digits; brackets without an end
        return False


def _wrapper(lines: Sequence[bytes]) -> str:
    """The key of the list in which one object holds all the rows; only a file of one line can be told at once."""
    if len(lines) != 1:
        return ""
    found = _objects(lines)
    rows = found[0] if found else {}
    holds = [k for k, v in rows.items() if isinstance(v, list) and v and isinstance(v[0], dict) and k in _LISTS]
    return holds[0] if len(holds) == 1 else ""


def _table(lines: Sequence[bytes]) -> Shape | None:
    header = lines[0].decode("utf-8", "replace").lstrip("\ufeff")
    delimiter = max(_DELIMITERS, key=header.count)
    cells = [cell.strip().strip('"') for cell in header.split(delimiter)]
    named = len(cells) > 1 and all(re.fullmatch(r"[\w .-]{1,60}", cell) for cell in cells)
    if not named or not any(delimiter.encode() in line for line in lines[1:3]):
        return None
    kind = "tab-separated" if delimiter == "\t" else "CSV"
    return Shape(f"a {kind} table with the columns {', '.join(cells[:8])}", _DELIMITERS[delimiter])


def _is_python(line: bytes) -> bool:
    return re.match(rb"\[?\{\s*'", line) is not None


def _objects(lines: Sequence[bytes]) -> list[dict[str, Any]]:
    """The lines as JSON objects; empty when one of them is none."""
    try:
        found = [orjson.loads(line.removeprefix(b"\xef\xbb\xbf")) for line in lines]
    except orjson.JSONDecodeError:
        return []
    return found if all(isinstance(row, dict) for row in found) else []
