"""Each safeguard, taken away, is missed: what the suite checks fails without it. docs/reliability.md lists them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from typing import Any

import pytest

from reconciler.api.estate import Estate
from reconciler.emulator.faults import Rule
from reconciler.engine import doubt, election, operations, recognising, serving, training, waiting
from reconciler.engine.executor import Executor
from reconciler.model import codes
from reconciler.model.events import Outcome, Result
from reconciler.model.observation import ObservedJob, Phase
from reconciler.model.resource import DesiredRun
from reconciler.planning import runs as planned_runs
from reconciler.planning.plan import Plan
from reconciler.planning.runs import MarkIndex, RunView
from reconciler.planning.steps import Step, make_steps
from reconciler.providers import azure
from reconciler.providers.dataplane import DataPlane
from tests.faults import estate
from tests.faults.audit import audit, runs
from tests.faults.network import Kind, travelling
from tests.faults.schedules import Chaos, at_once, strike
from tests.faults.stage import SETTLE, Stage
from tests.faults.test_dead_sender import CREATE, a_dead_operators_create_is_heard_late

Break = Callable[[pytest.MonkeyPatch], None]


def creates(loaded: Estate, lag: float = 0.0) -> list[int]:
    sent = Stage(loaded, lag=lag).apply().operator.sent
    return [n for n, request in enumerate(sent) if request == CREATE]


def a_lost_answer_is_not_paid_again(loaded: Estate) -> None:
    report = strike(loaded, creates(loaded)[0], Kind.ERROR_AFTER)
    assert not report.findings.paid_twice, report.findings


def a_lost_answer_is_not_paid_again_while_lists_lag(loaded: Estate) -> None:
    lag = SETTLE * 0.8
    report = strike(loaded, creates(loaded, lag)[0], Kind.DROP_AFTER, lag)
    assert not report.findings.paid_twice, report.findings


def a_run_that_is_there_is_adopted(loaded: Estate) -> None:
    """The plan is older than the run: somebody else has started it since."""
    stage = Stage(loaded)
    stage.apply(wait=False, meanwhile=lambda: stage.apply(wait=False))
    assert all(len(jobs) == 1 for jobs in runs(stage).values()), runs(stage)


def two_operators_pay_for_one_run(loaded: Estate) -> None:
    lag = SETTLE * 0.8
    stage = Stage(loaded, lag=lag)
    at_once(stage, Chaos(0, lag, 4, 0.0, (True, True), 0.0, ({}, {}), ()))
    findings = audit(stage)
    assert not findings, findings


def one_write_at_a_time_is_sent_to_an_account(loaded: Estate) -> None:
    """Several seeds, because the threads of one apply meet in ever different ways."""
    for seed in range(4):
        stage = Stage(loaded, travel=travelling(random.Random(seed), 0.2))
        told = stage.apply(parallelism=4)
        assert told.converged, told.words
        refused = [r for r in stage.store.requests.find("PUT", "/deployments/") if r.status == 409]
        assert not refused, refused


def a_write_without_effect_is_an_error(loaded: Estate) -> None:
    """Somebody has put another model under a serving name, and the service swallows the PUT that would mend it."""
    stage = Stage(loaded)
    assert stage.apply().converged
    deployment = stage.store.state.accounts["acme-sweden"].deployments["triage"]
    deployment.properties["model"] = {"format": "OpenAI", "name": "gpt-4.1-nano", "version": "2025-04-14"}
    stage.store.faults.rules.append(Rule("no_effect", "PUT", "/deployments/"))
    told = stage.apply()
    assert stage.store.faults.rules[0].hits == 1
    assert not told.converged, "it said that all is well"
    assert codes.SERVICE_UNCHANGED.id in [d.code.id for o in told.outcomes for d in o.diagnostics]


def an_unmarked_run_is_cancelled_at_once(loaded: Estate) -> None:
    stage = Stage(loaded)
    stage.store.faults.rules.append(Rule("forget_suffix", "POST", "/fine_tuning/jobs$"))
    told = stage.apply()
    assert not told.converged
    unmarked = runs(stage)[""]
    assert [j.phase for j in unmarked] == ["cancelled"]


@contextmanager
def answers(method: str, change: Callable[[Any], Any]) -> Iterator[None]:
    """What the data plane says is changed on its way to the engine."""
    original = getattr(DataPlane, method)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DataPlane, method, lambda self, *arguments: change(original(self, *arguments)))
        yield


def a_run_that_is_listed_without_its_mark_is_cancelled(loaded: Estate) -> None:
    """The answer to the create and reads by id show the suffix, the list does not."""
    stage = Stage(loaded)
    with answers("jobs", lambda jobs: [replace(j, suffix=None, fine_tuned_model=None) for j in jobs]):
        told = stage.apply(wait=False)
    assert not told.converged, told.words
    phases = [j.phase for jobs in runs(stage).values() for j in jobs]
    assert phases == ["cancelled"], "one is tried and cancelled, and nothing more is trained there"


def one_of_two_survives_whatever_a_create_says(loaded: Estate) -> None:
    """A create is dated later than its record, and lists show for a while that a cancelled run goes on."""
    stage, looks = Stage(loaded, lag=SETTLE * 0.8), count()

    def stale(jobs: list[ObservedJob]) -> list[ObservedJob]:
        old = next(looks) < 60
        return [replace(j, status="pending") if old and j.phase is Phase.CANCELLED else j for j in jobs]

    late = answers("create_job", lambda job: replace(job, created_at=job.created_at + 120))
    with late, answers("jobs", stale):
        at_once(stage, Chaos(0, SETTLE * 0.8, 4, 0.0, (True, True), 0.0, ({}, {}), ()))
    alive = {mark: [j.phase for j in jobs if j.phase != "cancelled"] for mark, jobs in runs(stage).items()}
    assert all(len(phases) == 1 for phases in alive.values()), alive


def a_clone_is_never_adopted(loaded: Estate) -> None:
    """Our run's record now says what a clone's would: the same suffix, another number of epochs."""
    stage = Stage(loaded)
    assert stage.apply().converged
    job = next(j for space in stage.store.state.spaces() for j in space.jobs.values() if "nano" in j.base)
    job.hyperparameters = {"n_epochs": 9}
    job.resolved = {**job.resolved, "n_epochs": 9}
    told = stage.apply()
    assert codes.RUN_IMPOSTOR.id in [w.partition(":")[0] for w in told.words], told.words
    assert len([j for jobs in runs(stage).values() for j in jobs if "nano" in j.base]) == 1


def _sdk_retries(patch: pytest.MonkeyPatch) -> None:
    original = azure._openai_client

    def impatient(*arguments: Any) -> Any:
        return original(*arguments).with_options(max_retries=2)

    patch.setattr(azure, "_openai_client", impatient)


def _no_second_look(patch: pytest.MonkeyPatch) -> None:
    original = doubt.create_once

    def blind(look: Callable[[], Any], create: Callable[[], Any], *others: Any, **more: Any) -> Any:
        found = [look(), *[None] * 100]
        return original(lambda: found.pop(0), create, *others, **more)

    patch.setattr(training, "create_once", blind)


def _one_hasty_second_look(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(doubt, "_look_again", lambda look, target, context: look())


def _no_first_look(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(training, "find_run", lambda run, target, context: None)


def _no_election(patch: pytest.MonkeyPatch) -> None:
    judge = MarkIndex.judge

    def blind(self: MarkIndex, run: DesiredRun) -> RunView:
        return replace(judge(self, run), duplicates=())

    patch.setattr(training, "elect", lambda own, *others: own)
    patch.setattr(waiting, "keep_one", lambda *arguments: None)
    patch.setattr(MarkIndex, "judge", blind)


def _no_seeing_off(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Executor, "_see_off", lambda self, step, job: Outcome(step.key, Result.SUBMITTED, job.id))


def _parallel_writes(patch: pytest.MonkeyPatch) -> None:
    def together(plan: Plan) -> tuple[Step, ...]:
        return tuple(replace(step, exclusive=None) for step in make_steps(plan))

    patch.setattr(operations, "make_steps", together)


def _trusting(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(serving, "_check", lambda *arguments: None)


def _markless(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(training, "_with_mark", lambda job, *others: job)
    _markless_lists(patch)


def _markless_lists(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(election, "_own", lambda own, run, jobs, *others: next((j for j in jobs if j.id == own.id), None))


def _creates_own_date(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(election, "_own", lambda own, *others: own)
    patch.setattr(election, "_alive", lambda jobs, target: sorted(jobs, key=lambda j: j.order))


def _credulous(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(planned_runs, "differences", lambda *arguments: ())
    patch.setattr(recognising, "differences", lambda *arguments: ())


SAFEGUARDS = [
    ("creates are sent once, the SDK does not retry", _sdk_retries, a_lost_answer_is_not_paid_again),
    ("after doubt the tool looks again", _no_second_look, a_lost_answer_is_not_paid_again),
    ("it looks for the settle time", _one_hasty_second_look, a_lost_answer_is_not_paid_again_while_lists_lag),
    ("it looks before it creates", _no_first_look, a_run_that_is_there_is_adopted),
    ("one run is elected", _no_election, two_operators_pay_for_one_run),
    ("a run is seen off until no create can be on its way", _no_seeing_off, a_dead_operators_create_is_heard_late),
    ("one write at a time an account", _parallel_writes, one_write_at_a_time_is_sent_to_an_account),
    ("a PUT's answer is not trusted", _trusting, a_write_without_effect_is_an_error),
    ("a run must show its mark", _markless, an_unmarked_run_is_cancelled_at_once),
    ("it must show it in the list", _markless_lists, a_run_that_is_listed_without_its_mark_is_cancelled),
    ("the election has one source of dates", _creates_own_date, one_of_two_survives_whatever_a_create_says),
    ("other ingredients are another run", _credulous, a_clone_is_never_adopted),
]


@pytest.fixture(scope="module")
def crowded(network: None, tmp_path_factory: pytest.TempPathFactory) -> Estate:
    """The small estate with a third deployment on one account, ready at the same moment as another."""
    more = "  sorter:\n    model: {job: triage}\n    sku: Standard\n    capacity: 10\n    targets: {sweden: {}}\n"
    return estate.small(tmp_path_factory.mktemp("crowded"), estate.SMALL + more)


@pytest.mark.parametrize(("name", "taken_away", "check"), SAFEGUARDS, ids=[s[0] for s in SAFEGUARDS])
def test_without_it_the_suite_fails(
    crowded: Estate, name: str, taken_away: Break, check: Callable[[Estate], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    check(crowded)
    taken_away(monkeypatch)
    with pytest.raises(AssertionError):
        check(crowded)
