"""docs/security.md names tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

PROJECT = Path(__file__).parents[2]


def test_every_test_of_the_page_exists() -> None:
    named = re.findall(r"`(tests/[\w/]+?(?:\.py)?)(?:::(\w+))?`", (PROJECT / "docs/security.md").read_text())
    assert len(named) > 20
    for path, test in named:
        assert (PROJECT / path).exists(), path
        assert not test or f"def {test}(" in (PROJECT / path).read_text(), f"{path}::{test}"
