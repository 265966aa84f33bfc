"""`adopt`: a live run or model that counts as a job's, whatever carries no mark of ours."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reconciler.engine import operations
from reconciler.model.asked import Asked
from reconciler.model.observation import ObservedCheckpoint, ObservedJob
from reconciler.planning.comparison import compare_run
from reconciler.planning.plan import Plan
from tests.support.accounts import Cloud
from tests.support.applies import apply, carry_out, destroy
from tests.support.estate import ESTATE, SORTER, TRIAGE, edited, graph_of, load_text
from tests.support.live import build

JOB = "    training: tickets\n"
OWN = edited(
    ESTATE,
    ("estate: acme", "estate: other"),
    (
        "target: sweden\n    base_model: gpt-4.1-nano",
        "target: sweden\n    suffix: theirs\n    base_model: gpt-4.1-nano",
    ),
)


def strangers() -> tuple[Cloud, ObservedJob]:
    """The cloud in which another estate has trained, and its triage run."""
    cloud = build(OWN, "converged", [])
    return cloud, next(j for j in cloud["sweden"].job_list.values() if (j.suffix or "").endswith("-theirs"))


def adopting(id: str, text: str = ESTATE) -> str:
    only = text[: text.index("chains:")] + text[text.index("jobs:") : text.index("deployments:")]
    return edited(only, (JOB, f"{JOB}    adopt: {id}\n"))


def plan(cloud: Cloud, text: str, *, prune: bool = False) -> Plan:
    return operations.plan(cloud.world(load_text(text)), Asked(prune=prune), 1)


def blocked(made: Plan) -> list[str]:
    return [d.code.id for d in made.diagnostics]


def test_a_run_and_its_model_are_the_same_to_adopt() -> None:
    cloud, job = strangers()
    for id in (job.id, job.fine_tuned_model or ""):
        made = plan(cloud, adopting(id))
        assert (made.changes, blocked(made)) == ((), [])
        assert [*made.models.values()] == [job.fine_tuned_model]


def test_a_model_counts_when_its_run_is_forgotten_even_where_lists_lag() -> None:
    cloud, job = strangers()
    account, model = cloud["sweden"], job.fine_tuned_model or ""
    del account.job_list[job.id]
    assert plan(cloud, adopting(model)).changes == ()
    assert plan(cloud, adopting(job.id)).changes == (), "the model tells its run"
    listed = list(account.model_list.values())
    account.models = lambda: [m for m in listed if m.id != model]  # type: ignore[method-assign]
    assert plan(cloud, adopting(model)).changes == (), "it is asked for by name"


@pytest.mark.parametrize("status", ["failed", "cancelled"])
def test_a_run_without_a_model_blocks_and_is_never_trained_in_its_place(status: str) -> None:
    cloud, job = strangers()
    cloud["sweden"].job_list[job.id] = replace(job, status=status, fine_tuned_model=None)
    text = edited(adopting(job.id), ("    adopt:", "    retries: 3\n    adopt:"))
    made = plan(cloud, text)
    assert [c.action.value for c in made.changes] == ["blocked"]
    assert blocked(made) == ["adopted-lost"]


def test_a_model_that_is_gone_or_was_never_there_blocks() -> None:
    cloud, job = strangers()
    del cloud["sweden"].model_list[job.fine_tuned_model or ""]
    for id in (job.id, job.fine_tuned_model, "ftjob-nobody"):
        assert blocked(plan(cloud, adopting(str(id)))) == ["adopted-lost"]


def test_a_run_under_way_is_waited_for_and_then_served() -> None:
    cloud, job = strangers()
    account = cloud["sweden"]
    account.model_list.pop(job.fine_tuned_model or "")
    account.job_list[job.id] = replace(job, status="running", finished_at=None, fine_tuned_model=None)
    text = edited(ESTATE, (JOB, f"{JOB}    adopt: {job.id}\n"))
    text = edited(text, ("  triage:\n    model", "  sorter:\n    model"))
    account.hold = True
    assert {str(c.address): c.action.value for c in plan(cloud, text).changes}[TRIAGE] == "wait"
    account.hold = False
    apply(cloud, text)
    assert account.arm.raw["sorter"]["properties"]["model"]["name"] == account.job_list[job.id].fine_tuned_model


def test_a_run_that_fails_while_it_is_watched_is_not_tried_again() -> None:
    cloud, job = strangers()
    account = cloud["sweden"]
    account.model_list.pop(job.fine_tuned_model or "")
    account.hold = True
    account.job_list[job.id] = replace(job, status="running", finished_at=None, fine_tuned_model=None)
    text = adopting(job.id)
    world = cloud.world(load_text(text))
    made = operations.plan(world, parallelism=1)
    account.job_list[job.id] = replace(job, status="failed", fine_tuned_model=None)
    (outcome,) = carry_out(cloud, world, made).outcomes
    assert outcome.failed


def test_children_depend_on_the_id_and_on_nothing_else() -> None:
    child = "  again: {target: sweden, base_model: {job: triage}, training: tickets}\n"

    def fingerprint(id: str, *edits: tuple[str, str]) -> str:
        text = edited(edited(ESTATE, (JOB, f"{JOB}    adopt: {id}\n{child}")), *edits)
        graph = graph_of(text)
        return next(run.fingerprint for a, run in graph.runs.items() if a.name == "again")

    one = fingerprint("ftjob-1")
    assert fingerprint("ftjob-1", ("    adopt:", "    hyperparameters: {n_epochs: 9}\n    adopt:")) == one
    assert fingerprint("ftjob-2") != one


def test_an_adopted_stage_needs_no_stage_before_it() -> None:
    cloud, job = strangers()
    text = edited(ESTATE, ("training: february,", f"training: february, adopt: {job.id},"))
    trained = [str(c.address) for c in plan(cloud, text).changes if c.action.trains]
    assert trained == [TRIAGE]


def test_a_checkpoint_of_an_adopted_run_is_served() -> None:
    cloud, job = strangers()
    point = ObservedCheckpoint(job.id, 10, "ftchkpt-1", f"{job.fine_tuned_model}:ckpt-step-10")
    cloud["sweden"].checkpoint_list[job.id] = [point]
    for id in (job.id, job.fine_tuned_model):
        text = edited(ESTATE, (JOB, f"{JOB}    adopt: {id}\n"), ("{job: triage}", "{job: triage, checkpoint: 10}"))
        text = edited(text, ("  triage:\n    model", f"  sorter-{len(str(id))}:\n    model"))
        story = apply(cloud, text)
        assert not [o for o in story.outcomes if o.failed], story.codes()
    served = [raw["properties"]["model"]["name"] for raw in cloud["sweden"].arm.raw.values()]
    assert served.count("ftchkpt-1") == 2


def test_what_is_adopted_is_never_pruned_and_a_strangers_is_never_destroyed() -> None:
    cloud = build(ESTATE, "converged", [])
    mine = next(j for j in cloud["sweden"].job_list.values() if (j.suffix or "").endswith("-triage"))
    text = edited(
        ESTATE,
        (JOB, f"{JOB}    generation: 2\n    adopt: {mine.id}\n"),
        ("estate: acme\n", "estate: acme\nretention: {models: 0}\n"),
    )
    text = text[: text.index("  triage:\n    model")]
    made = plan(cloud, text, prune=True)
    assert [str(c.address) for c in made.changes if c.action.value == "destroy"] == [SORTER]

    cloud, theirs = strangers()
    before = dict(cloud["sweden"].model_list)
    destroy(cloud, adopting(theirs.id))
    assert cloud["sweden"].model_list == before


def test_what_differs_from_the_spec_is_told_as_far_as_it_can_be() -> None:
    cloud, job = strangers()
    graph = graph_of(
        edited(ESTATE, (JOB, f"{JOB}    validation: valid\n    hyperparameters: {{n_epochs: 4, batch_size: 8}}\n"))
    )
    run = next(r for r in graph.runs.values() if r.address.name == "triage")
    files = list(cloud["sweden"].file_list.values())
    job = replace(job, base_model="GPT-4.1-nano-2025-04-14", hyperparameters={"n_epochs": 3, "batch_size": -1})
    told = {f.field: (f.before, f.after) for f in compare_run(run, "gpt-4.1-nano-2025-04-14", job, files)}
    assert told.keys() == {"n_epochs", "batch_size", "validation"}
    assert told["n_epochs"] == (3, 4)
    assert told["batch_size"] == ("(not told)", 8)
    assert told["validation"][0] is None
    other = compare_run(run, "gpt-4.1-mini-2025-04-14", replace(job, training_file="file-x"), files)
    told = {f.field: (f.before, f.after) for f in other}
    assert told["base_model"] == ("GPT-4.1-nano-2025-04-14", "gpt-4.1-mini-2025-04-14")
    assert told["training"][0] == "file-x (deleted), of unknown content"
