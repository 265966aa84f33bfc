"""Whatever names and messages hold, no control character of theirs reaches a terminal."""

from __future__ import annotations

import re
import unicodedata

import orjson
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model import codes
from reconciler.model.address import Address
from reconciler.model.diagnostics import SourceRange
from reconciler.model.events import Event, Outcome, Result, StepFinished, StepProgress, StepStarted, StepWaiting
from reconciler.model.resource import ResourceGraph
from reconciler.planning.changes import Action, Change, FieldChange, Reason
from reconciler.planning.planfile import change_part
from reconciler.render.diagnostics import render as render_diagnostics
from reconciler.render.plan import _change, value
from reconciler.render.progress import ProgressLines
from reconciler.render.summary import render as render_summary
from reconciler.render.text import Style, clean, pad, visible_json, width

FILLERS = "\u034f\u115f\u1160\u3164\uffa0\ufe0f\U000e0100"
"""They take no room, or look like a space, and are no format characters."""
CONTROLS = FILLERS + "\x00\x07\x08\t\n\r\x1b\x7f\x85\x9b\u200b\u200e\u2028\u202e\u2066\ufeff"
TEXT = st.text(st.sampled_from(CONTROLS) | st.characters(codec="utf-8"), max_size=20)
OURS = re.compile(r"\x1b\[[0-9;]*m")
STYLES = st.builds(Style, st.booleans())


def harmless(text: str) -> None:
    rest = OURS.sub("", text)
    bad = [c for c in rest if unicodedata.category(c) == "Cc" and c != "\n"]
    hidden = [c for c in rest if unicodedata.category(c) in ("Cf", "Zl", "Zp") or c in FILLERS]
    assert not bad
    assert not hidden


@given(TEXT)
def test_clean(text: str) -> None:
    shown = clean(text)
    harmless(shown)
    assert "\n" not in shown
    assert clean(shown) == shown, "what is clean stays as it is"


@given(TEXT)
def test_json_says_the_same_and_hides_nothing(text: str) -> None:
    data = orjson.dumps({text: [text, "·", "…"]})
    shown = visible_json(data)
    assert orjson.loads(shown) == orjson.loads(data)
    harmless(shown.decode())
    assert "·" in shown.decode(), "what can be seen stays as it is"


@given(TEXT, st.integers(0, 40))
def test_pad(text: str, columns: int) -> None:
    shown = pad(clean(text), columns)
    assert width(shown) == max(columns, width(clean(text)))


@given(STYLES, TEXT, TEXT, TEXT, TEXT, st.integers(1, 300), st.integers(0, 300))
def test_diagnostics(style: Style, path: str, line: str, detail: str, address: str, column: int, length: int) -> None:
    at = SourceRange(path, 1, column, 1, column + length, line)
    told = codes.SERVICE_ERROR.at(at, detail, hint=detail, address=address, related=[(detail, at)])
    harmless(render_diagnostics([told], style))


@given(STYLES, TEXT, TEXT, TEXT)
def test_changes_of_a_plan(style: Style, name: str, before: str, after: str) -> None:
    fields = (FieldChange(f"tags.{name}", before, after), FieldChange("model", before, None))
    reason = Reason("x", after, SourceRange(name, 1, 1, 1, 1))
    change = Change(Address("deployment", "a", "b"), "b", Action.UPDATE, reason, fields, notes=(before,))
    shown = change_part(change, ResourceGraph("acme", {}, {}, frozenset()))
    harmless("\n".join(_change(shown, style)))


@given(TEXT)
def test_values(text: str) -> None:
    for field in ("model", "source", "capacity", "tags.x"):
        harmless(value(field, text))


@given(STYLES, TEXT, TEXT)
def test_an_apply(style: Style, step: str, detail: str) -> None:
    outcome = Outcome(step, Result.FAILED, detail)
    events: list[Event] = [
        StepStarted(step, "train"),
        StepProgress(step, detail, 1, 2, 0.5),
        StepWaiting(step, detail),
        StepFinished(outcome),
    ]
    sink = ProgressLines(harmless_line, style)
    for event in events:
        sink(event)
    harmless(render_summary([outcome], style, 1.0, converged=True, stopped=False))


def harmless_line(text: str) -> None:
    harmless(text)
    assert "\n" not in text
