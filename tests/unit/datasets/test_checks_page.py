"""docs/datasets.md says what the code does."""

from __future__ import annotations

import re
from pathlib import Path

from reconciler.datasets.scan import Request, read
from tests.unit.datasets.checks_table import PAGE, page


def test_the_table_of_checks_is_up_to_date() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert page(text) == text


def test_the_vectors_of_the_digest(tmp_path: Path) -> None:
    vectors = re.findall(r"^\| `(\{.*)` \| `([0-9a-f]{64})` \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(vectors) >= 3
    for content, digest in vectors:
        file = tmp_path / "rows.jsonl"
        file.write_text(content.replace("⏎", "\n"), encoding="utf-8")
        found, _ = read(file, "rows.jsonl", Request("chat"))
        assert found
        assert found.digest == digest
