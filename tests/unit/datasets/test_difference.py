"""Two versions of a training file: what was added, removed and changed."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.cli.app import run
from reconciler.datasets.difference import difference
from tests.support.rows import chat_row


def row(question: str, answer: str = "It is on its way and comes tomorrow.") -> str:
    turns = [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
    return json.dumps({"messages": turns})


def files(folder: Path, before: list[str], after: list[str]) -> tuple[Path, Path]:
    old, new = folder / "old.jsonl", folder / "new.jsonl"
    old.write_text("".join(f"{line}\n" for line in before))
    new.write_text("".join(f"{line}\n" for line in after))
    return old, new


ROWS = [row(f"Where is the order with the number {n}, please?") for n in range(12)]


def test_rows_are_added_removed_and_changed(tmp_path: Path) -> None:
    changed = row("Where is the order with the number 3, please?", "It is on its way and comes today.")
    after = [*ROWS[:3], changed, *ROWS[4:7], *ROWS[8:], row("Do you repair e-bikes?", "Yes, on Mondays.")]
    found = difference(*files(tmp_path, ROWS, after))
    assert (found.rows, found.kept, found.reordered, found.same) == ((12, 12), 10, False, False)
    assert [(c.before.line, c.after.line) for c in found.changed] == [(4, 4)]
    assert found.changed[0].fields == (
        ("messages[1].content", "It is on its way and comes tomorrow.", "It is on its way and comes today."),
    )
    assert [r.line for r in found.removed] == [8]
    assert [r.line for r in found.added] == [12]


def test_form_is_no_difference_and_order_is(tmp_path: Path) -> None:
    spaced = "\ufeff" + "\r\n\r\n".join(json.dumps(json.loads(line), separators=(" , ", " : ")) for line in ROWS)
    old, new = files(tmp_path, ROWS, [spaced])
    assert difference(old, new).same
    new.write_text("\n".join(reversed(ROWS)))
    assert (difference(old, new).reordered, difference(old, new).kept) == (True, 12)


def test_a_row_that_stands_twice_counts_twice(tmp_path: Path) -> None:
    found = difference(*files(tmp_path, [*ROWS, ROWS[0]], ROWS))
    assert (len(found.removed), found.kept) == (1, 12)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 8), max_size=14), st.lists(st.integers(0, 8), max_size=14))
def test_every_row_is_accounted_for_once(before: list[int], after: list[int]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        found = difference(*files(Path(folder), [ROWS[n] for n in before], [ROWS[n] for n in after]))
    assert found.rows == (len(before), len(after))
    assert found.kept + len(found.removed) + len(found.changed) == len(before)
    assert found.kept + len(found.added) + len(found.changed) == len(after)
    assert found.same == (before == after)


def test_another_file_is_not_paired_row_by_row(tmp_path: Path) -> None:
    many = [row(f"Where is the order with the number {n}, please?") for n in range(1_000)]
    random.Random(7).shuffle(many)
    found = difference(*files(tmp_path, ROWS, many[:600]))
    assert not found.changed


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = files(tmp_path, ROWS, [*ROWS[:11], row("\x1b[31mRed?", "No.")])
    assert run(["dataset", "diff", str(old), str(new)]) == 0
    out = capsys.readouterr().out
    assert "0 changed, 1 added, 1 removed, 11 kept in the same order" in out
    assert "\x1b" not in out
    assert run(["dataset", "diff", str(old), str(new), "--format", "json"]) == 0
    said: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert (said["kept"], said["added"][0]["line"], said["before"]["rows"]) == (11, 12, 12)
    assert run(["dataset", "diff", str(old), str(old)]) == 0
    assert "The same 12 rows" in capsys.readouterr().out


def test_what_cannot_be_compared_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = files(tmp_path, ROWS, [chat_row("Q"), "{"])
    assert run(["dataset", "diff", str(old), str(new)]) == 1
    assert "row-json" in capsys.readouterr().err
    assert run(["dataset", "diff", str(old), str(tmp_path / "none.jsonl")]) == 1
    assert "file-unreadable" in capsys.readouterr().err
