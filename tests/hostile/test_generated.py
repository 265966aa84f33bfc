"""A thousand estates that were good before chance had its way with them; the seed names each."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from tests.hostile.conftest import GOOD, Estate, Validate

COUNT = 1_000

TOKENS = (
    *(
        "",
        " ",
        "\t",
        "\n",
        "\r",
        "\r\n",
        "  ",
        ":",
        ": ",
        "- ",
        "? ",
        ",",
        "[",
        "]",
        "{",
        "}",
        "&a ",
        "*a",
        "!",
        "!!str ",
    ),
    *(
        "!!python/object:os.system ",
        "<<: ",
        "|",
        ">",
        "%YAML 1.1",
        "---",
        "...",
        "#",
        "'",
        '"',
        "\\",
        "`",
        "@",
        "~",
        "null",
    ),
    *(
        "true",
        "yes",
        "012",
        "0x1f",
        "1e400",
        "-1",
        "9" * 50,
        ".inf",
        ".nan",
        "2026-01-01",
        "\u202e",
        "\u2028",
        "\x1b[2J",
    ),
    *(
        "\x00",
        "\x85",
        "\ufeff",
        "\ud7ff",
        "\U0001f468",
        "a" * 5_000,
        "[" * 40,
        "{a: " * 40,
        "../" * 30,
        "<b>",
        "%s",
        "auto",
    ),
    *("version", "estate", "targets", "jobs", "chains", "stages", "name", "model", "job", "chain", "base_model", "sku"),
)
VALUES: tuple[Any, ...] = (
    *(
        None,
        True,
        False,
        0,
        1,
        -1,
        2**31,
        2**64,
        10**60,
        0.1,
        -1e300,
        "",
        "auto",
        "a",
        "A",
        "a b",
        "x" * 3_000,
        "\x1b[2J",
    ),
    *([], {}, [[]], [{}], {"a": 1}, {"": ""}, {"job": "triage"}, {"chain": "support"}, {"name": 1}, [None] * 50),
    *("sweden", "rows", "triage", "support/2026-01", "gpt-4.1-mini", "../../etc/passwd", "\u202e", "\u0000"),
)


def flip_bytes(chance: random.Random, raw: bytes) -> bytes:
    damaged = bytearray(raw)
    for _ in range(chance.randint(1, 8)):
        damaged[chance.randrange(len(damaged))] = chance.randrange(256)
    return bytes(damaged)


def move_bytes(chance: random.Random, raw: bytes) -> bytes:
    """Cut a piece out, or put it elsewhere, once or many times."""
    start = chance.randrange(len(raw))
    piece = raw[start : start + chance.randint(1, 200)]
    rest = raw if chance.random() < 0.5 else raw.replace(piece, b"", 1)
    at = chance.randrange(len(rest) + 1)
    return rest[:at] + piece * chance.choice([0, 1, 2, 50]) + rest[at:]


def put_tokens(chance: random.Random, raw: bytes) -> bytes:
    text = raw.decode()
    for _ in range(chance.randint(1, 5)):
        at = chance.randrange(len(text) + 1)
        end = at + chance.choice([0, 0, 1, 5])
        text = text[:at] + chance.choice(TOKENS) + text[end:]
    return text.encode()


def change_lines(chance: random.Random, raw: bytes) -> bytes:
    """Indentation, order, repetition, absence: what a bad merge does."""
    lines = raw.decode().split("\n")
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(lines))
        match chance.randrange(5):
            case 0:
                lines[at] = " " * chance.randint(0, 9) + lines[at].lstrip()
            case 1:
                lines.insert(chance.randrange(len(lines)), lines[at])
            case 2:
                del lines[at]
            case 3:
                lines[at] = lines[at].partition(":")[0] + ": " + chance.choice(TOKENS)
            case _:
                lines[at : at + 5] = reversed(lines[at : at + 5])
    return "\n".join(lines).encode()


def change_values(chance: random.Random, raw: bytes) -> bytes:
    """The document stays YAML; its values and keys are others."""
    document = yaml.safe_load(raw)
    for _ in range(chance.randint(1, 6)):
        node: Any = document
        while isinstance(node, dict | list) and node and chance.random() < 0.8:
            below = list(node.values()) if isinstance(node, dict) else node
            deeper = [child for child in below if isinstance(child, dict | list) and child]
            if not deeper:
                break
            node = chance.choice(deeper)
        value = json.loads(json.dumps(chance.choice(VALUES)))
        if isinstance(node, dict):
            key = chance.choice([*node, *TOKENS])
            if chance.random() < 0.2 and key in node:
                del node[key]
            else:
                node[key] = value
        elif isinstance(node, list):
            node.insert(chance.randint(0, len(node)), value)
    return json.dumps(document, default=str).encode()


def cross(chance: random.Random, raw: bytes) -> bytes:
    """The beginning of one damaged estate and the end of another."""
    one, other = change_lines(chance, raw), put_tokens(chance, raw)
    return one[: chance.randrange(len(one) + 1)] + other[chance.randrange(len(other) + 1) :]


DAMAGE: tuple[Callable[[random.Random, bytes], bytes], ...] = (
    *(flip_bytes, move_bytes, put_tokens, change_lines, change_values, cross),
)


def generated(seed: int) -> bytes:
    chance = random.Random(seed)
    return DAMAGE[seed % len(DAMAGE)](chance, GOOD.encode())


@pytest.mark.parametrize("seed", range(COUNT))
def test_a_damaged_estate(seed: int, estate: Estate, validate: Validate) -> None:
    estate.spec.write_bytes(generated(seed))
    validate()


@pytest.mark.parametrize("seed", range(0, COUNT, 10))
def test_a_damaged_estate_beside_a_good_one(seed: int, estate: Estate, validate: Validate) -> None:
    """Names of both meet; the good one is never blamed for the file that cannot be read."""
    (estate.path / "specs" / "more.yaml").write_bytes(generated(seed + COUNT))
    validate()


def test_chance_damages_in_every_way() -> None:
    made = [generated(seed) for seed in range(COUNT)]
    assert len(set(made)) > 0.95 * COUNT
    assert made.count(GOOD.encode()) < 0.05 * COUNT
