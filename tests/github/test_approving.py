"""What a merge lets through, and what it does not: whole runs of `reconciler github`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from reconciler.api import estate as loading
from reconciler.cli.github.making import make
from reconciler.github.marker import Marker, read_marker
from reconciler.planning.covering import with_changes
from reconciler.planning.planreading import read_saved
from reconciler.specs.parse import load
from tests.github.conftest import SPECS, Ci
from tests.github.test_commands import NORWAY, PULL, Commands, applied, here
from tests.github.test_workflows import live, set_capacity
from tests.support.hub import Fault

__all__ = ["Ci", "here"]
OTHER = PULL + 1
EXPERIMENT = """\
version: 1
datasets:
  evil:
    file: ../data/evil.jsonl
jobs:
  experiment:
    target: sweden
    base_model: gpt-4.1-nano-2025-04-14
    training: evil
    hyperparameters: {n_epochs: 1}
"""


def state(here: Commands, number: int) -> str:
    """Of the latest result on a pull request."""
    markers = [m for body in here.hub.bodies(number) if (m := read_marker(body)) and m.kind == "apply"]
    return markers[-1].facts["state"] if markers else ""


def proposed(here: Commands, number: int, head: str) -> None:
    """Planned, and merged."""
    here.head = head
    here.github("plan")
    here.hub.add_pull(number, merged=here.commit(), head=head)


def test_a_comment_that_a_bot_was_made_to_write_approves_nothing(here: Commands) -> None:
    here.uploads = False
    here.github("plan")
    (shown,) = here.hub.bodies(PULL)
    here.hub.add_pull(PULL, merged=here.commit())
    marker = read_marker(shown)
    assert marker
    here.hub.add_comment(PULL, f"{marker}\nCoverage: 91 %")
    ended = here.github("apply")
    assert ended.status == 1
    assert "nobody approved this plan" in ended.log
    assert live(here) == {}


def test_a_run_of_another_workflow_approves_nothing(here: Commands) -> None:
    here.uploads = False
    here.github("plan")
    kept = here.outputs()
    for facts in ({"workflow": "coverage.yml"}, {"event": "push"}, {"fork": "mallory/models"}):
        run = here.hub.ran(here.head, **facts)
        here.hub.keep(run, kept["artifact"], {"plan.json": (here.folder / kept["plan"]).read_bytes()})
    here.hub.add_pull(PULL, merged=here.commit())
    ended = here.github("apply")
    assert ended.status == 1
    assert "#7: its plan was made for a fork, which has no credentials" in ended.log
    assert "Merged, and approving nothing" in here.summary
    assert live(here) == {}


def test_the_name_of_the_planning_workflow_can_be_said(here: Commands) -> None:
    here.uploads = False
    here.github("plan")
    kept = here.outputs()
    run = here.hub.ran(here.head, workflow="models-plan.yml")
    here.hub.keep(run, kept["artifact"], {"plan.json": (here.folder / kept["plan"]).read_bytes()})
    here.hub.add_pull(PULL, merged=here.commit())
    assert here.github("apply", "--plan-workflow", "../x.yml").status == 64
    absent = here.github("apply", "--plan-workflow", "other.yml")
    assert absent.status == 1
    assert "there is no workflow .github/workflows/other.yml" in absent.log
    assert here.github("apply", "--wait", "--plan-workflow", "models-plan.yml").status == 0


def test_a_merge_without_a_plan_does_not_ride_on_anothers(here: Commands) -> None:
    """`(known after training)` is approved with the run that makes the model."""
    data = here.folder / "data/triage-train.jsonl"
    (here.folder / "data/evil.jsonl").write_text("\n".join(data.read_text().splitlines()[::-1]))
    (here.folder / "specs/experiment.yaml").write_text(EXPERIMENT)
    proposed(here, PULL, "1" * 40)
    (here.folder / "specs/estate.yaml").write_text(SPECS.replace("model: {job: triage}", "model: {job: experiment}"))
    here.hub.add_pull(OTHER, merged=here.commit(), head="2" * 40)
    here.hub.ran("2" * 40, conclusion="cancelled")
    ended = here.github("apply", "--wait")
    assert ended.status == 1
    assert "model comes from job.experiment (" in ended.log
    assert "#8: its plan workflow ended with cancelled" in ended.log
    assert live(here) == {}
    assert state(here, PULL) == state(here, OTHER) == "refused"


def test_a_live_value_that_moved_since_the_plan_is_not_what_was_approved(here: Commands) -> None:
    applied(here)
    (here.folder / "specs/estate.yaml").write_text(SPECS.replace("capacity: 30", "capacity: 40"))
    proposed(here, OTHER, "1" * 40)
    set_capacity(here, 200)
    ended = here.github("apply", "--wait")
    assert ended.status == 1
    assert "capacity is 200 live now; the plan was made when it was 30" in ended.log
    assert live(here) == {"triage": 200}
    scheduled = here.github("apply", GITHUB_EVENT_NAME="schedule")
    assert scheduled.status == 0
    assert state(here, OTHER) == "left", "it is not done, so its approval is not used up"
    set_capacity(here, 30)
    assert here.github("apply", "--wait", GITHUB_EVENT_NAME="schedule").status == 0
    assert live(here) == {"triage": 40}
    assert state(here, OTHER) == "converged"


def only_shows(here: Commands, address: str) -> None:
    """The latest plan is one of this address alone."""
    run = here.hub.runs[-1]
    made = read_saved((here.folder / ".reconciler/plan.json").read_bytes())
    part = with_changes(made, [c for c in made.resource_changes if c.address == address])
    (kept,) = here.hub.artifacts[str(run["id"])]
    here.hub.keep(str(run["id"]), kept["name"], {"plan.json": part.as_bytes()})


def test_a_schedule_keeps_an_elder_approval_that_could_not_be_used_yet(here: Commands) -> None:
    """A younger one that converges does not hide it."""
    applied(here)
    (here.folder / "specs/estate.yaml").write_text(SPECS.replace("capacity: 30", "capacity: 40"))
    proposed(here, OTHER, "1" * 40)
    set_capacity(here, 200)
    (here.folder / "specs/norway.yaml").write_text(NORWAY)
    proposed(here, OTHER + 1, "2" * 40)
    only_shows(here, "deployment.small@norway")
    assert here.github("apply", "--wait", GITHUB_EVENT_NAME="schedule").status == 0
    assert (state(here, OTHER), state(here, OTHER + 1)) == ("left", "converged")
    set_capacity(here, 30)
    assert here.github("apply", "--wait", GITHUB_EVENT_NAME="schedule").status == 0
    assert state(here, OTHER) == "converged"
    assert live(here) == {"triage": 40}


def test_what_moves_while_a_schedule_looks_twice_is_refused(here: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a part is left alone, the rest is planned anew, and must still be what was approved."""
    applied(here)
    (here.folder / "specs/estate.yaml").write_text(SPECS.replace("capacity: 30", "capacity: 40"))
    proposed(here, OTHER, "1" * 40)
    (here.folder / "specs/norway.yaml").write_text(NORWAY)
    here.hub.history.append(here.commit())
    looks: list[bool] = []

    def moving(*arguments: Any, **options: Any) -> Any:
        looks.append(True)
        if len(looks) == 2:
            set_capacity(here, 200)
        return make(*arguments, **options)

    monkeypatch.setattr(sys.modules["reconciler.cli.github.apply"], "make", moving)
    ended = here.github("apply", "--wait", GITHUB_EVENT_NAME="schedule")
    assert ended.status == 1
    assert "capacity is 200 live now" in ended.log
    assert live(here) == {"triage": 200}


@contextmanager
def unreadable(here: Commands, account: str) -> Iterator[None]:
    """One account answers 403."""
    url = f"{here.emulator}/_emulator/faults"
    fault = {"fault": "status", "path": account, "status": 403, "count": None}
    made = httpx2.post(url, json=[fault], trust_env=False)
    made.raise_for_status()
    try:
        yield
    finally:
        httpx2.delete(url, trust_env=False).raise_for_status()


def test_what_could_not_be_read_is_not_applied_and_uses_no_approval_up(here: Commands) -> None:
    applied(here)
    (here.folder / "specs/norway.yaml").write_text(NORWAY)
    proposed(here, OTHER, "1" * 40)
    with unreadable(here, "aoai-norway"):
        for event in ("push", "schedule"):
            ended = here.github("apply", "--wait", GITHUB_EVENT_NAME=event)
            assert ended.status == 1
            assert "Applied: everything" not in ended.log
            assert state(here, OTHER) == "incomplete"
    assert here.github("apply", "--wait", GITHUB_EVENT_NAME="schedule").status == 0
    assert state(here, OTHER) == "converged"


def test_a_name_decides_nothing(here: Commands) -> None:
    """A failed run of a job that is called like one of our codes is a failure, and no refusal."""
    specs = SPECS.replace("triage:\n    target", "plan-stale:\n    target").replace("job: triage", "job: plan-stale")
    (here.folder / "specs/estate.yaml").write_text(specs)
    proposed(here, PULL, "1" * 40)
    rule = {"fault": "fail_run", "path": "fine_tuning/jobs", "count": None}
    httpx2.post(f"{here.emulator}/_emulator/faults", json=[rule], trust_env=False).raise_for_status()
    ended = here.github("apply", "--wait")
    assert ended.status == 1
    assert state(here, PULL) == "failed"


def test_the_specs_are_read_once(here: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def counted(root: Path) -> Any:
        calls.append(root)
        return load(root)

    monkeypatch.setattr(loading, "load_specs", counted)
    here.github("plan")
    here.hub.add_pull(PULL, merged=here.commit())
    here.github("apply", "--wait")
    here.github("drift")
    assert len(calls) == 3


def test_an_option_that_does_not_exist_is_told_before_anything_is_read(here: Commands) -> None:
    for command in ("plan", "apply", "drift"):
        ended = here.github(command, "--args", "--pruune")
        assert ended.status == 64
        assert "--pruune" in ended.log
    assert here.hub.requests == []


@pytest.mark.parametrize(("path", "status"), [("/runs", 403), ("/artifacts", 502), ("/pulls", 404)])
def test_approvals_that_cannot_be_read_begin_nothing(here: Commands, path: str, status: int) -> None:
    proposed(here, PULL, "1" * 40)
    here.hub.faults.append(Fault("GET", path, status, times=99))
    ended = here.github("apply")
    assert ended.status == 1
    assert "::error title=it could not be read what was approved" in ended.log
    assert "actions%3A read" in ended.log or "actions: read" in ended.log
    assert live(here) == {}


def test_a_marker_of_an_apply_is_no_plan(here: Commands) -> None:
    here.github("plan")
    here.hub.add_pull(PULL, merged=here.commit())
    here.hub.add_comment(PULL, f"{Marker('apply', 'specs', facts={'state': 'converged'})}\n", author="mallory")
    assert here.github("apply", "--wait").status == 0, "what others write is not read"
