"""The vectors of docs/fingerprints.md hold for the code: the page is the tool's memory."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from reconciler.datasets.rows import canonical_row, parse_row
from reconciler.datasets.upload import upload_form
from reconciler.model import marks
from reconciler.model.errors import DiagnosticsError
from reconciler.model.fingerprint import Ingredients, canonical_json
from reconciler.model.marks import DeploymentMark, FileMark

PAGE = Path(__file__).parents[3] / "docs" / "fingerprints.md"
BLOCKS = [json.loads(block) for block in re.findall(r"^```json\n(.*?)^```$", PAGE.read_text(), re.M | re.S)]
VECTORS: dict[str, list[dict[str, Any]]] = {block["vectors"]: block["examples"] for block in BLOCKS}


def test_the_page_has_vectors_of_every_kind() -> None:
    counts = {kind: len(examples) for kind, examples in VECTORS.items()}
    assert counts == {"digest": 4, "fingerprint": 5, "marks": 1, "tags": 2}


@pytest.mark.parametrize("vector", VECTORS["digest"], ids=lambda v: v["why"])
def test_digest(vector: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "data.jsonl"
    file.write_bytes(vector["file"].encode())
    sent = b"".join(upload_form(file, byte_order_mark=False, digest=vector["digest"]))
    assert [canonical_row(parse_row(row)).decode() for row in sent.splitlines()] == vector["canonical"]
    with pytest.raises(DiagnosticsError):
        list(upload_form(file, byte_order_mark=False, digest=vector["digest"][::-1]))


@pytest.mark.parametrize("vector", VECTORS["fingerprint"], ids=lambda v: v["why"])
def test_fingerprint(vector: dict[str, Any]) -> None:
    absent = {"base_model": None, "parent": None, "checkpoint": None}
    ingredients = Ingredients(**{**absent, **vector["ingredients"]})
    assert canonical_json(ingredients.as_dict()).decode() == vector["canonical"]
    assert ingredients.fingerprint() == vector["fingerprint"]


@pytest.mark.parametrize("vector", VECTORS["marks"], ids=lambda v: v["estate"])
def test_marks(vector: dict[str, Any]) -> None:
    mark = marks.run_mark(vector["estate"], vector["fingerprint"])
    name = marks.file_name(vector["dataset"], vector["digest"], vector["estate"])
    assert marks.estate_mark(vector["estate"]) == vector["estate_mark"]
    assert mark == vector["run_mark"]
    assert marks.long_mark(vector["estate"]) == vector["long_mark"]
    assert len(mark) == marks.MARK_LENGTH
    assert marks.former_run_mark(vector["estate"], vector["fingerprint"]) == vector["former_run_mark"]
    assert marks.file_names(vector["dataset"], vector["digest"], vector["estate"]) == (name, vector["former_file_name"])
    assert marks.run_suffix(mark, vector["suffix"]) == vector["run_suffix"]
    assert name == vector["file_name"]
    assert FileMark.read(name) == FileMark(vector["dataset"], vector["digest"][:16], vector["long_mark"])


@pytest.mark.parametrize("vector", VECTORS["tags"], ids=lambda v: v["why"])
def test_tags(vector: dict[str, Any]) -> None:
    fields = ("estate", "address", "fingerprint", "protect", "applied")
    mark = DeploymentMark(**{name: vector[name] for name in fields})
    assert mark.tags() == vector["tags"]
    assert DeploymentMark.read(vector["tags"]) == mark
