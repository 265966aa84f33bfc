"""The end of an apply: counted, the bad named, and what to do next."""

from __future__ import annotations

import pytest

from reconciler.model import codes
from reconciler.model.diagnostics import Code
from reconciler.model.events import Outcome, Result
from reconciler.render.summary import render
from reconciler.render.text import Style

AGAIN = "Run apply again to go on from here."
ERRORS = "What failed needs what its error says; the next apply goes on from here."


def shown(outcomes: list[Outcome], *, stopped: bool = False, converged: bool = True) -> list[str]:
    return render(outcomes, Style(False), 5.0, stopped=stopped, converged=converged).splitlines()


def ended(*results: Result) -> list[Outcome]:
    return [Outcome(f"job.{n}", result) for n, result in enumerate(results)]


@pytest.mark.parametrize(
    ("results", "stopped", "converged", "head"),
    [
        ([Result.TRAINED, Result.CREATED], False, True, "Apply complete after 5.0 s: 1 trained, 1 created."),
        ([Result.FAILED, Result.SKIPPED], False, False, "Apply ended with failures after 5.0 s: 1 failed, 1 skipped."),
        ([Result.UNDER_WAY], True, False, "Stopped after 5.0 s: 1 under way."),
        ([Result.PAUSED, Result.LATER], False, False, "Apply incomplete after 5.0 s: 1 paused, 1 later."),
        ([Result.TRAINED], False, False, "Apply incomplete after 5.0 s: 1 trained."),
    ],
)
def test_heads(results: list[Result], stopped: bool, converged: bool, head: str) -> None:
    assert shown(ended(*results), stopped=stopped, converged=converged)[0] == head


@pytest.mark.parametrize(
    ("results", "converged", "last"),
    [
        ([Result.TRAINED], True, "Apply complete after 5.0 s: 1 trained."),
        ([Result.SUBMITTED, Result.LATER], True, "Runs go on at the service. The next apply picks them up:"),
        ([Result.LATER], False, AGAIN),
        ([Result.PAUSED, Result.LATER], False, "job.0: paused; resume or cancel it at the service."),
        ([Result.TRAINED], False, "The plan has errors: what they block was left out."),
    ],
)
def test_what_to_do_next(results: list[Result], converged: bool, last: str) -> None:
    assert shown(ended(*results), converged=converged)[-1].startswith(last)


@pytest.mark.parametrize(
    ("code", "last"),
    [
        (codes.SERVICE_CONFLICT, AGAIN),
        (codes.SERVICE_UNSETTLED, AGAIN),
        (codes.FILE_GONE, AGAIN),
        (codes.RUN_FAILED, ERRORS),
        (codes.MODEL_AWAITED, ERRORS),
        (codes.SERVICE_QUOTA, ERRORS),
    ],
)
def test_to_run_apply_again_is_advised_only_where_that_may_help(code: Code, last: str) -> None:
    failed = Outcome("job.a", Result.FAILED, "x", diagnostics=(code.at(detail="x"),))
    assert shown([failed, Outcome("job.b", Result.SKIPPED)], converged=False)[-1] == last


def test_what_is_no_run_is_not_called_one() -> None:
    told = shown([Outcome("deployment.a@x", Result.UNDER_WAY)], stopped=True, converged=False)
    assert told[-1] == "What was begun goes on at the service. The next apply goes on from there."


def test_the_bad_are_named_with_their_cause() -> None:
    assert "  failed    job.a   no \\x1b quota" in shown([Outcome("job.a", Result.FAILED, "no \x1b quota")])
