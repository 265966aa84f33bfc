"""Every diagnostic is explained, and the examples are true: those of files are given to `validate`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reconciler.cli.app import run
from reconciler.model.codes import every_code
from reconciler.model.diagnostics import Code

PROJECT = Path(__file__).parents[3]
CODES = {code.id: code for code in every_code()}

ESTATE = """\
version: 1
estate: acme
targets:
  sweden: {provider: azure, subscription: %s, resource_group: rg, account: aoai-sweden, region: swedencentral}
  virginia: {provider: azure, subscription: %s, resource_group: rg, account: aoai-virginia, region: eastus2}
  platform: {provider: openai, project: proj_1}
datasets:
  rows: {file: ../data/rows.jsonl}
  tickets: {file: ../data/rows.jsonl}
""" % (("11111111-1111-1111-1111-111111111111",) * 2)

BY_A_SPEC = (
    *("file-unreadable", "file-outside", "yaml-syntax", "yaml-key", "yaml-tag", "yaml-alias", "yaml-too-deep"),
    *("duplicate-key", "spec-unknown-key", "spec-missing-key", "spec-value", "spec-version", "spec-estate"),
    *("spec-name", "duplicate-name", "dangling-reference", "reference-cycle", "other-account", "model-alias"),
    *("suffix-too-long", "spec-combination", "target-shared", "no-deployments"),
)
BY_A_ROW = (
    *("dataset-too-few-rows", "row-json", "row-meaning", "row-messages", "row-role", "row-assistant"),
    *("row-content", "row-weight"),
)


def row(number: int) -> str:
    return json.dumps(
        {
            "messages": [
                {"role": "user", "content": f"Is {number} even?"},
                {"role": "assistant", "content": "Yes." * number},
            ]
        }
    )


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    for folder in (".git", "data", "specs"):
        (tmp_path / folder).mkdir()
    (tmp_path / "specs" / "estate.yaml").write_text(ESTATE)
    (tmp_path / "data" / "rows.jsonl").write_text("\n".join(row(n) for n in range(1, 13)))
    return tmp_path


def told(repository: Path, capsys: pytest.CaptureFixture[str]) -> str:
    run(["validate", str(repository / "specs")])
    return capsys.readouterr().err


@pytest.mark.parametrize("id", BY_A_SPEC)
def test_the_example_of_a_spec_leads_to_its_code(id: str, repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    version = "" if id == "spec-version" else "version: 1\n"
    (repository / "specs" / "example.yaml").write_text(f"{version}{CODES[id].example}\n")
    assert f"[{id}]" in told(repository, capsys)


@pytest.mark.parametrize("id", BY_A_ROW)
def test_the_example_of_a_row_leads_to_its_code(id: str, repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (repository / "data" / "rows.jsonl").open("w" if id == "dataset-too-few-rows" else "a") as file:
        file.write(f"\n{CODES[id].example}\n")
    assert f"[{id}]" in told(repository, capsys)


def test_without_an_example_all_is_well(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """So that what the examples lead to is theirs."""
    assert "error" not in told(repository, capsys)


@pytest.mark.parametrize("code", every_code(), ids=lambda code: code.id)
def test_every_code_is_explained(code: Code, capsys: pytest.CaptureFixture[str]) -> None:
    assert code.example, "Say what leads to it, in a few lines: reconciler/model/codes/."
    assert run(["explain", code.id]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    for text in (code.summary, code.meaning, code.example, code.way_out):
        assert " ".join(text.split()) in shown


def test_a_code_may_be_pasted_with_its_brackets(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "[duplicate-key]"]) == 0
    assert "stands there twice" in capsys.readouterr().out


def test_without_a_code_all_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == sorted(CODES)


def test_an_unknown_code_is_a_usage_error_with_a_guess(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "duplicate-keys"]) == 64
    shown = capsys.readouterr()
    assert shown.out == ""
    assert 'did you mean "duplicate-key"?' in shown.err


def test_nothing_close_is_no_guess(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "\x1b[2J"]) == 64
    shown = capsys.readouterr()
    assert "\x1b" not in shown.err
    assert "did you mean" not in shown.err


def test_the_page_in_the_repository_is_up_to_date(capsys: pytest.CaptureFixture[str]) -> None:
    """`make generate` writes it."""
    assert run(["explain", "--format", "markdown"]) == 0
    assert (PROJECT / "docs" / "diagnostics.md").read_text(encoding="utf-8") == capsys.readouterr().out
