"""What version 1 has marked is the same for ever: nothing is trained, sent or deployed again."""

from __future__ import annotations

from dataclasses import replace

from reconciler.model import marks
from reconciler.planning.graph import build_graph
from tests.support.accounts import Cloud
from tests.support.applies import apply, left_to_do
from tests.support.estate import ESTATE, SORTER, TRIAGE, edited, facts_of, load_text
from tests.support.live import build
from tests.unit.planning.test_leftovers import NO_TRIAGE, NOTHING_KEPT

VERSIONED = edited(ESTATE, ("    capacity: 10\n", "    capacity: 10\n    strategy: versioned\n"))


def aged(text: str) -> Cloud:
    """The cloud that a version of the tool with marks of version 1 has left behind."""
    cloud = build(text, "converged", ())
    specs = load_text(text)
    runs = build_graph(specs, facts_of(specs)).runs.values()
    names = {run.mark: run.former_mark for run in runs}
    data = {n: m for run in runs for d, digest in run.datasets for n, m in [marks.file_names(d, digest, "acme")]}

    def old(name: str | None) -> str | None:
        mark = marks.find_mark(name)
        return name.replace(mark, names[mark]) if name and mark else name

    for account in cloud.accounts.values():
        account.file_list = {id: replace(f, filename=data[f.filename]) for id, f in account.file_list.items()}
        account.model_list = {str(old(id)): replace(m, id=str(old(id))) for id, m in account.model_list.items()}
        for id, job in account.job_list.items():
            base = str(old(job.base_model))
            account.job_list[id] = replace(
                job, suffix=old(job.suffix), fine_tuned_model=old(job.fine_tuned_model), base_model=base
            )
        for name, raw in list(account.arm.raw.items()):
            del account.arm.raw[name]
            model = {**raw["properties"]["model"], "name": old(raw["properties"]["model"]["name"])}
            tags = {k: str(old(v)) for k, v in raw["tags"].items()}
            body = {**raw, "properties": {**raw["properties"], "model": model}, "tags": tags}
            account.arm.put(str(old(name)), body)
    return cloud


def test_nothing_is_done_again() -> None:
    assert left_to_do(aged(ESTATE), ESTATE) == []


def test_a_versioned_deployment_keeps_its_name() -> None:
    cloud = aged(VERSIONED)
    assert [n for n in cloud["sweden"].arm.raw if n.startswith("triage-r1")]
    assert left_to_do(cloud, VERSIONED) == []
    assert [n for n in cloud["sweden"].arm.raw if n.startswith("triage-r2")] == []


def test_a_new_run_on_an_old_file_sends_nothing_and_is_marked_anew() -> None:
    cloud = aged(ESTATE)
    text = edited(ESTATE, ("    training: tickets\n", "    training: tickets\n    generation: 2\n"))
    sent = cloud["sweden"].calls["upload"]
    apply(cloud, text)
    assert cloud["sweden"].calls["upload"] == sent
    assert [j.suffix or "" for j in cloud["sweden"].job_list.values()][-1].startswith("r2")
    assert left_to_do(cloud, text) == []


def test_a_failed_attempt_of_an_older_version_counts() -> None:
    cloud = aged(ESTATE)
    account = cloud["sweden"]
    job = next(j for j in account.job_list.values() if (j.suffix or "").endswith("triage"))
    account.model_list.pop(job.fine_tuned_model or "")
    account.job_list[job.id] = replace(job, status="failed", fine_tuned_model=None)
    assert f"blocked {TRIAGE}" in left_to_do(cloud, ESTATE)


def test_a_run_of_either_version_takes_part_in_the_election() -> None:
    """Two operators, one with an older version of the tool."""
    cloud = aged(ESTATE)
    account = cloud["sweden"]
    account.hold = True
    job = next(j for j in account.job_list.values() if (j.suffix or "").endswith("triage"))
    account.model_list.pop(job.fine_tuned_model or "")
    mark = marks.find_mark(job.suffix) or ""
    run = next(r for r in build_graph(load_text(ESTATE), facts_of(load_text(ESTATE))).runs.values() if mark in r.marks)
    unfinished = {"status": "running", "fine_tuned_model": None, "finished_at": None}
    account.job_list[job.id] = replace(job, **unfinished)  # type: ignore[arg-type]
    newer = replace(job, id="ftjob-new", suffix=run.suffix, created_at=job.created_at + 1, **unfinished)  # type: ignore[arg-type]
    account.job_list[newer.id] = newer
    apply(cloud, ESTATE, wait=False)
    assert (account.job_list[newer.id].status, account.job_list[job.id].status) == ("cancelled", "running")


def test_what_only_an_old_mark_names_is_never_pruned() -> None:
    """Its 16 bits may be another estate's."""
    cloud = aged(ESTATE)
    before = dict(cloud["sweden"].model_list), dict(cloud["sweden"].file_list)
    story = apply(cloud, edited(NO_TRIAGE, NOTHING_KEPT), prune=True)
    assert [step.split("#")[0] for step in story.results] == [SORTER], "its tags tell the estate in full"
    assert before == (cloud["sweden"].model_list, cloud["sweden"].file_list)
    assert {x.kept for x in story.plan.leftovers} == {"only a short mark says that it is this estate's"}
