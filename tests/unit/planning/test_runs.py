"""The verdict on one mark, from what is live: every row of the table in the law, and what contradicts itself."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from reconciler.model.address import Address
from reconciler.model.observation import Observation, ObservedJob, ObservedModel
from reconciler.planning.runs import MarkIndex, RunState, RunView
from tests.support import answers
from tests.support.estate import ESTATE, graph_of

GRAPH = graph_of(ESTATE)
RUN = GRAPH.runs[Address("job", "triage")]
MARK = RUN.mark
NOW = 1000


def job(number: int, status: str, finished: int | None = None, model: str | None = None) -> ObservedJob:
    raw = {"id": f"j{number}", "status": status, "created_at": number, "finished_at": finished}
    return answers.job({**raw, "suffix": f"{MARK}-x", "fine_tuned_model": model})


def model(id: str, ends: int | None = None, created: int = 0) -> ObservedModel:
    return answers.model({"id": id, "created": created, "deprecation": {"inference": ends} if ends else None})


def judged(seen: Observation) -> RunView:
    return MarkIndex(seen, GRAPH).judge(RUN)


def verdict(jobs: Sequence[ObservedJob], models: Sequence[ObservedModel] = ()) -> tuple[RunState, str | None, int, int]:
    view = judged(Observation("sweden", NOW, jobs=tuple(jobs), models=tuple(models)))
    return view.state, view.job.id if view.job else None, view.failures, len(view.duplicates)


NAMED = f"gpt.ft-0-{MARK}-x"
MINE = model(NAMED)
DONE = job(1, "succeeded", 2, NAMED)

ROWS = [
    ([], [], (RunState.ABSENT, None, 0, 0), "nothing with the mark"),
    ([job(1, "running")], [], (RunState.UNDER_WAY, "j1", 0, 0), "one under way"),
    ([job(1, "word of next year")], [], (RunState.UNDER_WAY, "j1", 0, 0), "one in a status that nobody knows"),
    ([job(1, "paused")], [], (RunState.PAUSED, "j1", 0, 0), "one paused"),
    ([DONE], [MINE], (RunState.READY, "j1", 0, 0), "succeeded, model usable"),
    ([], [MINE], (RunState.READY, None, 0, 0), "record gone, model present"),
    ([job(1, "failed", 2)], [], (RunState.FAILED, "j1", 1, 0), "failed once"),
    ([job(1, "failed", 2), job(3, "failed", 4)], [], (RunState.FAILED, "j3", 2, 0), "failed twice"),
    ([job(1, "failed", 2), job(3, "running")], [], (RunState.UNDER_WAY, "j3", 1, 0), "the second attempt is under way"),
    ([job(1, "cancelled", 2)], [], (RunState.CANCELLED, "j1", 0, 0), "cancelled by somebody"),
    ([job(1, "failed", 2), job(3, "cancelled", 4)], [], (RunState.CANCELLED, "j3", 1, 0), "the second one cancelled"),
    ([job(1, "failed", 9), job(3, "cancelled", 4)], [], (RunState.FAILED, "j1", 1, 0), "a duplicate was cancelled"),
    ([DONE, job(0, "cancelled", 1)], [MINE], (RunState.READY, "j1", 0, 0), "a success outweighs a cancellation"),
    ([DONE], [], (RunState.MODEL_DELETED, "j1", 0, 0), "the model is deleted"),
    ([DONE], [model(NAMED, ends=NOW)], (RunState.MODEL_RETIRED, "j1", 0, 0), "the model is retired"),
    ([DONE], [model(NAMED, ends=NOW + 1)], (RunState.READY, "j1", 0, 0), "the model retires later"),
    ([], [model(NAMED, ends=1)], (RunState.MODEL_RETIRED, None, 0, 0), "record gone, model retired"),
    ([DONE], [model(NAMED.upper())], (RunState.READY, "j1", 0, 0), "the service spells names in its own case"),
    ([job(2, "running"), job(1, "running")], [], (RunState.UNDER_WAY, "j1", 0, 1), "two under way: the eldest stays"),
    ([job(1, "paused"), job(2, "running")], [], (RunState.PAUSED, "j1", 0, 1), "the eldest is paused"),
    ([DONE, job(3, "running")], [MINE], (RunState.READY, "j1", 0, 1), "one too many beside a finished one"),
    ([job(1, "failed", 2), DONE], [MINE], (RunState.READY, "j1", 0, 0), "failed, then succeeded"),
    ([], [model(f"{NAMED}:ckpt-step-5")], (RunState.ABSENT, None, 0, 0), "a checkpoint alone is no model of the run"),
    ([job(1, "succeeded", 2)], [], (RunState.MODEL_UNNAMED, "j1", 0, 0), "succeeded long ago and names no model"),
    ([job(1, "succeeded", NOW - 599)], [], (RunState.AWAITED, "j1", 0, 0), "succeeded and names no model yet"),
    ([job(1, "succeeded", NOW - 599, NAMED)], [], (RunState.AWAITED, "j1", 0, 0), "its model is not listed yet"),
    ([job(1, "succeeded", NOW - 600, NAMED)], [], (RunState.MODEL_DELETED, "j1", 0, 0), "its model was listed once"),
    ([job(NOW, "succeeded")], [], (RunState.AWAITED, "j1000", 0, 0), "without a date of its end"),
    ([DONE, job(3, "succeeded", NOW)], [], (RunState.AWAITED, "j3", 0, 0), "the second of two has just ended"),
    ([job(1, "succeeded", NOW + 10_000, NAMED)], [], (RunState.MODEL_DELETED, "j1", 0, 0), "clocks without relation"),
]


@pytest.mark.parametrize(("jobs", "models", "expected", "why"), ROWS)
def test_rows(
    jobs: list[ObservedJob],
    models: list[ObservedModel],
    expected: tuple[RunState, str | None, int, int],
    why: str,
) -> None:
    assert verdict(jobs, models) == expected, why
    assert verdict(jobs[::-1], models[::-1]) == expected, f"{why}, listed the other way round"


def test_another_mark_is_another_run() -> None:
    other = answers.job({"id": "j9", "status": "running", "suffix": "r1ffffffffffffff-x"})
    assert verdict([other])[0] is RunState.ABSENT


def test_of_several_models_the_eldest_is_served() -> None:
    models = (model(NAMED + "b", created=2), model(NAMED + "c", created=1))
    assert judged(Observation("sweden", NOW, models=models)).model == NAMED + "c"


def test_what_has_just_ended_is_judged_by_the_services_clock() -> None:
    """A laptop's clock may be hours off."""
    ended = job(1, "succeeded", NOW + 7000)
    for ahead, state in ((7100, RunState.AWAITED), (8000, RunState.MODEL_UNNAMED)):
        assert judged(Observation("sweden", NOW, jobs=(ended,), ahead=ahead)).state is state


def test_a_success_that_holds_its_model_back_is_not_awaited() -> None:
    held = answers.job(
        {
            "id": "j1",
            "status": "succeeded",
            "created_at": 1,
            "finished_at": NOW,
            "suffix": f"{MARK}-x",
            "error": {"code": "safety", "message": "held back"},
        }
    )
    assert judged(Observation("sweden", NOW, jobs=(held,))).state is RunState.MODEL_UNNAMED
