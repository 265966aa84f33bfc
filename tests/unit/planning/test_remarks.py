"""Warnings of validation stand in the plan: each kind once a file, without rows of training data."""

from __future__ import annotations

from dataclasses import replace

from reconciler.engine import operations
from reconciler.model import codes
from reconciler.model.diagnostics import SourceRange
from reconciler.planning.planfile import to_document
from reconciler.planning.remarks import in_brief
from reconciler.render import diagnostics as render_diagnostics
from reconciler.render.markdown import plan as markdown
from reconciler.render.text import Style
from tests.support.estate import ESTATE, load_text
from tests.support.live import build

ROWS = [
    codes.ROW_SECRET.at(SourceRange("data/a.jsonl", n, 1, n, 1, '{"secret": "hunter2"}'), f"Row {n}.")
    for n in (3, 1, 2)
]
TYPO = codes.SKU_UNKNOWN.at(SourceRange("specs/1.yaml", 60, 5, 60, 9, "    sku: Standrad"), '"Standrad".')
NOTICE = codes.RETIRES.at(detail="Later.")


def test_one_of_a_kind_and_file_and_how_many_more() -> None:
    found = in_brief([*ROWS, TYPO, NOTICE])
    assert [(d.code.id, d.detail) for d in found] == [
        ("row-secret", "Row 1. 2 more like this: reconciler validate."),
        ("sku-unknown", '"Standrad".'),
    ]


def test_a_plan_shows_them_in_every_form_and_no_row() -> None:
    world = build(ESTATE, "converged", []).world(load_text(ESTATE))
    made = operations.plan(replace(world, remarks=(*ROWS, TYPO, NOTICE)), parallelism=1)
    assert not made.failed, "a warning blocks nothing"
    saved = to_document(made, root="specs", version="0")
    text = render_diagnostics.render([d.as_diagnostic() for d in saved.diagnostics], Style(color=False))
    for form in (saved.as_bytes().decode(), markdown.render(saved), text):
        assert "row-secret" in form
        assert "sku-unknown" in form
        assert "Standrad" in form
        assert "hunter2" not in form
