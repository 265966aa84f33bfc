"""The end of an apply: counted, the bad named, and what to do next."""

from __future__ import annotations

import pytest

from reconciler.model.events import Outcome, Result
from reconciler.render.summary import render
from reconciler.render.text import Style

ENDS = [
    ([Result.TRAINED, Result.CREATED], False, "Apply complete after 5.0 s: 1 trained, 1 created.", "all good"),
    ([Result.FAILED, Result.SKIPPED], False, "Apply ended with failures after 5.0 s: 1 failed, 1 skipped.", "bad"),
    ([Result.UNDER_WAY], True, "Stopped after 5.0 s: 1 under way.", "stopped"),
]


@pytest.mark.parametrize(("results", "stopped", "head", "why"), ENDS)
def test_heads(results: list[Result], stopped: bool, head: str, why: str) -> None:
    outcomes = [Outcome(f"job.{n}", result) for n, result in enumerate(results)]
    assert render(outcomes, Style(False), 5.0, stopped=stopped).splitlines()[0] == head, why


@pytest.mark.parametrize(
    ("results", "last"),
    [
        ([Result.TRAINED], "Apply complete after 5.0 s: 1 trained."),
        ([Result.SUBMITTED, Result.LATER], "Runs go on at the service."),
        ([Result.FAILED], "Run apply again to go on from here."),
        ([Result.LATER], "Run apply again to go on from here."),
    ],
)
def test_what_to_do_next(results: list[Result], last: str) -> None:
    outcomes = [Outcome(f"job.{n}", result) for n, result in enumerate(results)]
    assert render(outcomes, Style(False), 5.0, stopped=False).splitlines()[-1].startswith(last)


def test_the_bad_are_named_with_their_cause() -> None:
    text = render([Outcome("job.a", Result.FAILED, "no \x1b quota")], Style(False), 5.0, stopped=False)
    assert "failed    job.a   no \\x1b quota" in text
