"""The YAML reader on any text: it never raises, and it follows the rules for scalars."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from reconciler.specs import documents

HERE = Path("a.yaml")
SIGNS = st.text("{}[]:,-?&*!|>'\"%@`#\n \tab1~.\\<\x00\x85\u2028é", max_size=60)


@given(SIGNS | st.text(max_size=60))
def test_no_text_raises(text: str) -> None:
    document, problems = documents.parse(text, "a.yaml", HERE)
    assert document is not None or problems
    for problem in problems:
        assert problem.range is not None
        assert problem.range.line >= 1
        assert problem.range.column >= 1


@given(st.binary(max_size=60))
def test_no_bytes_raise(tmp_path: Path, raw: bytes) -> None:
    file = tmp_path / "a.yaml"
    file.write_bytes(raw)
    document, problems = documents.read(file, "a.yaml")
    assert document is not None or problems


def expected(text: str) -> Any:
    """The rules of the spec language, as its page states them."""
    if text in ("", "~", "null"):
        return None
    if text in ("true", "false"):
        return text == "true"
    if re.fullmatch(r"[-+]?(0|[1-9]\d{0,15})", text, re.A):
        return int(text)
    if re.fullmatch(r"[-+]?((0|[1-9]\d*)(\.\d*)?|\.\d+)([eE][-+]?\d{1,2})?", text, re.A):
        return float(text)
    return text


PLAIN = st.from_regex(
    r"(~|null|true|false|yes|no|on|off|Null|TRUE|[-+]?[0-9]{1,9}(\.[0-9]{0,5})?([eE][-+]?[0-9]{1,2})?|0x[0-9a-f]{1,4}"
    r"|\.inf|\.nan|-\.5|[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{1,2}:[0-9]{2}|0o17|1_000|[a-z]{1,8})",
    fullmatch=True,
)


@given(PLAIN)
def test_plain_scalars_follow_the_rules(text: str) -> None:
    document, problems = documents.parse(f"key: {text}\n", "a.yaml", HERE)
    assert document is not None
    assert not problems
    found, wanted = document.data["key"], expected(text)
    assert (type(found), found) == (type(wanted), wanted)


WORDS = st.from_regex(r"[a-z]{2,12}", fullmatch=True).filter(lambda word: word not in ("null", "true", "false"))
SCALARS = st.none() | st.booleans() | st.integers(-(10**9), 10**9) | WORDS
TREES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=4), max_leaves=12
)


@given(st.dictionaries(WORDS, TREES, max_size=4), st.sampled_from([None, True, False]))
def test_what_another_writer_wrote_is_read_as_it_was(tree: dict[str, Any], flow: bool | None) -> None:
    text = yaml.safe_dump(tree, default_flow_style=flow, width=60)
    document, problems = documents.parse(text, "a.yaml", HERE)
    assert document is not None
    assert not problems
    assert document.data == tree


@given(st.dictionaries(st.from_regex(r"[a-z]{1,6}", fullmatch=True), st.integers(0, 9), min_size=1, max_size=8))
def test_the_place_of_a_key_is_where_it_stands(tree: dict[str, int]) -> None:
    text = "".join(f"{key}: {number}\n" for key, number in tree.items())
    document, _ = documents.parse(text, "a.yaml", HERE)
    assert document is not None
    for line, key in enumerate(tree, 1):
        at = document.key_range(key)
        assert (at.line, at.text[at.column - 1 : at.end_column - 1]) == (line, key)
