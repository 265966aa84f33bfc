"""Safeguards against what a service answers though nothing failed, taken away as in `test_safeguards`."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from reconciler.api.estate import Estate
from reconciler.engine import election
from reconciler.model.observation import ObservedJob
from reconciler.planning.changes import Action
from reconciler.planning.runs import MarkIndex
from reconciler.providers import reader
from reconciler.providers.reader import Reader
from tests.faults.audit import runs
from tests.faults.crowds import DAY
from tests.faults.network import Answer, TwistedRequest
from tests.faults.schedules import Chaos, at_once
from tests.faults.stage import SETTLE, Stage
from tests.faults.test_safeguards import Break, answers
from tests.faults.twists import FOREIGN, Service, Twist

NO_LISTS = (b'{"object": "list", "data": null, "has_more": false}', b'{"object": "list", "has_more": false}', b"{}")
JOBS = "/fine_tuning/jobs"


def no_list_starts_no_run(loaded: Estate) -> None:
    """The runs are under way, and their list is none for as long as the second apply lasts."""
    for body in NO_LISTS:
        stage = Stage(loaded)
        stage.apply(wait=False)

        def twist(method: str, url: str, serve: TwistedRequest, body: bytes = body) -> Answer:
            answer = serve(url)
            hidden = method == "GET" and url.partition("?")[0].endswith(JOBS)
            return replace(answer, headers=[(b"content-type", b"application/json")], body=body) if hidden else answer

        stage.network.twist = twist
        told = stage.apply(wait=False)
        assert not told.converged, told.words
        assert _alone(stage), runs(stage)


def a_run_on_a_late_page_is_found(loaded: Estate) -> None:
    """Pages of two, and before ours stand runs of others."""
    stage = Stage(loaded)
    stage.apply(wait=False)
    space = stage.store.state.accounts["acme-sweden"].space
    ours = next(iter(space.jobs.values()))
    for number in range(5):
        created = stage.keeper.now() + number
        other = replace(ours, id=f"{FOREIGN}{number}", created_at=created, phase="failed", suffix="others", due=None)
        space.jobs[other.id] = other
    stage.network.twist = lambda method, url, serve: serve(url.replace("limit=100", "limit=2"))
    stage.apply(wait=False)
    assert all(len(jobs) == 1 for mark, jobs in runs(stage).items() if mark), runs(stage)


def one_of_two_survives_lists_in_random_order(loaded: Estate) -> None:
    lag = SETTLE * 0.8
    for seed in range(3):
        stage = Stage(loaded, lag=lag)
        Service(stage, frozenset({Twist.ORDER}), random.Random(seed))
        at_once(stage, Chaos(seed, lag, 4, 0.0, (True, True), 0.0, ({}, {}), ()))
        alive = {mark: [j.phase for j in jobs if j.phase != "cancelled"] for mark, jobs in runs(stage).items()}
        assert all(phases == ["succeeded"] for phases in alive.values()), alive


def a_model_is_awaited_whatever_the_clock_says(loaded: Estate) -> None:
    """Runs have just succeeded, their models are not shown yet, and the operator's clock is days wrong."""
    for days in (40, -40):
        stage = Stage(loaded)
        stage.apply(wait=False)
        while not all(j.phase == "succeeded" for jobs in runs(stage).values() for j in jobs):
            stage.keeper.sleep(30.0)
            stage.network.serve("GET", f"http://x.test/accounts/acme-sweden/openai/v1{JOBS}", {"api-key": "x"}, b"")
        with answers("models", lambda models: []), answers("model", lambda model: None):
            told = stage.apply(wait=False, ahead=days * DAY)
        assert told.plan
        waits = [c.key for c in told.plan.changes if c.action is Action.WAIT]
        assert waits == ["job.support/2026-01", "job.triage"], told.words
        assert _alone(stage), runs(stage)


def a_model_without_a_record_is_adopted(loaded: Estate) -> None:
    stage = Stage(loaded)
    assert stage.apply().converged
    space = stage.store.state.accounts["acme-sweden"].space
    space.jobs.clear()
    told = stage.apply(wait=False)
    assert told.converged, told.words
    assert not space.jobs, "everything is trained already"


def _alone(stage: Stage) -> bool:
    return all(len(jobs) == 1 for jobs in runs(stage).values())


def _credulous_lists(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(reader, "list_of", lambda page, key, what: page.get(key) or [])


def _first_pages(patch: pytest.MonkeyPatch) -> None:
    get = Reader.get
    patch.setattr(Reader, "get", lambda self, *arguments: {**get(self, *arguments), "has_more": False})


def _as_listed(patch: pytest.MonkeyPatch) -> None:
    def unsorted(listed: Sequence[ObservedJob], *others: Any) -> list[ObservedJob]:
        return list(listed)

    patch.setattr(election, "elder_first", unsorted)


def _own_clock(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(reader, "_date", lambda headers: None)


def _no_models(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(MarkIndex, "_models", lambda *arguments: ([], ()))


SAFEGUARDS: list[tuple[str, Break, Callable[[Estate], None]]] = [
    ("a list is one under its key", _credulous_lists, no_list_starts_no_run),
    ("all pages are read", _first_pages, a_run_on_a_late_page_is_found),
    ("the elder is chosen by date and id", _as_listed, one_of_two_survives_lists_in_random_order),
    ("the service's clock counts", _own_clock, a_model_is_awaited_whatever_the_clock_says),
    ("a model stands for its run", _no_models, a_model_without_a_record_is_adopted),
]


@pytest.mark.parametrize(("name", "taken_away", "check"), SAFEGUARDS, ids=[s[0] for s in SAFEGUARDS])
def test_without_it_the_suite_fails(
    loaded: Estate, name: str, taken_away: Break, check: Callable[[Estate], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    check(loaded)
    taken_away(monkeypatch)
    with pytest.raises(AssertionError):
        check(loaded)
