"""The tiny model learns from its data, and only from its data."""

import json
from dataclasses import replace
from typing import Any

import pytest

from reconciler.emulator.rows import BadFile, Row, read
from reconciler.emulator.training import COLUMNS, Lesson, train


def lesson(rows: list[Row], **changes: Any) -> Lesson:
    basis = Lesson("t", rows, rows[:5], "base", None, epochs=4, batch=1, rate=1.0, beta=0.1, seed=1)
    return replace(basis, **({"key": str(changes)} | changes))


@pytest.fixture
def parcels(rows: Any) -> list[Row]:
    return read(rows(40), "supervised")


def test_it_learns(parcels: list[Row]) -> None:
    curve = train(lesson(parcels)).curve
    assert len(curve) == 160
    assert len(curve[0]) == len(COLUMNS)
    full = [row[5] for row in curve if row[5] is not None]
    assert len(full) == 4, "one whole validation an epoch"
    assert full[-1] < 2.5 < 5 < float(curve[0][1] or 0)


def test_hyperparameters_matter(parcels: list[Row]) -> None:
    losses = {rate: float(train(lesson(parcels, rate=rate)).curve[-1][5] or 0) for rate in (0.01, 1.0, 40.0)}
    assert losses[1.0] < losses[0.01], "too small a rate hardly learns"
    assert losses[1.0] < losses[40.0], "too large a rate diverges"
    assert len(train(lesson(parcels, batch=8)).curve) == 20


def test_it_is_deterministic_and_the_seed_matters(parcels: list[Row]) -> None:
    train.cache_clear()
    once = train(lesson(parcels))
    train.cache_clear()
    assert train(lesson(parcels)) == once
    assert train(lesson(parcels, seed=2)).curve != once.curve


def test_a_child_starts_where_its_parent_ended(parcels: list[Row]) -> None:
    parent = train(lesson(parcels))
    child = train(lesson(parcels, start=parent.snapshots[160]))
    assert float(child.curve[0][1] or 9) < 3


def test_only_the_last_three_epochs_are_kept(parcels: list[Row]) -> None:
    assert list(train(lesson(parcels)).snapshots) == [80, 120, 160]
    assert list(train(lesson(parcels, stop_after=50)).snapshots) == [50]


def test_preferences_widen_the_margin() -> None:
    row = {
        "input": {"messages": [{"role": "user", "content": "Where is it?"}]},
        "preferred_output": [{"role": "assistant", "content": "I am looking it up for you now."}],
        "non_preferred_output": [{"role": "assistant", "content": "No idea, ask somebody else."}],
    }
    curve = train(lesson(read((json.dumps(row) + "\n").encode() * 12, "dpo"), rate=2.0)).curve
    assert curve[0][1] == pytest.approx(0.69315)
    assert float(curve[-1][1] or 9) < 0.5


def test_absurd_rates_do_no_harm(parcels: list[Row]) -> None:
    assert train(lesson(parcels, rate=1e6)).curve[-1][1] is not None
    contrary = [replace(row, rejected=row.prompt) for row in parcels]
    assert train(lesson(contrary, rate=1e6, beta=2.0)).curve[-1][1] is not None


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"messages": [{"role": "robot", "content": "x"}]}, "role must be"),
        ({"messages": [{"role": ["user"], "content": "x"}]}, "role must be"),
        ({"messages": [{"role": "user"}]}, "content is missing"),
        ({"messages": [{"role": "user", "content": 7}]}, "content must be"),
        ({"messages": ["hello"]}, "not a dictionary"),
        ({"messages": [{"role": "user", "content": "x"}]}, "from the assistant"),
        ({"messages": [{"role": "user", "content": "x", "weight": 1}]}, "weight"),
        ({"messages": [{"role": "assistant", "content": "x", "weight": 2}]}, "weight"),
        ({"prompt": "x"}, "completion"),
    ],
)
def test_rows_that_the_service_refuses(row: Any, reason: str) -> None:
    with pytest.raises(BadFile, match=reason) as refused:
        read(json.dumps(row).encode() * 1, "supervised")
    assert refused.value.code == "invalid_training_file"
    assert "Line 1" in refused.value.message


def test_byte_order_mark_crlf_and_blank_lines_are_fine(rows: Any) -> None:
    content = b"\xef\xbb\xbf" + rows(12).replace(b"\n", b"\r\n\r\n")
    assert len(read(content, "supervised")) == 12


def test_tools_parts_and_weights_are_understood() -> None:
    call = {"id": "c", "type": "function", "function": {"name": "track", "arguments": "{}"}}
    row = {
        "messages": [
            {"role": "user", "content": [{"type": "text", "text": "Where?"}, {"type": "image_url", "image_url": {}}]},
            {"role": "assistant", "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "c", "content": "depot"},
            {"role": "assistant", "content": "not taught", "weight": 0},
            {"role": "assistant", "content": "At the depot.", "weight": 1},
        ]
    }
    [first, *_] = read((json.dumps(row) + "\n").encode() * 10, "supervised")
    assert "track" in first.answer
    assert "At the depot." in first.answer
    assert "not taught" not in first.answer
    assert "Where?" in first.prompt
