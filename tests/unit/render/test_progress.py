"""An apply as lines: each status told once, and the words of others made harmless."""

from __future__ import annotations

import re

import pytest

from reconciler.model.events import Event, Outcome, Result, StepFinished, StepProgress, StepStarted, StepWaiting
from reconciler.render.progress import ProgressLines, progress_words
from reconciler.render.text import Style


def lines(*events: Event) -> list[str]:
    told: list[str] = []
    sink = ProgressLines(told.append, Style(False))
    for event in events:
        sink(event)
    return [re.sub(r"^\d\d:\d\d:\d\d  ", "", line) for line in told]


def test_a_step_from_its_start_to_its_end() -> None:
    finished = StepFinished(Outcome("job.a", Result.TRAINED, "1,000 tokens", seconds=65))
    told = lines(StepStarted("job.a", "train"), StepProgress("job.a", "running", 5, 10, 0.5), finished)
    assert [re.sub(" +", " ", line) for line in told] == [
        "train job.a started",
        " job.a running · step 5 of 10 · loss 0.5",
        "trained job.a after 1 min 5 s · 1,000 tokens",
    ]


def test_a_status_is_told_again_only_when_it_has_news() -> None:
    one, two = StepProgress("job.a", "running", 5, 10), StepProgress("job.a", "running", 6, 10)
    assert len(lines(one, one, one, two, two)) == 2
    waiting = StepWaiting("job.a", "busy")
    assert len(lines(waiting, waiting, one, waiting)) == 3


def test_what_is_for_later_is_left_to_the_summary() -> None:
    assert lines(StepFinished(Outcome("job.a", Result.LATER, "after job.b"))) == []


def test_nothing_from_outside_reaches_the_log() -> None:
    (told,) = lines(StepWaiting("job.a", "line one\nline two \x1b[2J"))
    assert "\x1b" not in told
    assert "\n" not in told


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (StepProgress("j", "running"), "running"),
        (StepProgress("j", "running", 5), "running · step 5"),
        (StepProgress("j", "running", 0, 10, 0.0), "running · step 0 of 10 · loss 0"),
        (StepProgress("j", "running", 5, 10, 0.123456), "running · step 5 of 10 · loss 0.123"),
    ],
)
def test_words(event: StepProgress, words: str) -> None:
    assert progress_words(event) == words
