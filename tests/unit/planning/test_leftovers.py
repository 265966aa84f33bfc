"""What nothing wants: which models, files and runs --prune takes, and what keeps each of them."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import replace

import pytest

from reconciler.engine import operations
from reconciler.model.asked import Asked
from reconciler.model.marks import long_mark
from reconciler.model.observation import ObservedCheckpoint, ObservedJob
from reconciler.model.selection import Selection
from reconciler.planning.changes import Action, Change
from reconciler.planning.plan import Plan
from reconciler.providers.errors import ServiceError
from tests.support.accounts import Cloud, Fault
from tests.support.applies import apply
from tests.support.estate import CHAT, ESTATE, SECOND, TRIAGE, edited, load_text

NO_CHAT = edited(ESTATE, (ESTATE[ESTATE.index("  support-chat:") : ESTATE.index("  triage:\n    model")], ""))
NO_TRIAGE = edited(
    ESTATE[: ESTATE.index("  triage:\n    model")], (ESTATE[ESTATE.index("jobs:") : ESTATE.index("deployments:")], "")
)
NOTHING_KEPT = ("estate: acme\n", "estate: acme\nretention: {models: 0}\n")


def live(*texts: str) -> Cloud:
    """The cloud in which each of the texts was applied, one after the other."""
    cloud = Cloud(load_text(texts[0]))
    for text in texts:
        apply(cloud, text)
    return cloud


def plan(cloud: Cloud, text: str, *, prune: bool = True, select: Sequence[str] = ()) -> Plan:
    world = cloud.world(load_text(text))
    return operations.plan(world, Asked(Selection(tuple(select)), prune=prune), 1)


def taken(made: Plan) -> list[str]:
    return [f"{c.action.value} {c.address}" for c in made.changes]


def shorts(made: Plan) -> list[str]:
    return [x.short for x in made.leftovers if x.kind == "model"]


def by_kind(made: Plan, kind: str) -> list[str]:
    return [x.kept for x in made.leftovers if x.kind == kind]


def generations(last: int) -> list[str]:
    base = edited(ESTATE, ("    training: tickets\n", "    training: tickets\n    generation: 1\n"))
    return [edited(base, ("generation: 1", f"generation: {n}")) for n in range(1, last + 1)]


def test_what_left_the_specs_stays_without_prune_and_is_counted() -> None:
    made = plan(live(ESTATE), edited(NO_TRIAGE, NOTHING_KEPT), prune=False)
    assert made.changes == ()
    assert sorted(x.kind for x in made.leftovers) == ["file", "model"]


def test_prune_takes_deployments_before_models_before_their_files() -> None:
    made = plan(live(ESTATE), edited(NO_TRIAGE, NOTHING_KEPT))
    assert sorted(taken(made)) == [
        "destroy deployment.triage@sweden",
        f"destroy {TRIAGE}",
        "remove dataset.tickets",
    ]
    keys = {c.action.value + c.address.kind: c for c in made.changes}
    deployment, model, file = keys["destroydeployment"], keys["destroyjob"], keys["removedataset"]
    assert model.needs == (deployment.key,)
    assert file.needs == (model.key,)


def test_the_newest_models_of_each_suffix_stay_for_a_revert() -> None:
    texts = generations(6)
    cloud = live(*texts)
    models = {c.live.id for c in plan(cloud, texts[-1]).changes if c.live}
    newest_first = sorted(cloud["sweden"].model_list.values(), key=lambda m: -m.created_at)
    triage = [m.id for m in newest_first if "nano" in m.id]
    assert models == set(triage[4:]), "one is wanted and three are kept"
    one = ("estate: acme\n", "estate: acme\nretention: {models: 1}\n")
    assert len(taken(plan(cloud, edited(texts[-1], one)))) == 4
    assert len(taken(plan(cloud, edited(texts[-1], NOTHING_KEPT)))) == 5


def test_a_revert_after_prune_redeploys_a_model_that_was_kept() -> None:
    texts = generations(3)
    cloud = live(*texts)
    apply(cloud, texts[-1], prune=True)
    paid = cloud["sweden"].calls["create_job"]
    apply(cloud, texts[0])
    assert cloud["sweden"].calls["create_job"] == paid


def test_a_model_that_a_wanted_deployment_still_serves_stays_until_it_serves_another() -> None:
    old, new = generations(2)
    made = plan(live(old), edited(new, NOTHING_KEPT))
    assert by_kind(made, "model") == ["triage on sweden serves it"]
    assert "destroy" not in {c.action.value for c in made.changes}


def deploy(cloud: Cloud, target: str, model: str) -> None:
    """Somebody deploys a model in the portal."""
    body = {"sku": {"name": "Standard", "capacity": 1}, "properties": {"model": {"format": "OpenAI", "name": model}}}
    cloud[target].arm.put("portal", {**body, "tags": {}})


def triage_model(cloud: Cloud) -> str:
    return next(m for m in cloud["sweden"].model_list if m.endswith("-triage"))


@pytest.mark.parametrize("name", ["{}", "{}:ckpt-step-10"])
def test_a_model_that_a_stranger_serves_in_any_account_stays(name: str) -> None:
    cloud = live(ESTATE)
    deploy(cloud, "chicago", name.format(triage_model(cloud)).upper())
    made = plan(cloud, edited(NO_TRIAGE, NOTHING_KEPT))
    assert by_kind(made, "model") == ["portal on chicago serves it"]
    assert taken(made) == ["destroy deployment.triage@sweden"]
    assert by_kind(made, "file") == [f"it tells whose {name} is" for name in shorts(made)], (
        "without it the model could never go"
    )


def test_a_checkpoint_that_is_served_by_its_id_keeps_the_model_of_its_run() -> None:
    cloud = live(ESTATE)
    model = triage_model(cloud)
    job = cloud["sweden"].model_list[model].job or ""
    point = ObservedCheckpoint(job, 10, "ftchkpt-0123", f"{model}:ckpt-step-10")
    cloud["sweden"].checkpoint_list[job] = [point]
    deploy(cloud, "chicago", "ftchkpt-0123")
    assert by_kind(plan(cloud, edited(NO_TRIAGE, NOTHING_KEPT)), "model") == ["portal on chicago serves it"]


def test_a_checkpoint_of_nobody_known_keeps_models_without_a_record() -> None:
    cloud = live(ESTATE)
    deploy(cloud, "chicago", "ftchkpt-4567")
    bare = edited(NO_TRIAGE, NOTHING_KEPT)
    assert by_kind(plan(cloud, bare), "model") == [""], "its run is listed, and the checkpoint is not among its own"
    del cloud["sweden"].job_list[cloud["sweden"].model_list[triage_model(cloud)].job or ""]
    assert by_kind(plan(cloud, bare), "model") == ["portal on chicago serves it"]


def test_a_model_that_a_wanted_run_names_as_its_base_stays() -> None:
    cloud = live(ESTATE)
    child = f"  again: {{target: sweden, base_model: {triage_model(cloud)}, training: tickets}}\n"
    text = edited(NO_TRIAGE, ("deployments:\n", f"jobs:\n{child}deployments:\n"), NOTHING_KEPT)
    assert by_kind(plan(cloud, text), "model") == ["job.again starts from it"]


def stranger(cloud: Cloud, *, base_model: str = "gpt-4.1-nano-2025-04-14", training_file: str = "file-theirs") -> None:
    """Somebody else's run, under way."""
    account = cloud["sweden"]
    account.hold = True
    some = next(iter(account.job_list.values()))
    account.job_list["ftjob-theirs"] = replace(
        some,
        id="ftjob-theirs",
        status="running",
        suffix="theirs",
        fine_tuned_model=None,
        finished_at=None,
        base_model=base_model,
        training_file=training_file,
        validation_file=None,
    )


def test_what_a_strangers_run_uses_stays() -> None:
    cloud = live(ESTATE)
    tickets = next(f.id for f in cloud["sweden"].file_list.values() if f.filename.startswith("tickets"))
    stranger(cloud, base_model=triage_model(cloud), training_file=tickets)
    made = plan(cloud, edited(NO_TRIAGE, NOTHING_KEPT))
    assert by_kind(made, "model") == ["ftjob-theirs is training on it"]
    assert by_kind(made, "file") == ["ftjob-theirs reads it"]


def under_way() -> Cloud:
    cloud = Cloud(load_text(ESTATE))
    cloud["sweden"].hold = True
    apply(cloud, ESTATE, wait=False)
    return cloud


def test_a_run_that_left_the_specs_is_cancelled_before_its_files_go() -> None:
    made = plan(under_way(), edited(NO_TRIAGE, NOTHING_KEPT))
    (cancel,) = (c for c in made.changes if c.action is Action.CANCEL)
    (file,) = (c for c in made.changes if c.action is Action.REMOVE)
    assert isinstance(cancel.live, ObservedJob)
    assert str(cancel.address) == TRIAGE
    assert file.needs == (cancel.key,)


def test_nothing_but_deployments_goes_while_a_target_cannot_be_read() -> None:
    cloud = live(ESTATE)
    cloud["chicago"].fail("account", Fault(ServiceError("no answer", service="ARM")))
    made = plan(cloud, edited(NO_TRIAGE, NOTHING_KEPT))
    assert taken(made) == ["destroy deployment.triage@sweden"]
    assert {x.kept for x in made.leftovers} == {"not every target could be read"}


def test_another_estates_things_are_nobodys_leftovers() -> None:
    other = edited(ESTATE, ("estate: acme", "estate: other"))
    bare = edited(NO_TRIAGE, ("estate: acme", "estate: third\nretention: {models: 0}"))
    made = plan(live(other), edited(bare, (bare[bare.index("deployments:") :], "")))
    assert made.leftovers == ()
    assert made.orphans == ()
    assert {c.action.value for c in made.changes} == {"upload", "train"}


def test_select_takes_along_what_must_go_first_and_leaves_the_files() -> None:
    made = plan(live(ESTATE), edited(NO_TRIAGE, NOTHING_KEPT), select=[TRIAGE])
    assert sorted(taken(made)) == ["destroy deployment.triage@sweden", f"destroy {TRIAGE}"]


def test_a_selected_file_goes_without_its_model() -> None:
    made = plan(live(ESTATE), edited(NO_TRIAGE, NOTHING_KEPT), select=["dataset.tickets"])
    assert taken(made) == ["remove dataset.tickets"]


UNTIL = ("estate: acme\n", "estate: acme\nretention: {files: until_trained}\n")
SHORT_LIVED = edited(ESTATE, UNTIL)


def removed(made: Plan) -> dict[str, Change]:
    return {c.address.name: c for c in made.changes if c.action is Action.REMOVE}


def test_files_go_in_the_apply_that_trains_on_them() -> None:
    cloud = Cloud(load_text(SHORT_LIVED))
    made = plan(cloud, SHORT_LIVED, prune=False)
    gone = removed(made)
    assert sorted(gone) == ["february", "january", "tickets", "valid"]
    assert gone["valid"].needs == ("job.support/2026-01", SECOND)
    story = apply(cloud, SHORT_LIVED)
    assert not [o for o in story.outcomes if o.failed]
    assert cloud["sweden"].file_list == {}
    assert plan(cloud, SHORT_LIVED, prune=False).changes == ()


def test_files_of_runs_that_ended_meanwhile_go_with_the_next_apply() -> None:
    cloud = under_way()
    made = plan(cloud, SHORT_LIVED, prune=False)
    assert {c.needs for c in removed(made).values()} >= {(TRIAGE,)}, "it waits for the run"
    cloud["sweden"].hold = False
    apply(cloud, ESTATE)
    made = plan(cloud, SHORT_LIVED, prune=False)
    assert {c.needs for c in made.changes} == {()}
    assert sorted(removed(made)) == ["february", "january", "tickets", "valid"]
    apply(cloud, SHORT_LIVED)
    assert cloud["sweden"].file_list == {}


def test_a_file_that_a_blocked_run_or_a_stranger_needs_stays() -> None:
    cloud = Cloud(load_text(ESTATE))
    cloud["sweden"].ends["tickets"] = deque(["failed"])
    apply(cloud, ESTATE)
    assert "tickets" not in removed(plan(cloud, SHORT_LIVED, prune=False)), "it failed, and may be tried again"
    january = next(f.id for f in cloud["sweden"].file_list.values() if f.filename.startswith("january"))
    stranger(cloud, training_file=january)
    assert "january" not in removed(plan(cloud, SHORT_LIVED, prune=False))


def test_a_file_that_nobody_trained_on_is_no_waste_of_ours_to_clear_without_prune() -> None:
    cloud = live(ESTATE)
    cloud["sweden"].upload(f"spring-0123456789abcdef-{long_mark('acme')}.jsonl", ())
    assert "spring" not in removed(plan(cloud, SHORT_LIVED, prune=False))
    assert "spring" in removed(plan(cloud, SHORT_LIVED))


def test_a_month_more_uploads_trains_and_clears_one_file() -> None:
    cloud = live(SHORT_LIVED)
    more = "hyperparameters: {n_epochs: 2}}\n      - {name: 2026-03, training: tickets}\n"
    text = edited(SHORT_LIVED, ("hyperparameters: {n_epochs: 2}}\n", more))
    assert sorted(removed(plan(cloud, text, prune=False))) == ["tickets", "valid"]
    apply(cloud, text)
    assert cloud["sweden"].file_list == {}
    assert cloud["sweden"].calls["create_job"] == 4


def test_a_killed_apply_of_a_saved_plan_is_no_staleness() -> None:
    """The removal has one key, whether the file is there yet or not."""
    cloud = Cloud(load_text(SHORT_LIVED))
    before = {c.key for c in removed(plan(cloud, SHORT_LIVED, prune=False)).values()}
    cloud["sweden"].hold = True
    apply(cloud, SHORT_LIVED, wait=False)
    after = {c.key for c in removed(plan(cloud, SHORT_LIVED, prune=False)).values()}
    assert after <= before
    assert after


def test_a_chain_that_nobody_serves_is_still_wanted() -> None:
    made = plan(live(ESTATE), edited(NO_CHAT, NOTHING_KEPT))
    assert f"destroy {CHAT}" in taken(made)
    assert SECOND not in [str(c.address) for c in made.changes], "the chain is wanted, served or not"
