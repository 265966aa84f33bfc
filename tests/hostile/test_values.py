"""Every key of every entry with a value of another kind: refused with a code, at the line where it stands."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from tests.hostile.conftest import GOOD, Estate, Validate

DOCUMENT = yaml.load(GOOD, yaml.BaseLoader)
"""The good estate as nested texts; numbers are restored by `_plain`."""

WRONG: list[tuple[str, Any]] = [
    ("a list", [1, [2, [3]]]),
    ("a mapping", {"a": {"b": {"c": 1}}}),
    ("an empty mapping", {}),
    ("true", True),
    ("a negative number", -1),
    ("a huge number", 10**99),
    ("a huge float", 1.7e308),
    ("an empty text", ""),
    ("a long text", "x" * 10_000),
    ("a control character", "a\x07b"),
]
RIGHT = {
    # Values of the list above that their key takes.
    ("tags", "an empty mapping"),
    ("team", "an empty text"),
    ("hyperparameters", "an empty mapping"),
    ("protect", "true"),
    ("suffix", "an empty text"),
    ("datasets", "an empty mapping"),
    ("targets", "an empty mapping"),
    ("jobs", "an empty mapping"),
    ("chains", "an empty mapping"),
    ("deployments", "an empty mapping"),
    ("sweden", "an empty mapping"),
}


def _paths(node: Any, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if at:
        yield at
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for step, child in children:
        yield from _paths(child, (*at, step))


def _plain(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_plain(value) for value in node]
    for read in (int, float):
        try:
            return read(node)
        except ValueError:
            continue
    return {"true": True, "false": False}.get(node, node)


def replaced(path: tuple[str | int, ...], value: Any) -> str:
    document = copy.deepcopy(_plain(DOCUMENT))
    *above, last = path
    parent = document
    for step in above:
        parent = parent[step]
    parent[last] = value
    return json.dumps(document, indent=1)


CASES = [
    pytest.param(path, value, id=f"{'.'.join(map(str, path))} is {name}")
    for path in _paths(DOCUMENT)
    for name, value in WRONG
    if (str(path[-1]), name) not in RIGHT
]


@pytest.mark.parametrize(("path", "value"), CASES)
def test_a_value_of_another_kind(path: tuple[str | int, ...], value: Any, estate: Estate, validate: Validate) -> None:
    estate.spec.write_text(replaced(path, value))
    told = validate()
    assert told.status == 1
    assert "specs/estate.yaml:" in told.err


@pytest.mark.parametrize("path", list(_paths(DOCUMENT)), ids=lambda p: ".".join(map(str, p)))
def test_an_extra_key_beside_each(path: tuple[str | int, ...], estate: Estate, validate: Validate) -> None:
    document = copy.deepcopy(_plain(DOCUMENT))
    parent = document
    for step in path[:-1]:
        parent = parent[step]
    if isinstance(parent, list):
        parent.append({"no-such-key": 1})
    else:
        parent["no-such-key"] = 1
    estate.spec.write_text(json.dumps(document, indent=1))
    assert validate().status == 1


@pytest.mark.parametrize("path", list(_paths(DOCUMENT)), ids=lambda p: ".".join(map(str, p)))
def test_a_key_less(path: tuple[str | int, ...], estate: Estate, validate: Validate) -> None:
    """Fine where the key may be left out; a diagnostic where not. The promise is held by `validate`."""
    document = copy.deepcopy(_plain(DOCUMENT))
    parent = document
    for step in path[:-1]:
        parent = parent[step]
    del parent[path[-1]]
    estate.spec.write_text(json.dumps(document, indent=1))
    assert validate().status in (0, 1)
