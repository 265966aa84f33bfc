"""Values of a plan in few words; whole plans are golden files in tests/cases."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.engine import operations
from reconciler.planning.changes import Unknown
from reconciler.render.plan import render, value
from reconciler.render.text import Style
from tests.support.accounts import Cloud
from tests.support.estate import ESTATE, load_text
from tests.support.plans import document

MODEL = "gpt-4.1-mini-2025-04-14.ft-" + "0" * 32 + "-r10123456789abcd-support"
VALUES: list[tuple[str, Any, str, str]] = [
    ("capacity", 20, "20", "a number"),
    ("capacity", None, "(none)", "nothing"),
    ("protect", True, "true", "a truth value as YAML writes it"),
    ("model", Unknown.AFTER_TRAINING, "(known after training)", "what nobody can know yet"),
    ("model", MODEL, "…-r10123456789abcd-support", "a model by its mark"),
    ("model", "gpt-4.1-mini@2025-04-14", "gpt-4.1-mini@2025-04-14", "a base model by its name"),
    ("source", "/subscriptions/s/resourceGroups/g/accounts/acme/", "acme", "an account by its name"),
    ("tags.team", "\x1b[2J", "\\x1b[2J", "whatever a tag holds"),
]


@pytest.mark.parametrize(("field", "raw", "shown", "why"), VALUES)
def test_values(field: str, raw: Any, shown: str, why: str) -> None:
    assert value(field, raw) == shown, why


def test_colour_adds_nothing_but_colour() -> None:
    """Readable without colour: the same words in the same places."""
    import re

    specs = load_text(ESTATE)
    made = operations.plan(Cloud(specs).world(specs), parallelism=1)
    colored = render(document(made), Style(True))
    assert "\x1b[" in colored
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == render(document(made), Style(False))
