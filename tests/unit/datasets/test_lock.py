"""Specs and training files together: from facts alone, from a lock, from bytes; and what does not fit."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from reconciler.api.estate import load as load_offline
from reconciler.cli.app import run
from reconciler.datasets.lock import NAME, read_lock
from reconciler.datasets.upload import upload_form
from reconciler.model.errors import DiagnosticsError
from tests.support.rows import chat_row

SPEC = """\
version: 1
estate: acme
targets:
  sweden: {provider: azure, subscription: 11111111-1111-1111-1111-111111111111, resource_group: rg, account: acc,
    region: swedencentral}
datasets:
  train: {file: train.jsonl}
  valid: {file: valid.jsonl}
jobs:
  job: {target: sweden, base_model: gpt-4.1-2025-04-14, training: train, validation: valid}
"""
RFT = """\
    method: reinforcement
    hyperparameters: {compute_multiplier: 1.5, reasoning_effort: low}
    grader: {type: string_check, name: a, input: "{{sample.output_text}}", reference: "{{item.target}}", operation: eq}
"""  # fmt: skip


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RECONCILER_CACHE", str(tmp_path / "cache"))
    root = tmp_path / "specs"
    root.mkdir()
    (root / "a.yaml").write_text(SPEC)
    for name in ("train", "valid"):
        (root / f"{name}.jsonl").write_text("".join(f"{chat_row(f'{name} {n}')}\n" for n in range(20)))
    return root


def codes_of(root: Path) -> list[str]:
    try:
        return [d.code.id for d in load_offline(root, every_dataset=True).diagnostics]
    except DiagnosticsError as error:
        return [d.code.id for d in error.diagnostics]


def test_a_lock_stands_for_the_bytes(root: Path) -> None:
    with_bytes = load_offline(root).facts
    assert run(["dataset", "lock"]) == 0
    lock = (root / NAME).read_bytes()
    sha256 = hashlib.sha256((root / "train.jsonl").read_bytes()).hexdigest()
    assert read_lock(root / NAME)["train.jsonl"].sha256 == sha256
    (root / "train.jsonl").write_text(
        f"version https://git-lfs.github.com/spec/v1\noid sha256:{sha256}\nsize {with_bytes['train'].bytes}\n"
    )
    (root / "valid.jsonl").unlink()
    assert codes_of(root) == ["dataset-unchecked"] * 2
    facts = load_offline(root).facts
    for name, known in facts.items():
        assert (known.digest, known.rows, known.bytes, known.tokens, known.present) == (
            with_bytes[name].digest, with_bytes[name].rows, with_bytes[name].bytes, with_bytes[name].tokens, False,
        )  # fmt: skip
        with pytest.raises(DiagnosticsError, match="dataset-absent"):
            upload_form(known.file, False)
    assert run(["dataset", "lock"]) == 0
    assert (root / NAME).read_bytes() == lock, "what is not here keeps its entry"


@pytest.mark.parametrize("present", ["other rows", "a pointer to other bytes", "a pointer without an entry", "nothing"])
def test_a_lock_that_disagrees(present: str, root: Path) -> None:
    assert run(["dataset", "lock"]) == 0
    file = root / "train.jsonl"
    if present == "other rows":
        file.write_text(file.read_text() + chat_row("one more"))
    elif present != "nothing":
        file.write_text(f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 1\n")
    if present in ("a pointer without an entry", "nothing"):
        (root / NAME).unlink()
        if present == "nothing":
            file.unlink()
    expected = {"a pointer without an entry": "dataset-absent", "nothing": "file-unreadable"}
    assert codes_of(root) == [expected.get(present, "dataset-lock")]


@pytest.mark.parametrize(
    "content", ["", "{}", '{"version": 2, "datasets": {}}', '{"version": 1, "datasets": {"a": {"rows": 1}}}', "[1]"]
)
def test_a_broken_lock(content: str, root: Path) -> None:
    (root / NAME).write_text(content)
    assert codes_of(root) == ["dataset-lock-file"]


def test_a_url_needs_no_bytes(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["dataset", "check", "specs/train.jsonl", "--format", "json"]) == 0
    digest = json.loads(capsys.readouterr().out)["files"]["specs/train.jsonl"]["digest"]
    url = "https://account.blob.core.windows.net/ft/a.jsonl"
    spec = SPEC.replace("{file: train.jsonl}", f"{{url: '{url}', digest: '{digest}', sas_env: RECONCILER_SAS_ARCHIVE}}")
    (root / "a.yaml").write_text(spec)
    facts = load_offline(root).facts["train"]
    assert (f"sha256:{facts.digest}", facts.url, facts.sas_env, facts.rows, facts.present) == (
        digest, url, "RECONCILER_SAS_ARCHIVE", 0, False,
    )  # fmt: skip
    assert run(["dataset", "lock", "--copy", "train=specs/train.jsonl"]) == 0
    assert load_offline(root).facts["train"].rows == 20
    (root / "a.yaml").write_text(spec.replace("a.jsonl'", "a.jsonl?sv=1&sig=abc'"))
    assert codes_of(root) == ["spec-value"]
    (root / "a.yaml").write_text(spec.replace(digest, f"sha256:{'0' * 64}"))
    assert codes_of(root) == ["dataset-lock"]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("validation: valid}", "validation: train}", "dataset-leakage"),
        ("validation: valid}", "validation: valid, method: dpo}", "dataset-format"),
        ("gpt-4.1-2025-04-14", "o4-mini-2025-04-16", "dataset-model"),
        ("validation: valid}", "validation: valid, hyperparameters: {beta: 0.1}}", "spec-combination"),
        ("validation: valid}", "validation: valid, response_format: {type: text}}", "spec-combination"),
        ("{file: train.jsonl}", "{file: train.jsonl, digest: 'sha256:" + "0" * 64 + "'}", "spec-value"),
    ],
)
def test_what_does_not_fit(old: str, new: str, code: str, root: Path) -> None:
    (root / "a.yaml").write_text(SPEC.replace(old, new))
    assert set(codes_of(root)) == {code}


def rft(root: Path, *changes: tuple[str, str]) -> list[str]:
    for name in ("train", "valid"):
        row = '{"messages": [{"role": "user", "content": "%s %d"}], "target": "7"}\n'
        (root / f"{name}.jsonl").write_text("".join(row % (name, n) for n in range(12)))
    job = "  job:\n    target: sweden\n    base_model: o4-mini-2025-04-16\n    training: train\n    validation: valid\n"
    text = SPEC[: SPEC.index("  job:")] + job + RFT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (root / "a.yaml").write_text(text)
    return codes_of(root)


def test_reinforcement(root: Path) -> None:
    assert rft(root) == []
    assert rft(root, ("item.target", "item.answer")) == ["dataset-grader-key"] * 2
    assert rft(root, ("    validation: valid\n", "")) == ["spec-missing-key"]
    assert rft(root, ("string_check", "sting_check")) == ["spec-value"]
    assert rft(root, ("operation: eq", "operation: equals")) == ["spec-value"]
    assert rft(root, ("operation: eq", "operator: eq")) == ["spec-missing-key", "grader-key"]
    grader = RFT[RFT.index("    grader:") :]
    assert rft(root, (grader, "")) == ["spec-missing-key"]
    single = grader.partition(": ")[2].strip()
    multi = f"    grader: {{type: multi, graders: {{one: {single}}}, calculate_output: one + two}}\n"
    assert rft(root, (grader, multi)) == ["spec-combination"]
    assert rft(root, (grader, multi.replace(" + two", " * 2"))) == []


@pytest.mark.parametrize("command", [["validate"], ["dataset", "check", "specs/train.jsonl"]])
@pytest.mark.parametrize("form", ["text", "json", "github", "sarif"])
def test_forms(command: list[str], form: str, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = root / "train.jsonl"
    file.write_text(file.read_text() + "{\n" * 5)
    assert run([*command, "--format", form]) == 1
    out, err = capsys.readouterr()
    if form == "text":
        assert "specs/train.jsonl:21:1" in err
        assert "2 more rows of this file have the same problem." in err
    elif form == "json":
        assert json.loads(out)["diagnostics"][0]["range"]["filename"] == "specs/train.jsonl"
    elif form == "github":
        assert out.startswith("::error file=specs/train.jsonl,line=1,")
        assert "file=specs/train.jsonl,line=21," in out
    else:
        (sarif,) = json.loads(out)["runs"]
        assert {result["ruleId"] for result in sarif["results"]} == {"row-json"}
        assert sarif["tool"]["driver"]["rules"][0]["id"] == "row-json"
