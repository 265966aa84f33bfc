"""Counts of tokens agree with the vendor's own tokenizer, and rows add up as the vendor's cookbook says."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from reconciler.datasets.scan import Request, read
from reconciler.datasets.statistics import Statistics
from reconciler.datasets.tokens import count, row_texts
from reconciler.model.catalog.encodings import CL100K, HARMONY, O200K, encoding_of, row_limit
from tests.support.rows import chat_row

# Made with tiktoken 0.14 (encode_ordinary) and the vocabulary files whose SHA-256 tiktoken itself expects.
GOLDEN = [json.loads(line) for line in (Path(__file__).parent / "golden_tokens.jsonl").read_text().splitlines()]


@pytest.mark.parametrize("encoding", [O200K, CL100K])
def test_counts_are_those_of_the_vendor(encoding: str) -> None:
    assert len(GOLDEN) == 200
    assert count([g["text"] for g in GOLDEN], encoding) == [g[encoding] for g in GOLDEN]


ANSWER = {"role": "assistant", "content": "hello world"}
USER = {"role": "user", "content": "q"}
PARTS = [{"type": "text", "text": "see"}, {"type": "image_url", "image_url": {}}]
CALL = {"id": "1", "type": "function", "function": {"name": "look", "arguments": "{}"}}
ROWS = [
    ("chat", {"messages": [{"role": "user", "content": "hello world"}, ANSWER]}, ["hello world"] * 2, 3 + 2 * 4),
    ("chat", {"messages": [{"role": "user", "name": "ana", "content": "hi"}]}, ["hi", "ana"], 8),
    ("chat", {"messages": [{"role": "assistant", "tool_calls": [CALL]}], "tools": [{}]}, ["look", "{}", "[{}]"], 7),
    ("completion", {"prompt": "a", "completion": "b"}, ["a", "b"], 0),
    (
        "preference",
        {"input": {"messages": [USER]}, "preferred_output": [ANSWER], "non_preferred_output": [ANSWER]},
        ["q", "hello world", "hello world"],
        3 + 3 * 4,
    ),
    ("chat", {"messages": [{"role": "user", "content": PARTS}]}, ["see"], 7),
]  # fmt: skip


@pytest.mark.parametrize(("format", "row", "texts", "fixed"), ROWS)
def test_what_counts_of_a_row(format: str, row: dict[str, object], texts: list[str], fixed: int) -> None:
    assert row_texts(format, row) == (texts, fixed)


def test_the_quick_way_and_the_general_way_agree(tmp_path: Path) -> None:
    """Plain chats are counted by a shortcut; a `weight` makes the same row take the long way."""
    plain, long = tmp_path / "plain.jsonl", tmp_path / "long.jsonl"
    rows = [json.loads(chat_row(f"Question {n}")) for n in range(20)]
    plain.write_text("".join(json.dumps(row) + "\n" for row in rows))
    for row in rows:
        row["messages"][-1]["weight"] = 1
    long.write_text("".join(json.dumps(row) + "\n" for row in rows))
    one, _ = read(plain, "plain", Request(encoding=O200K))
    other, _ = read(long, "long", Request(encoding=O200K))
    assert one
    assert other
    assert one.statistics == other.statistics
    assert one.statistics
    assert one.statistics.tokens == sum(
        sum(count(texts, O200K)) + fixed for texts, fixed in (row_texts("chat", row) for row in rows)
    )


def test_statistics_of_parts_are_those_of_the_whole() -> None:
    lengths = [5, 17, 17, 90, 5_000, 70_000, 20_001]
    whole, first, second = Statistics(), Statistics(), Statistics()
    for line, tokens in enumerate(lengths, 1):
        whole.row(line, tokens)
        (first if line <= 3 else second).row(line if line <= 3 else line - 3, tokens)
    first.merge(second, 3)
    assert first == whole
    assert whole.longest == (70_000, 6)
    assert whole.over == {16_385: [6, 7], 32_768: [6], 65_536: [6]}
    assert [whole.rows_over(limit) for limit in (16_385, 65_536)] == [2, 1]
    assert (whole.quantile(0.5), whole.quantile(1.0)) == (90, 70_000)
    assert whole.billed(65_536) < whole.tokens


@pytest.mark.parametrize(
    ("model", "encoding", "limit"),
    [
        ("gpt-4.1-mini-2025-04-14", O200K, 65_536),
        ("gpt-4o-2024-08-06", O200K, 65_536),
        ("o4-mini-2025-04-16", O200K, None),
        ("gpt-3.5-turbo-0125", CL100K, 16_385),
        ("gpt-35-turbo-0125", CL100K, 16_385),
        ("gpt-oss-20b", HARMONY, None),
        ("davinci-002", CL100K, None),
        ("ft:gpt-4o-mini-2024-07-18:acme:x:1", O200K, 65_536),
        ("gpt-4.1-2025-04-14.ft-0123456789abcdef0123456789abcdef-x", O200K, 65_536),
    ],
)
def test_models(model: str, encoding: str, limit: int | None) -> None:
    assert encoding_of(model) == (encoding, True)
    assert row_limit(model) == limit


def test_models_of_others_are_estimated() -> None:
    assert encoding_of("Llama-3.3-70B-Instruct") == (O200K, False)


def test_azure_cuts_nano_earlier() -> None:
    assert [row_limit("gpt-4.1-nano-2025-04-14", p) for p in ("azure", "openai")] == [32_768, 65_536]


def test_the_tokenizer_is_not_loaded_before_it_is_needed() -> None:
    program = "import sys, reconciler.api.estate, reconciler.datasets.scan; print('toktok' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout == "False\n"
