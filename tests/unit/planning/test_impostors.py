"""What carries a wanted run's mark and shows other ingredients is another run; what is not shown is not compared."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reconciler.model import marks
from reconciler.model.address import Address
from reconciler.model.observation import Observation, ObservedFile, ObservedJob
from reconciler.model.resource import DesiredRun
from reconciler.planning.impostors import differences
from reconciler.planning.runs import MarkIndex, RunState
from tests.support import answers
from tests.support.accounts import Cloud
from tests.support.applies import apply, destroy, left_to_do
from tests.support.estate import ESTATE, FIRST, SECOND, TRIAGE, edited, graph_of
from tests.support.live import build

TEXT = edited(
    ESTATE, ("    training: tickets\n", "    training: tickets\n    seed: 7\n    hyperparameters: {n_epochs: 2}\n")
)
GRAPH = graph_of(TEXT)
RUN, FIRST_RUN, SECOND_RUN = (GRAPH.runs[Address.parse(a)] for a in (TRIAGE, FIRST, SECOND))


def named(run: DesiredRun, *, validation: bool = False) -> str:
    digest = run.ingredients.validation if validation else run.ingredients.training
    return marks.file_name((run.validation if validation else run.training) or "", digest or "", "acme")


NAMES = {
    "file-own": named(RUN),
    "file-old": marks.file_names("tickets", RUN.ingredients.training, "acme")[1],
    "file-first": named(FIRST_RUN),
    "file-valid": named(FIRST_RUN, validation=True),
    "file-other": f"tickets-{'0' * 16}-{marks.long_mark('acme')}.jsonl",
    "file-theirs": marks.file_name("tickets", RUN.ingredients.training, "other"),
    "file-portal": "train.jsonl",
}


def shown(run: DesiredRun = RUN, **fields: Any) -> ObservedJob:
    raw = {"id": "j1", "status": "running", "created_at": 1, "suffix": run.suffix, "model": "", **fields}
    return answers.job(raw)


AGREE: list[tuple[dict[str, Any], str]] = [
    ({}, "nothing but the mark is shown"),
    ({"model": "gpt-4.1-nano-2025-04-14"}, "the base"),
    ({"model": "GPT-4.1-Nano-2025-04-14"}, "in the service's case"),
    ({"model": "gpt-4.1-nano"}, "as an alias"),
    ({"hyperparameters": {"n_epochs": 2, "batch_size": 8}}, "with the service's own choices beside ours"),
    ({"hyperparameters": {"n_epochs": "2"}}, "a number as text"),
    ({"hyperparameters": {"n_epochs": 2.0}}, "a whole float"),
    ({"hyperparameters": {"n_epochs": -1}}, "a sentinel of Azure's for what it has not shown yet"),
    ({"hyperparameters": {"n_epochs": "auto"}}, "not told"),
    ({"hyperparameters": {}}, "none shown"),
    ({"method": {"type": "Supervised", "supervised": {"hyperparameters": {"n_epochs": 2}}}}, "the method"),
    ({"seed": 7}, "the seed"),
    ({"training_file": "file-own"}, "our file"),
    ({"training_file": "file-old"}, "our file under the name of version 1"),
    ({"training_file": "file-gone"}, "a file that is deleted by now"),
    ({"metadata": {"estate": "acme", "fingerprint": RUN.fingerprint}}, "our metadata"),
    ({"metadata": {"team": "support"}}, "somebody's metadata"),
]
DIFFER: list[tuple[dict[str, Any], str]] = [
    ({"model": "gpt-4.1-mini-2025-04-14"}, "base_model"),
    ({"model": "gpt-4.1"}, "base_model"),
    ({"hyperparameters": {"n_epochs": 9}}, "hyperparameters.n_epochs"),
    ({"hyperparameters": {"n_epochs": "3"}}, "hyperparameters.n_epochs"),
    ({"method": {"type": "dpo", "dpo": {}}}, "method"),
    ({"seed": 8}, "seed"),
    ({"training_file": "file-other"}, "training"),
    ({"training_file": "file-theirs"}, "training"),
    ({"training_file": "file-portal"}, "training"),
    ({"validation_file": "file-valid"}, "validation"),
    ({"metadata": {"estate": "other"}}, "metadata.estate"),
    ({"metadata": {"fingerprint": "f" * 64}}, "metadata.fingerprint"),
]


@pytest.mark.parametrize(("fields", "why"), AGREE)
def test_the_same_run(fields: dict[str, Any], why: str) -> None:
    assert differences(RUN, shown(**fields), GRAPH, NAMES) == (), why


@pytest.mark.parametrize(("fields", "differs"), DIFFER)
def test_another_run(fields: dict[str, Any], differs: str) -> None:
    found = differences(RUN, shown(**fields), GRAPH, NAMES)
    assert [d.field for d in found] == [differs]


def test_a_seed_that_nobody_wrote_is_the_services() -> None:
    assert differences(FIRST_RUN, shown(FIRST_RUN, seed=123), GRAPH, NAMES) == ()


OF_PARENT = [
    (f"gpt-4.1-mini-2025-04-14.ft-{'0' * 32}-{FIRST_RUN.suffix}", (), True),
    (f"gpt-4.1-mini-2025-04-14.ft-{'0' * 32}-{FIRST_RUN.former_mark}-support", (), True),
    ("model-of-a-compatible-service", ("model-of-a-compatible-service",), True),
    ("gpt-4.1-mini-2025-04-14", (), False),
    (f"gpt-4.1-mini-2025-04-14.ft-{'0' * 32}-{RUN.suffix}", (), False),
    (f"gpt-4.1-mini-2025-04-14.ft-{'0' * 32}-{FIRST_RUN.suffix}:ckpt-step-9", (), False),
]


@pytest.mark.parametrize(("base", "parents", "same"), OF_PARENT)
def test_a_stage_starts_from_its_parents_model(base: str, parents: tuple[str, ...], same: bool) -> None:
    found = differences(SECOND_RUN, shown(SECOND_RUN, model=base), GRAPH, NAMES, parents)
    assert (found == ()) is same


OWN, CLONE = (
    shown(model=str(RUN.base)),
    shown(model="gpt-4.1-mini-2025-04-14", id="j0", hyperparameters={"n_epochs": 9}),
)


def view(*jobs: ObservedJob, models: tuple[dict[str, Any], ...] = ()) -> Any:
    files = tuple(ObservedFile(id, name, "processed", 1, "fine-tune", 1) for id, name in NAMES.items())
    seen = tuple(answers.model(m) for m in models)
    return MarkIndex(Observation("sweden", 9, files=files, jobs=jobs, models=seen), GRAPH).judge(RUN)


def test_an_impostor_counts_for_nothing() -> None:
    found = view(CLONE, OWN)
    assert (found.state, found.job.id, found.duplicates) == (RunState.UNDER_WAY, "j1", ())
    assert [i.id for i in found.impostors] == ["j0"]


def test_the_model_of_an_impostor_is_not_the_runs() -> None:
    made = replace(CLONE, status="succeeded", fine_tuned_model=f"gpt-4.1-mini.ft-0-{RUN.suffix}")
    found = view(made, models=({"id": f"gpt-4.1-mini.ft-0-{RUN.suffix}", "fine_tune": "j0"},))
    assert (found.state, found.model) == (RunState.ABSENT, None)


def test_a_model_alone_is_known_by_its_base() -> None:
    ours, theirs = f"gpt-4.1-nano.ft-1-{RUN.suffix}", f"gpt-4.1-mini.ft-0-{RUN.suffix}"
    found = view(models=({"id": theirs, "model": "gpt-4.1-mini-2025-04-14"}, {"id": ours, "model": str(RUN.base)}))
    assert (found.state, found.model) == (RunState.READY, ours)
    assert [i.id for i in found.impostors] == [theirs]


def cloned(cloud: Cloud, status: str, **changes: Any) -> str:
    """Somebody has started the triage run again in the portal, suffix and all, on another base."""
    account = cloud["sweden"]
    job = next(j for j in account.job_list.values() if j.mark == RUN.mark)
    clone = replace(job, id="ftjob-clone", status=status, base_model="gpt-4.1-mini-2025-04-14", created_at=1, **changes)
    account.job_list[clone.id] = clone
    account.hold = True
    return clone.id


def test_a_clone_beside_our_run_is_left_alone_and_told() -> None:
    cloud = build(TEXT, "converged", ())
    clone = cloned(cloud, "running", fine_tuned_model=None)
    story = apply(cloud, TEXT)
    assert [d.code.id for d in story.plan.diagnostics] == ["run-imitated"]
    assert not story.plan.failed
    assert cloud["sweden"].calls["cancel_job"] == 0
    assert cloud["sweden"].job_list[clone].status == "running"


@pytest.mark.parametrize("status", ["running", "succeeded", "failed", "cancelled"])
def test_nothing_is_trained_under_the_mark_of_an_impostor(status: str) -> None:
    cloud = build(TEXT, "converged", ())
    clone = cloned(cloud, status)
    for id in [j.id for j in cloud["sweden"].job_list.values() if j.mark == RUN.mark and j.id != clone]:
        cloud["sweden"].model_list.pop(cloud["sweden"].job_list.pop(id).fine_tuned_model or "")
    before = cloud["sweden"].calls["create_job"]
    story = apply(cloud, TEXT)
    assert cloud["sweden"].calls["create_job"] == before
    assert "blocked job.triage" in left_to_do(cloud, TEXT)
    told = [d for d in story.plan.diagnostics if d.code.id == "run-impostor"]
    assert told
    assert "base_model is gpt-4.1-mini-2025-04-14, not gpt-4.1-nano-2025-04-14" in told[0].detail
    assert "generation" in told[0].detail
    again = edited(TEXT, ("    seed: 7\n", "    seed: 7\n    generation: 2\n"))
    assert "train job.triage" in left_to_do(cloud, again)


def test_an_ancestor_is_not_trained_for_a_run_that_is_blocked_by_an_impostor() -> None:
    cloud = build(ESTATE, "converged", ())
    account = cloud["sweden"]
    for id, job in list(account.job_list.items()):
        if job.mark in SECOND_RUN.marks:
            account.job_list[id] = replace(job, base_model="gpt-4.1-nano-2025-04-14")
        elif job.mark in FIRST_RUN.marks:
            account.model_list.pop(account.job_list.pop(id).fine_tuned_model or "")
    assert not [x for x in left_to_do(cloud, ESTATE) if "2026-01" in x]


def test_destroy_takes_no_impostor() -> None:
    cloud = build(TEXT, "converged", ())
    clone = cloned(cloud, "running", fine_tuned_model=None)
    destroy(cloud, TEXT)
    assert cloud["sweden"].job_list[clone].status == "running"
