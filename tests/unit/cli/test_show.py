"""`reconciler show` and `schema --kind plan` on files alone; against live targets they are in tests/emulated."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reconciler.cli.app import run

SAMPLE = Path(__file__).parents[1] / "planning" / "plan-1.0.json"


def damaged(folder: Path, content: str) -> str:
    file = folder / "plan.json"
    file.write_text(content)
    return str(file)


def test_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["show", str(SAMPLE)]) == 0
    out, err = capsys.readouterr()
    assert "estate acme · 2 targets · 12 objects observed 2026-11-21 07:19 UTC" in out
    assert "Plan: 2 to train, 0 to add, 2 to change, 0 to destroy.\nAlso 1 to upload, 1 blocked." in out
    assert "  specs/1.yaml:47:3\n    47 |   triage:\n       |   ^^^^^^\n" in err, "with the line and its caret"


def test_json_is_what_was_saved(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["show", str(SAMPLE), "--format", "json"]) == 0
    assert capsys.readouterr().out == SAMPLE.read_text()


def test_markdown_is_as_long_as_it_may_be(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["show", str(SAMPLE), "--format", "markdown", "--limit", "20000"]) == 0
    assert capsys.readouterr().out.startswith("### Plan for `acme`: 2 to train, 2 to change, 1 to upload, 1 blocked\n")
    assert run(["show", str(SAMPLE), "--format", "markdown", "--limit", "10"]) == 64


BAD = [
    ("", "empty document"),
    ("{", "plan.json:"),
    ("[]", "it has no resource_changes"),
    ('{"format_version": "1.0", "valid": true, "diagnostics": []}', "it has no resource_changes"),
    (SAMPLE.read_text().replace('"1.0"', '"2.0"'), "its format_version is 2.0, this release reads 1.1"),
    (SAMPLE.read_text().replace('"prune": false', '"prune": 7'), "asked.prune: input should be a valid boolean"),
    (SAMPLE.read_text().replace('"capacity": 50', '"capacity": 51'), "the file was altered"),
    (SAMPLE.read_text()[:4000], "plan.json:"),
]


@pytest.mark.parametrize(("content", "words"), BAD)
@pytest.mark.parametrize("command", [["show"], ["apply", "--auto-approve"]])
def test_what_is_no_plan(
    content: str, words: str, command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*command, damaged(tmp_path, content)]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert "[plan-file]" in err
    assert " ".join(words.split()) in " ".join(err.split())


def test_every_bad_file_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["show", str(tmp_path / "absent.json"), damaged(tmp_path, "[]")]) == 1
    err = capsys.readouterr().err
    assert "absent.json" in err
    assert "2 errors" in err


def test_a_folder_is_a_usage_error(tmp_path: Path) -> None:
    assert run(["show", str(tmp_path)]) == 64
    assert run(["show"]) == 64


def test_the_same_plan_twice_is_no_plan(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["show", str(SAMPLE), str(SAMPLE)]) == 1
    err = " ".join(capsys.readouterr().err.split())
    assert "[plan-parts]" in err
    assert "two of them are of target chicago" in err


def test_the_schema_of_plans(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["schema", "--kind", "plan"]) == 0
    assert json.loads(capsys.readouterr().out)["title"] == "reconciler plan 1.1"
    assert run(["schema", "--kind", "model"]) == 64
