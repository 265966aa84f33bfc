"""The digest of a dataset is taken over the meaning of its rows: what never changes it, and what always does."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.datasets.scan import scan
from tests.support.rows import ROWS, chat_row


def digest(folder: Path, raw: bytes) -> str:
    file = folder / "data.jsonl"
    file.write_bytes(raw)
    facts, problems = scan("data", file, "data.jsonl")
    assert facts is not None, [p.detail for p in problems]
    return facts.digest


def joined(rows: list[str], end: str = "\n") -> bytes:
    return "".join(row + end for row in rows).encode()


SAME = [
    (b"\xef\xbb\xbf" + joined(ROWS), "a byte-order mark"),
    (joined(ROWS, "\r\n"), "line ends of Windows"),
    (joined(ROWS, "\n\n  \n\t\n"), "blank lines"),
    (b"\n\n" + joined(ROWS), "blank lines at the top"),
    (joined(ROWS).rstrip(b"\n"), "no final newline"),
    (joined(["  " + row + " \t" for row in ROWS]), "spaces around rows"),
    (joined([row.replace(":", ": ", 1).replace("{", "{ ", 1) for row in ROWS]), "spaces inside rows"),
    (joined([row.replace("Grüße", "Gr\\u00fc\\u00dfe") for row in ROWS]), "escapes of the same characters"),
    (joined([row.replace("/", "\\/") for row in ROWS]), "escaped slashes"),
    (joined([row.replace('{"role": "user"', '{"role":"user"') for row in ROWS]), "spaces after colons"),
]


@pytest.mark.parametrize(("raw", "why"), SAME)
def test_what_never_changes_it(tmp_path: Path, raw: bytes, why: str) -> None:
    assert digest(tmp_path, raw) == digest(tmp_path, joined(ROWS)), why


def test_the_order_of_keys_never_changes_it(tmp_path: Path) -> None:
    turned = [row.replace('"role": "user", "content": "Q', '"content": "Q') for row in ROWS]
    turned = [row.replace('"}, {"role": "assistant"', '", "role": "user"}, {"role": "assistant"') for row in turned]
    assert turned != ROWS
    assert digest(tmp_path, joined(turned)) == digest(tmp_path, joined(ROWS))


OTHER = [
    ([chat_row("Another"), *ROWS[1:]], "a changed word"),
    ([ROWS[1], ROWS[0], *ROWS[2:]], "the order of rows"),
    ([*ROWS, ROWS[0]], "a row twice"),
    (ROWS[:-1], "a row less"),
    ([ROWS[0].replace("Grüße", "Gru\u0308ße"), *ROWS[1:]], "another normal form of Unicode is another text"),
    ([ROWS[0].replace("Question", "question"), *ROWS[1:]], "the case of a letter"),
    ([ROWS[0].replace("Question 0", "Question  0"), *ROWS[1:]], "a space inside a text"),
    ([ROWS[0][:-1] + ', "n": 1}', *ROWS[1:]], "one more key"),
]


@pytest.mark.parametrize(("rows", "why"), OTHER)
def test_what_always_changes_it(tmp_path: Path, rows: list[str], why: str) -> None:
    assert digest(tmp_path, joined(rows)) != digest(tmp_path, joined(ROWS)), why


def test_one_is_not_one_point_zero(tmp_path: Path) -> None:
    found = {digest(tmp_path, joined([ROWS[0][:-1] + f', "n": {n}}}', *ROWS[1:]])) for n in ("1", "1.0", '"1"', "true")}
    assert len(found) == 4


def test_rows_do_not_run_into_each_other(tmp_path: Path) -> None:
    """Rows are hashed one by one, so no text can pretend to be the border between two."""
    one = [chat_row('a"}]}\n{"messages": [{"role": "user", "content": "b'), *ROWS]
    two = [chat_row("a"), chat_row("b"), *ROWS]
    assert digest(tmp_path, joined(one)) != digest(tmp_path, joined(two))
