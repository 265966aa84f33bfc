"""Patterns mean the same to editors (ECMAScript), to the parser (Rust, by pydantic) and to these tests (Python)."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from typing import Annotated, Any

import pytest
from pydantic import Field, TypeAdapter, ValidationError

from reconciler.specs.schema import schema

TEXTS = [
    *("", "a", "A", "7", "a-b", "a.b", "a_b", "a b", "a/b", "a/b/c", "-a", "a-", "a\n", "a\x00", "\x7f"),
    *("a\u00a0b", "\u200b"),
    *("Grüppe_(1).x", "группа", "日本", "a\u2028b", "a'b", "a@b", "[a]", "`a`", "^", "~", "é", "𝒜", "auto", "v1"),
    *("11111111-1111-1111-1111-111111111111", "2025-04-01-preview", "https://x.example/y?z"),
    *("http://x", "sha256:" + "0" * 64),
    *("x" * 64, "x" * 65, "proj_abc", "swedencentral", "Sweden Central", "a<b", "a%b", "a&b", "a?b", "a\\b"),
]  # fmt: skip
NODE = """
const {patterns, texts} = JSON.parse(require("fs").readFileSync(0));
console.log(JSON.stringify(patterns.map(p => texts.map(t => new RegExp(p, "u").test(t)))));
"""


def _patterns(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("pattern"), str):
            yield node["pattern"]
        for value in node.values():
            yield from _patterns(value)
    elif isinstance(node, list):
        for value in node:
            yield from _patterns(value)


PATTERNS = sorted(set(_patterns(schema())))


@pytest.mark.parametrize("pattern", PATTERNS)
def test_no_class_that_each_language_reads_differently(pattern: str) -> None:
    """`\\w` is any alphabet's letter to Rust, and one of 26 to ECMAScript."""
    assert not re.search(r"\\[wWdDsSbBpP]", pattern)


def _accepts(pattern: str, text: str) -> bool:
    try:
        TypeAdapter(Annotated[str, Field(pattern=pattern)]).validate_python(text)
    except ValidationError:
        return False
    return True


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not here")
def test_editors_accept_what_the_parser_accepts() -> None:
    asked = json.dumps({"patterns": PATTERNS, "texts": TEXTS})
    done = subprocess.run(["node", "-e", NODE], input=asked, capture_output=True, text=True, check=True)
    for pattern, answers in zip(PATTERNS, json.loads(done.stdout), strict=True):
        for text, answer in zip(TEXTS, answers, strict=True):
            assert answer is _accepts(pattern, text), (pattern, text)
