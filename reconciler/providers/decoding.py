"""Answers to observed values, once, where they enter: an absence may be concluded from a whole answer only.

A field has one of two ranks. What a decision rests on must be there with its type, or the answer is not whole; what is
only shown is taken when it can be read and left out when not. Behind the providers there are values only.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Mapping
from typing import Any

import orjson

LONGEST = 100_000
"""Characters of one text; a vendor's longest is a message of a few thousand."""


class NotWhole(ValueError):
    """The answer lacks what was asked for; the text says which field, and what stands there instead."""


class Item:
    """One object of an answer. `what` names it in messages, such as `run ftjob-1`."""

    __slots__ = ("raw", "what")

    def __init__(self, raw: Any, what: str) -> None:
        if not isinstance(raw, Mapping):
            raise NotWhole(f"{what} is {kind_of(raw)}, not an object")
        self.raw: Mapping[str, Any] = raw
        self.what = what

    def text(self, name: str) -> str:
        """Required, and not empty."""
        found = self.optional_text(name)
        if not found:
            raise NotWhole(f"{self.what} has no `{name}`")
        return found

    def optional_text(self, name: str) -> str | None:
        """None where it is absent, null or empty; another type is no answer."""
        found = self.raw.get(name)
        if found is None or found == "":
            return None
        if not isinstance(found, str) or len(found) > LONGEST:
            raise self._wrong(name, found, "a text")
        return found

    def seconds(self, name: str) -> int:
        """Required: Unix seconds."""
        found = self.optional_seconds(name)
        if found is None:
            raise NotWhole(f"{self.what} has no `{name}`")
        return found

    def optional_seconds(self, name: str) -> int | None:
        """Unix seconds; None where it is absent or null."""
        found = self.raw.get(name)
        if found is None:
            return None
        seconds = _whole(found)
        if seconds is None or not 0 <= seconds < _MILLISECONDS:
            raise self._wrong(name, found, "a time in Unix seconds")
        return seconds

    def optional_whole(self, name: str) -> int | None:
        """A whole number, which a service may spell as a text; None where it is absent or null."""
        found = self.raw.get(name)
        number = int(found) if isinstance(found, str) and _DIGITS.match(found) else _whole(found)
        if found is not None and number is None:
            raise self._wrong(name, found, "a whole number")
        return number

    def whole(self, name: str) -> int:
        """Required: a whole number."""
        found = self.optional_whole(name)
        if found is None:
            raise NotWhole(f"{self.what} has no `{name}`")
        return found

    def item(self, name: str) -> Item:
        """Required: an object."""
        if name not in self.raw:
            raise NotWhole(f"{self.what} has no `{name}`")
        return Item(self.raw[name], f"`{name}` of {self.what}")

    def optional_item(self, name: str) -> Item:
        """An object; an empty one where it is absent or null."""
        found = self.raw.get(name)
        return Item({} if found is None else found, f"`{name}` of {self.what}")

    def texts(self, name: str) -> dict[str, str]:
        """An object of texts; empty where it is absent or null."""
        found = self.optional_item(name).raw
        for key, value in found.items():
            if not isinstance(value, str):
                raise self._wrong(f"{name}.{key}", value, "a text")
        return dict(found)

    def shown_text(self, name: str) -> str:
        """For show: empty where it cannot be read."""
        found = self.raw.get(name)
        return found[:LONGEST] if isinstance(found, str) else ""

    def shown_whole(self, name: str) -> int | None:
        """For show: None where it cannot be read."""
        return _whole(self.raw.get(name))

    def shown_number(self, name: str) -> float | None:
        """For show: None where it cannot be read."""
        found = self.raw.get(name)
        return float(found) if isinstance(found, int | float) and not isinstance(found, bool) else None

    def shown_seconds(self, name: str) -> int | None:
        """For show: None where it cannot be read."""
        found = _whole(self.raw.get(name))
        return found if found is not None and 0 <= found < _MILLISECONDS else None

    def shown_item(self, name: str) -> Item:
        """For show: empty where it cannot be read."""
        found = self.raw.get(name)
        return Item(found if isinstance(found, Mapping) else {}, f"`{name}` of {self.what}")

    def shown_truth(self, name: str) -> bool | None:
        """For show: None where it cannot be read."""
        found = self.raw.get(name)
        return found if isinstance(found, bool) else None

    def shown_items(self, name: str) -> list[Item]:
        """For show: the objects of a list, without what is none."""
        found = self.raw.get(name)
        listed = found if isinstance(found, list) else []
        return [Item(each, f"one of `{name}` of {self.what}") for each in listed if isinstance(each, Mapping)]

    def shown_texts(self) -> dict[str, str]:
        """For show: the texts of this object, by name."""
        return {name: value for name, value in self.raw.items() if isinstance(value, str)}

    def scalars(self) -> dict[str, str | int | float | bool]:
        """For show: the texts, numbers and truths of this object, by name."""
        return {name: value for name, value in self.raw.items() if isinstance(value, str | int | float | bool)}

    def _wrong(self, name: str, found: Any, wanted: str) -> NotWhole:
        return NotWhole(f"`{name}` of {self.what} is {kind_of(found)}, not {wanted}")


_DIGITS = re.compile(r"[0-9]{1,15}\Z")
_MILLISECONDS = 10**11
"""Times above are in milliseconds: as seconds they would lie beyond the year 5138."""


def _whole(value: Any) -> int | None:
    """A whole number that a float may stand for; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = int(value)
    except (OverflowError, ValueError):
        return None
    return number if abs(number) < 2**63 else None


def parsed(content: bytes) -> Any:
    """The JSON of an answer. Raises `NotWhole` for what is no JSON, and where a key stands twice in one object."""
    content = content.removeprefix(codecs.BOM_UTF8)
    try:
        found = orjson.loads(content)
        if not _each_key_once(content, found):
            json.loads(content, object_pairs_hook=_object)
    except orjson.JSONDecodeError as error:
        raise NotWhole("it is no JSON") from error
    except (orjson.JSONEncodeError, RecursionError) as error:
        raise NotWhole("it is nested too deeply") from error
    return found


def parsed_or_none(content: bytes) -> Any:
    """The JSON of an answer that says that something failed; None where it cannot be read."""
    try:
        return parsed(content)
    except NotWhole:
        return None


_KEY = re.compile(rb'"\s*:')


def _each_key_once(content: bytes, found: Any) -> bool:
    """Whether as many keys were kept as came, which is quick to see; an escape in the text leaves it open."""
    return b"\\u00" not in content and len(_KEY.findall(content)) == len(_KEY.findall(orjson.dumps(found)))


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise NotWhole("a key stands twice in one object")
    return found


def kind_of(value: Any) -> str:
    """What stands there, without saying what it holds."""
    if value is None:
        return "null"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"the number {value:g}" if abs(value) < 1e15 else "a number"
    return {bool: "true or false", dict: "an object", list: "a list", str: "a text"}.get(type(value), "unreadable")


def list_of(page: Mapping[str, Any], key: str, what: str) -> list[Mapping[str, Any]]:
    """The list that was asked for, under its own key. `null` is no empty list: no vendor writes that."""
    if key not in page:
        raise NotWhole(f"the list of {what} has no `{key}`")
    found = page[key]
    if not isinstance(found, list):
        raise NotWhole(f"`{key}` of the list of {what} is {kind_of(found)}, not a list")
    for element in found:
        if not isinstance(element, Mapping):
            raise NotWhole(f"an element of the list of {what} is {kind_of(element)}, not an object")
    return found
