"""`reconciler init`: the starter estate validates as it is, teaches the language, and never overwrites."""

from __future__ import annotations

import json
import os
from importlib.resources import files
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from reconciler.cli.app import run
from reconciler.cli.init import SCHEMA, STARTER
from reconciler.model.catalog.models import facts_of, retirement_of
from reconciler.specs.documents import read
from reconciler.specs.parse import SECTIONS, load


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def tree(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_the_starter_estate_validates_as_it_is(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init"]) == 0
    assert sorted(tree(folder)) == sorted([*STARTER, SCHEMA])
    assert run(["validate"]) == 0
    shown = capsys.readouterr()
    assert "Valid." in shown.out
    assert "12 rows" in shown.out
    assert shown.err == ""


def test_it_shows_every_section_of_the_language(folder: Path) -> None:
    run(["init", "new/estate"])
    specs, problems = load(folder / "new" / "estate" / "specs")
    assert problems == ()
    for section in SECTIONS:
        assert getattr(specs, section), section


def test_it_stands_on_models_that_a_newcomer_can_train(folder: Path) -> None:
    run(["init"])
    specs, _ = load(folder / "specs")
    for job in specs.jobs.values():
        assert isinstance(job.spec.base_model, str)
        facts = facts_of(job.spec.base_model, "azure")
        assert facts
        assert (facts.access, retirement_of(facts.id, "azure")) == ("", None)
        assert job.spec.training_type in (facts.training_types or ())
        assert job.spec.method in (facts.methods or ())


def test_what_is_commented_out_is_right_too(folder: Path) -> None:
    """A reader takes the comment signs away and expects it to work."""
    run(["init"])
    estate = folder / "specs" / "estate.yaml"
    estate.write_text(estate.read_text().replace("  # platform:", "  platform:").replace("  #   pro", "    pro"))
    desk = folder / "specs" / "desk.yaml"
    text = desk.read_text()
    for line in ("validation: desk-valid", "generation: 2", "protect: true", "- {name: second"):
        assert f"# {line}" in text
        text = text.replace(f"# {line}", line)
    more = "datasets:\n  desk-valid: {file: ../data/a.jsonl}\n  desk-second: {file: ../data/b.jsonl}\n"
    desk.write_text(text.replace("datasets:\n", more))
    specs, _ = load(folder / "specs")
    assert set(specs.targets) == {"sweden", "platform"}
    assert list(specs.jobs) == ["desk-small", "desk/first", "desk/second"]


def test_the_files_name_the_schema_and_fit_it(folder: Path) -> None:
    run(["init"])
    schema = json.loads((folder / SCHEMA).read_bytes())
    for name in STARTER[:2]:
        file = folder / name
        assert file.read_text().startswith("# yaml-language-server: $schema=../schema/reconciler.schema.json\n")
        document, _ = read(file, name)
        assert document is not None
        assert not list(Draft7Validator(schema).iter_errors(document.data))


def test_every_starter_file_is_written(folder: Path) -> None:
    starter = Path(str(files("reconciler.cli"))) / "starter"
    assert {str(p.relative_to(starter)) for p in starter.rglob("*") if p.is_file()} == set(STARTER)


@pytest.mark.parametrize("name", [*STARTER, SCHEMA])
@pytest.mark.parametrize("kind", ["file", "folder", "dangling link"])
def test_it_never_overwrites(name: str, kind: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = folder / name
    path.parent.mkdir()
    match kind:
        case "file":
            path.write_text("mine")
        case "folder":
            path.mkdir()
        case _:
            path.symlink_to("nowhere")
    before = tree(folder)
    assert run(["init"]) == 1
    shown = capsys.readouterr()
    assert f"{name} is there already" in shown.err
    assert shown.out == ""
    assert tree(folder) == before


def test_a_file_where_a_folder_is_needed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "specs").write_text("mine")
    assert run(["init"]) == 1
    assert "[file-unwritable]" in capsys.readouterr().err
    assert (folder / "specs").read_text() == "mine"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_to(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder.chmod(0o500)
    try:
        assert run(["init"]) == 1
    finally:
        folder.chmod(0o700)
    assert "[file-unwritable]" in capsys.readouterr().err
