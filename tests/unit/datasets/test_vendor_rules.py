"""Rules that only one vendor, or only one method, has."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reconciler.cli.app import run
from reconciler.datasets.scan import Request, read
from reconciler.model.catalog.encodings import shortest
from reconciler.model.catalog.methods import models_of
from tests.support.estate import write_files

QUESTION = {"messages": [{"role": "user", "content": "Q"}]}
CALL = {"id": "c1", "type": "function", "function": {"name": "price", "arguments": "{}"}}
WITH_TOOL = [
    {"role": "assistant", "tool_calls": [CALL]},
    {"role": "tool", "tool_call_id": "c1", "content": "7"},
    {"role": "assistant", "content": "It is 7."},
]
PHOTO = {"type": "image_url", "image_url": {"url": "https://pictures.example/x.png"}}


def preferences(preferred: list[Any], *parts: Any) -> list[dict[str, Any]]:
    return [
        {
            "input": {"messages": [{"role": "user", "content": [{"type": "text", "text": f"Q{n}"}, *parts]}]},
            "preferred_output": preferred,
            "non_preferred_output": [{"role": "assistant", "content": "No idea."}],
        }
        for n in range(12)
    ]


def write(file: Path, rows: list[dict[str, Any]]) -> Path:
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return file


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    status = run([*arguments])
    captured = capsys.readouterr()
    return status, " ".join((captured.out + captured.err).split())


@pytest.mark.parametrize(("provider", "status"), [("azure", 0), ("openai", 1)])
def test_outputs_with_tools_are_azures(
    provider: str, status: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(tmp_path / "a.jsonl", preferences(WITH_TOOL))
    ended, text = said(capsys, "dataset", "check", "--provider", provider, str(file))
    assert ended == status
    assert ("row-preference-long" in text) == bool(status)
    assert "Line 1 is the first of 12 such rows." in text or not status


@pytest.mark.parametrize(
    ("provider", "status", "code"), [("azure", 0, "dataset-model"), ("openai", 1, "dataset-preference-images")]
)
def test_images_in_preferences(
    provider: str, status: int, code: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(tmp_path / "a.jsonl", preferences([{"role": "assistant", "content": "A"}], PHOTO))
    ended, text = said(capsys, "dataset", "check", "--provider", provider, str(file))
    assert (ended, code in text) == (status, True)


SPEC = """\
version: 1
estate: e
targets:
  a: {{provider: azure, subscription: 11111111-1111-1111-1111-111111111111, resource_group: rg, account: acme, region: swedencentral}}
datasets: {{d: {{file: a.jsonl}}, v: {{file: v.jsonl}}}}
jobs:
  j: {{target: a, base_model: {model}, training: d, method: {method}{more}}}
"""  # noqa: E501


@pytest.mark.parametrize(
    ("method", "model", "more", "code"),
    [
        ("supervised", "gpt-4.1-2025-04-14", "", "row-assistant"),
        (
            "reinforcement",
            "o4-mini-2025-04-16",
            ", validation: v, grader: {type: string_check, name: g, operation: eq, "
            "input: '{{sample.output_text}}', reference: x}",
            "",
        ),
    ],
)
def test_the_method_decides_what_a_row_without_an_answer_is(
    method: str, model: str, more: str, code: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = SPEC.format(method=method, model=model, more=more)
    asked = [json.dumps({"messages": [{"role": "user", "content": f"Q{n}"}]}) + "\n" for n in range(24)]
    files = {"specs/e.yaml": spec, "specs/a.jsonl": "".join(asked[:12]), "specs/v.jsonl": "".join(asked[12:])}
    root = write_files(tmp_path, files) / "specs"
    status, text = said(capsys, "validate", str(root))
    assert status == bool(code), text
    assert code in text
    assert "dataset-format" not in text


def test_without_a_job_it_is_one_or_the_other(tmp_path: Path) -> None:
    _, problems = read(write(tmp_path / "a.jsonl", [QUESTION] * 12), "a.jsonl", Request())
    assert "dataset-unanswered" in [problem.code.id for problem in problems]
    _, problems = read(write(tmp_path / "b.jsonl", [{**QUESTION, "answer": 7}] * 12), "b.jsonl", Request())
    assert "dataset-unanswered" not in [problem.code.id for problem in problems]


def test_without_a_model_the_shortest_that_trains_by_the_method_counts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert shortest(models_of("supervised", "azure"), "azure") == (32_768, "gpt-4.1-nano-2025-04-14")
    rows = [{"messages": [{"role": "user", "content": "word " * 6_000}], "answer": n} for n in range(12)]
    _, text = said(capsys, "dataset", "check", str(write(tmp_path / "a.jsonl", rows)))
    assert "row-too-long" not in text
    answers = [{"role": "assistant", "content": f"{n} word " * 20_000} for n in range(12)]
    chats = [{"messages": [*QUESTION["messages"], answer]} for answer in answers]
    _, text = said(capsys, "dataset", "check", str(write(tmp_path / "b.jsonl", chats)))
    assert "gpt-4.1-nano-2025-04-14 (--model names yours) reads 32,768 of a row" in text
