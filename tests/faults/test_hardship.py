"""What long applies meet: full queues, tokens that expire, targets that fall silent, runs that pause or fail."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from reconciler.api.estate import Estate
from reconciler.emulator.faults import Rule
from reconciler.model import codes
from reconciler.model.events import Result
from reconciler.render.plan import render
from reconciler.render.text import Style
from tests.faults import estate
from tests.faults.audit import audit, runs
from tests.faults.stage import Stage, Told
from tests.support.plans import document

TRIAGE = "job.triage"
CREATE = r"/fine_tuning/jobs$"


def results(told: Told) -> dict[str, Result]:
    return {o.step: o.result for o in told.outcomes}


def problems(told: Told) -> dict[str, list[str]]:
    return {o.step: [d.code.id for d in o.diagnostics] for o in told.outcomes if o.diagnostics}


def all_is_well(stage: Stage, told: Told) -> None:
    assert told.converged, told.words
    findings = audit(stage)
    assert not findings, findings


def test_a_full_queue_is_waited_for_and_said(loaded: Estate) -> None:
    stage = Stage(loaded)
    stage.store.state.limits = replace(stage.store.state.limits, jobs_running=1, jobs_queued=0)
    told = stage.apply()
    assert any("waiting for room" in words and "queue is full" in words for words in told.words), told.words
    all_is_well(stage, told)


def test_without_waiting_a_full_queue_is_for_later(loaded: Estate) -> None:
    stage = Stage(loaded)
    stage.store.state.limits = replace(stage.store.state.limits, jobs_running=1, jobs_queued=0)
    told = stage.apply(wait=False)
    assert results(told)[TRIAGE] is Result.LATER
    assert told.converged
    all_is_well(stage, stage.apply())


def test_an_account_that_remembers_too_many_runs_by_now_is_an_error_at_once(loaded: Estate) -> None:
    """The same refusal as a full queue's, but no waiting helps: a hundred runs are listed, and none is under way."""
    stage = Stage(loaded)
    assert stage.apply().converged
    jobs = stage.store.state.spaces()[0].jobs
    [job] = [j for j in jobs.values() if "triage" in str(j.suffix)]
    for name in [name for name, j in jobs.items() if j is job]:
        del jobs[name]
    models = stage.store.state.spaces()[0].models
    del models[str(job.fine_tuned_model)]

    def others_fill_it() -> None:
        for number in range(100 - len(jobs)):
            old = replace(job, id=f"ftjob-{number}", suffix="somebody-elses", phase="failed", fine_tuned_model=None)
            jobs[old.id] = old

    told = stage.apply(meanwhile=others_fill_it)
    assert problems(told).get(TRIAGE) == [codes.ACCOUNT_LIMIT.id], told.words
    assert "100 runs, of which 0 are under way" in " ".join(d.detail for o in told.outcomes for d in o.diagnostics)
    assert not any("waiting for room" in words for words in told.words)
    for name in [name for name in jobs if len(name) < 12]:
        del jobs[name]
    all_is_well(stage, stage.apply())


def test_an_account_without_room_for_files_stops_what_needs_them(loaded: Estate) -> None:
    stage = Stage(loaded)
    stage.store.state.limits = replace(stage.store.state.limits, files=2)
    told = stage.apply()
    assert problems(told) == {"dataset.tickets@sweden": [codes.SERVICE_QUOTA.id]}
    assert results(told)["deployment.support-chat@chicago"] is Result.CREATED
    stage.store.state.limits = replace(stage.store.state.limits, files=100)
    all_is_well(stage, stage.apply())


def test_tokens_that_live_seconds_are_fetched_anew(loaded: Estate) -> None:
    stage = Stage(loaded)
    stage.store.faults.limit_tokens(20.0)
    told = stage.apply()
    refused = [r for r in stage.store.requests.find() if r.status == 401]
    assert len(refused) > 10, "tokens did expire"
    assert len(stage.store.requests.find("POST", "/fine_tuning/jobs")) - len(
        [r for r in refused if r.method == "POST" and r.path.endswith("/jobs")]
    ) == len(runs(stage))
    all_is_well(stage, told)


def test_a_silent_target_does_not_fail_the_others(loaded: Estate) -> None:
    """Chicago says nothing for an hour; everything on sweden is done, and chicago's share by the next apply."""
    stage = Stage(loaded)
    stage.network.silence(r"/accounts/acme-chicago", 0.0, 3600.0)
    told = stage.apply(parallelism=4)
    assert told.plan
    assert [d.code for d in told.plan.diagnostics] == [codes.TARGET_UNREACHABLE]
    assert set(results(told).values()) <= {Result.UPLOADED, Result.TRAINED, Result.CREATED}
    assert results(told)["deployment.support-chat@sweden"] is Result.CREATED
    stage.keeper.sleep(3600.0)
    all_is_well(stage, stage.apply())


def test_minutes_of_silence_while_runs_go_on_are_only_looks_missed(loaded: Estate) -> None:
    stage = Stage(loaded)
    stage.network.silence(r"/accounts/acme-sweden/openai/fine_tuning", 300.0, 900.0)
    told = stage.apply()
    assert any("does not answer" in words for words in told.words)
    all_is_well(stage, told)


def test_a_run_that_pauses_is_parked(loaded: Estate) -> None:
    stage = Stage(loaded)
    stage.store.faults.rules.append(Rule("pause_run", "POST", CREATE, skip=1))
    told = stage.apply()
    assert results(told)[TRIAGE] is Result.PAUSED
    assert results(told)["deployment.triage@sweden"] is Result.SKIPPED
    assert results(told)["deployment.support-chat@sweden"] is Result.CREATED
    plan = stage.plan()
    assert {c.key: c.action.value for c in plan.changes}[TRIAGE] == "parked"


def test_a_run_that_fails_inside_the_service_is_tried_again(loaded: Estate) -> None:
    stage = Stage(loaded)
    stage.store.faults.rules.append(Rule("fail_run", "POST", CREATE, skip=1, code="internalFailure"))
    told = stage.apply()
    phases = sorted(sorted(j.phase for j in jobs) for jobs in runs(stage).values())
    assert phases == [["failed", "succeeded"], ["succeeded"], ["succeeded"]]
    all_is_well(stage, told)


def test_attempts_are_counted_live(loaded: Estate) -> None:
    """Three failures of a job with two retries: whoever applies, there is no fourth run."""
    stage = Stage(loaded)
    stage.store.faults.rules.append(Rule("fail_run", "POST", CREATE, skip=1, count=1, code="internalFailure"))
    stage.apply(wait=False)
    stage.store.clock.advance(2000)
    stage.store.faults.rules[:] = [Rule("fail_run", "POST", CREATE, count=None, code="internalFailure")]
    for _ in range(3):
        told = stage.apply()
    assert not told.converged
    assert max(len(jobs) for jobs in runs(stage).values()) == 3
    assert told.plan
    assert codes.RUN_FAILED in [d.code for d in told.plan.diagnostics]


def test_a_run_that_fails_for_its_data_is_not(loaded: Estate) -> None:
    stage = Stage(loaded)
    stage.store.faults.rules.append(Rule("fail_run", "POST", CREATE, skip=1, code="invalid_training_file"))
    told = stage.apply()
    assert problems(told) == {TRIAGE: [codes.RUN_FAILED.id]}
    assert not stage.apply().converged
    assert sorted(len(jobs) for jobs in runs(stage).values()) == [1, 1, 1]


def test_a_failed_provisioning_says_why_and_is_mended_by_the_next_apply(loaded: Estate) -> None:
    stage = Stage(loaded)
    message = "The capacity could not be found in the region."
    stage.store.faults.rules.append(Rule("fail_provisioning", "PUT", "/deployments/triage", code="X", message=message))
    told = stage.apply()
    assert message in " ".join(told.words)
    all_is_well(stage, stage.apply())


def test_another_writer_is_waited_for(loaded: Estate) -> None:
    stage = Stage(loaded)
    stage.store.faults.rules.append(
        Rule("status", "PUT", "/deployments/triage", count=4, status=409, code="RequestConflict")
    )
    told = stage.apply()
    busy = [f"sweden is busy with another operation; try {number} of 60, 30 min at most" for number in range(1, 5)]
    assert [w for w in told.words if "busy" in w] == busy
    all_is_well(stage, told)


@pytest.mark.parametrize("strategy", ["in_place", "recreate", "versioned"])
def test_accounts_that_refuse_to_change_a_model(
    network: None, tmp_path_factory: pytest.TempPathFactory, strategy: str
) -> None:
    """In place, the old model goes on serving and the error explains; the other strategies need no change of model."""
    old = estate.SMALL.replace("capacity: 10\n", f"capacity: 10\n    strategy: {strategy}\n")
    stage = Stage(estate.small(tmp_path_factory.mktemp("old"), old))
    assert stage.apply().converged
    before = stage.store.state.accounts["acme-sweden"].deployments.copy()
    stage.store.state.switches["acme-sweden"] = {"refuse_model_change": True}
    new = re.sub(r"(training: tickets\n    hyperparameters: )\{n_epochs: 1\}", r"\1{n_epochs: 2}", old)
    assert new != old
    stage.loaded = estate.small(tmp_path_factory.mktemp("new"), new)
    told = stage.apply()
    live = stage.store.state.accounts["acme-sweden"].deployments
    if strategy == "in_place":
        assert problems(told) == {"deployment.triage@sweden": [codes.SERVICE_MODEL_CHANGE.id]}
        assert "recreate" in told.words[-1]
        assert "versioned" in told.words[-1]
        assert live["triage"].properties["model"] == before["triage"].properties["model"]
        assert live["triage"].state == "Succeeded"
    else:
        assert told.converged, told.words
        assert not stage.plan().changes
        assert set(before) <= set(live) if strategy == "versioned" else set(before) == set(live)


def test_a_spare_copy_of_a_file_goes_when_nobody_reads_it(loaded: Estate) -> None:
    """A second operator, who was killed, has left the tickets twice; a run under way reads the younger copy."""
    stage = Stage(loaded)
    stage.apply(wait=False)
    space = stage.store.state.accounts["acme-sweden"].space
    file = next(f for f in space.files.values() if f.filename.startswith("tickets"))
    older = replace(file, id="file-elder", created_at=file.created_at - 100)
    space.files[older.id] = older
    plan = stage.plan()
    spare = next(c for c in plan.changes if c.key == f"dataset.tickets@sweden#{file.id}")
    assert spare.needs == (TRIAGE,)
    assert f"because {older.id} is the same file and stays" in render(document(plan), Style(False))
    all_is_well(stage, stage.apply())
    assert [f.id for f in space.files.values() if f.filename == file.filename] == [older.id]
