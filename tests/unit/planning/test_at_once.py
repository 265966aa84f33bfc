"""What is done at once while a model is trained: with the model that serves, or served before it was gone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from reconciler.engine import operations
from reconciler.model import codes
from reconciler.model.asked import Asked
from reconciler.model.events import Result
from reconciler.model.marks import DeploymentMark
from reconciler.model.selection import Selection
from reconciler.planning import preflight
from reconciler.planning.changes import Action, Change, Unknown, only_at_once
from reconciler.planning.drift import Cause
from reconciler.planning.plan import Plan
from reconciler.planning.preflight.findings import Finding, block
from reconciler.planning.preflight.quota import deltas_of
from reconciler.planning.preflight.view import View
from tests.support.accounts import Cloud
from tests.support.applies import Story, apply, carry_out, left_to_do
from tests.support.estate import CHAT, CHAT_US, ESTATE, SORTER, edited, load_text

STAGE = (
    "      - {name: 2026-02, training: february, hyperparameters: {n_epochs: 2}}\n",
    "      - {name: 2026-02, training: february, hyperparameters: {n_epochs: 2}}\n"
    "      - {name: 2026-03, training: february}\n",
)
NEXT = edited(ESTATE, STAGE)
THIRD = "job.support/2026-03"
NAME = "support-chat"


def with_strategy(strategy: str) -> tuple[str, tuple[str, str]]:
    """The estate with a strategy, and the edit that appends a stage to it."""
    return edited(
        ESTATE, ("    model: {chain: support}\n", f"    model: {{chain: support}}\n    strategy: {strategy}\n")
    ), STAGE


def live(text: str = ESTATE) -> Cloud:
    """Converged; runs that begin from now on do not end by themselves."""
    cloud = Cloud(load_text(text))
    apply(cloud, text)
    for account in cloud.accounts.values():
        account.hold = True
        account.arm.writes.clear()
    return cloud


def planned(cloud: Cloud, text: str) -> Plan:
    return operations.plan(cloud.world(load_text(text)), parallelism=1)


def change(plan: Plan, address: str) -> Change:
    return plan.by_key()[address]


def raw(cloud: Cloud, name: str = NAME, target: str = "sweden") -> dict[str, Any]:
    return cloud[target].arm.raw[name]


def model(cloud: Cloud, name: str = NAME, target: str = "sweden") -> str:
    return str(raw(cloud, name, target)["properties"]["model"]["name"])


def record(cloud: Cloud, name: str = NAME, target: str = "sweden") -> DeploymentMark:
    found = DeploymentMark.read(raw(cloud, name, target)["tags"])
    assert found is not None
    return found


def end(cloud: Cloud) -> None:
    """Every run that is under way succeeds."""
    for job in list(cloud["sweden"].job_list.values()):
        if not job.phase.final:
            cloud["sweden"].end(job.id)


def delete(cloud: Cloud, name: str = NAME, target: str = "sweden") -> None:
    del cloud[target].arm.raw[name]
    cloud[target].arm.record(name, "delete", "ana")


def scale(cloud: Cloud) -> None:
    raw(cloud)["sku"]["capacity"] = 5


def strip(cloud: Cloud) -> None:
    raw(cloud)["tags"] = {"team": "support"}


def swap(cloud: Cloud) -> None:
    raw(cloud)["properties"]["model"] = {"format": "OpenAI", "name": "gpt-4.1", "version": "2025-04-14"}


def fail(cloud: Cloud) -> None:
    raw(cloud)["properties"]["provisioningState"] = "Failed"


def nothing(_: Cloud) -> None:
    return None


WHAT: list[tuple[tuple[str, str] | None, Callable[[Cloud], None], str]] = [
    (("capacity: 50", "capacity: 90"), nothing, "a capacity in the specs"),
    (("{team: support}", "{team: care}"), nothing, "a tag in the specs"),
    (("    capacity: 50\n", "    capacity: 50\n    content_filter: Microsoft.DefaultV2\n"), nothing, "a filter"),
    (("    capacity: 50\n", "    capacity: 50\n    protect: true\n"), nothing, "protection"),
    (("sku: Standard\n    capacity: 50", "sku: GlobalStandard\n    capacity: 50"), nothing, "a SKU"),
    (None, scale, "a capacity that somebody changed"),
    (None, strip, "tags that a policy took away"),
    (None, swap, "a model that somebody changed"),
    (None, fail, "a write that the service gave up"),
    (None, delete, "a deployment that somebody deleted"),
]


STRATEGIES = ("in_place", "recreate", "versioned")
TRIES = [(s, *what) for s in STRATEGIES for what in WHAT if (s, what[2]) != ("recreate", "protection")]
"""What is protected is not recreated: that has a test of its own."""


@pytest.mark.parametrize(("strategy", "edit", "happens", "why"), TRIES, ids=[f"{t[0]}: {t[3]}" for t in TRIES])
def test_it_is_done_before_the_training_ends(
    strategy: str, edit: tuple[str, str] | None, happens: Callable[[Cloud], None], why: str
) -> None:
    """And an apply after the training brings the new model; then nothing is left to do."""
    text, stage = with_strategy(strategy)
    cloud = live(text)
    if strategy == "versioned":
        (old,) = cloud["sweden"].arm.raw.keys() - {"triage"}
        cloud["sweden"].arm.raw[NAME] = cloud["sweden"].arm.raw.pop(old)
        happens(cloud)
        if NAME in cloud["sweden"].arm.raw:
            cloud["sweden"].arm.raw[old] = cloud["sweden"].arm.raw.pop(NAME)
        else:
            cloud["sweden"].arm.record(old, "delete", "ana")
    else:
        old = NAME
        happens(cloud)
    served = model(cloud, old, "chicago")
    text = edited(text, stage, *([edit] if edit else []))
    first = apply(cloud, text, wait=False)
    assert first.results[CHAT] is Result.LATER
    if strategy == "recreate" and happens is swap:
        assert model(cloud, old) == "gpt-4.1", "a second outage for the time in between is not worth it"
        assert f"{CHAT}#at-once" not in first.results
    elif not (strategy == "versioned" and happens is strip):
        assert first.results[f"{CHAT}#at-once"] in (Result.CHANGED, Result.CREATED), why
        assert model(cloud, old) == served
        assert record(cloud, old).estate == "acme"
        assert apply(cloud, text, wait=False).results.get(f"{CHAT}#at-once") is None, "once is enough"
    end(cloud)
    last = apply(cloud, text)
    assert not [o for o in last.outcomes if o.failed], last.codes()
    assert left_to_do(cloud, text) == []
    (mark,) = {j.mark for j in cloud["sweden"].job_list.values() if (j.suffix or "").endswith("2026-03")}
    assert mark is not None
    name = f"{NAME}-{mark}" if strategy == "versioned" else NAME
    assert mark in model(cloud, name)


def test_waiting_apply_does_both() -> None:
    cloud = live()
    for account in cloud.accounts.values():
        account.hold = False
    story = apply(cloud, edited(NEXT, ("capacity: 50", "capacity: 90")))
    assert story.results[f"{CHAT}#at-once"] is story.results[CHAT] is Result.CHANGED
    assert [body["sku"]["capacity"] for _, name, body in cloud["sweden"].arm.writes if name == NAME] == [90, 90]
    assert story.finished.index(f"{CHAT}#at-once") < story.finished.index(THIRD)


def test_one_change_says_both() -> None:
    made = change(planned(live(), edited(NEXT, ("capacity: 50", "capacity: 90"))), CHAT)
    assert made.action is Action.UPDATE
    assert made.at_once is not None
    assert [(f.field, f.before, f.after) for f in made.at_once.fields] == [("capacity", 50, 90)]
    assert [f.after for f in made.fields] == [Unknown.AFTER_TRAINING, 90]
    assert made.notes == ("at once: capacity", f"after {THIRD}: model")
    assert "whose head is 2026-03 now" in made.reason.text
    assert "capacity changed" in made.reason.text


def test_nothing_is_written_at_once_where_only_the_model_waits() -> None:
    assert change(planned(live(), NEXT), CHAT).at_once is None


def test_a_sku_waits_for_a_model_of_another_base() -> None:
    """The old model may not have it, and its quota is another one; tags do not ask what is served."""
    text = edited(
        ESTATE,
        ("base_model: gpt-4.1-mini-2025-04-14", "base_model: gpt-4.1-2025-04-14"),
        ("capacity: 50", "capacity: 90"),
        ("{team: support}", "{team: care}"),
    )
    part = change(planned(live(), text), CHAT).at_once
    assert part is not None
    assert [f.field for f in part.fields] == ["tags.team"]


def test_a_new_deployment_waits_for_its_model() -> None:
    """Nothing served before: a stage that happens to be trained is not what was asked for."""
    text = edited(
        NEXT,
        (
            "  triage:\n    model",
            "  other:\n    model: {chain: support}\n    sku: Standard\n    targets: {sweden: {}}\n  triage:\n    model",
        ),
    )
    made = change(planned(live(), text), "deployment.other@sweden")
    assert (made.action, made.at_once) == (Action.CREATE, None)


def gone(cloud: Cloud, text: str = NEXT) -> Change:
    delete(cloud)
    return change(planned(cloud, text), CHAT)


def test_the_same_entry_elsewhere_tells_the_model() -> None:
    """Chicago serves what Sweden served, here by hand an older stage."""
    cloud = live(edited(ESTATE, ("{chain: support}", "{chain: support, stage: 2026-01}")))
    made = gone(cloud)
    assert made.at_once is not None
    assert {f.field: f.after for f in made.at_once.fields}["model"] == model(cloud, NAME, "chicago")


def test_a_retrained_job_is_served_from_its_earlier_run() -> None:
    cloud = live()
    served = model(cloud, "triage")
    delete(cloud, "triage")
    text = edited(ESTATE, ("    training: tickets\n", "    training: january\n"))
    made = change(planned(cloud, text), SORTER)
    assert made.at_once is not None
    assert {f.field: f.after for f in made.at_once.fields}["model"] == served
    assert apply(cloud, text, wait=False).results[f"{SORTER}#at-once"] is Result.CREATED
    assert model(cloud, "triage") == served


def test_a_model_that_is_gone_is_not_served_again() -> None:
    cloud = live()
    cloud["sweden"].model_list.pop(model(cloud, "triage"))
    delete(cloud, "triage")
    made = change(planned(cloud, edited(ESTATE, ("    training: tickets\n", "    training: january\n"))), SORTER)
    assert made.at_once is None


def test_what_the_log_does_not_tell_is_said_and_not_guessed() -> None:
    cloud = live()
    delete(cloud)
    cloud["sweden"].arm.log_refused = True
    plan = planned(cloud, NEXT)
    assert change(plan, CHAT).at_once is None
    assert [d.address for d in plan.diagnostics if d.code.id == "history-unreadable"] == [CHAT]


def test_what_is_protected_and_recreated_is_not_locked_to_the_old_model() -> None:
    text, stage = with_strategy("recreate")
    text = edited(text, ("    capacity: 50\n", "    capacity: 50\n    protect: true\n"))
    cloud = live(text)
    assert gone(cloud, edited(text, stage)).at_once is None


def test_what_is_protected_and_would_be_recreated_gets_the_rest() -> None:
    text, stage = with_strategy("recreate")
    text = edited(text, ("    capacity: 50\n", "    capacity: 50\n    protect: true\n"))
    plan = planned(live(text), edited(text, stage, ("capacity: 50", "capacity: 90")))
    made = change(plan, CHAT)
    assert (made.action, [f.field for f in made.fields], made.needs) == (Action.UPDATE, ["capacity"], ())
    assert [d.address for d in plan.diagnostics if d.code.id == "protected"] == [CHAT, CHAT_US]


def test_a_blocked_run_blocks_only_the_model() -> None:
    """The region does not train it any more; the capacity is written all the same."""
    cloud = live()
    plan = operations.plan(cloud.world(load_text(edited(NEXT, ("capacity: 50", "capacity: 90")))), parallelism=1)

    told = codes.MODEL_REGION.at(detail="not here", address=THIRD)
    held = block(plan.by_key(), [Finding(told, (THIRD,), "not here")])
    assert (held[THIRD].action, held[CHAT_US].action) == (Action.BLOCKED, Action.BLOCKED)
    assert (held[CHAT].action, [f.field for f in held[CHAT].fields]) == (Action.UPDATE, ["capacity"])
    assert held[CHAT].needs == ()


def test_a_target_left_out_leaves_the_model_out() -> None:
    text = edited(NEXT, ("chicago: {capacity: 20,", "chicago: {capacity: 40,"))
    cloud = live()
    asked = Asked(Selection(targets=("chicago",)))
    plan = operations.plan(cloud.world(load_text(text)), asked, parallelism=1)
    (made,) = plan.changes
    assert (str(made.address), made.action, [f.field for f in made.fields]) == (CHAT_US, Action.UPDATE, ["capacity"])


def test_one_that_was_deleted_since_the_plan_is_not_made_without_a_model() -> None:
    cloud = live()
    text = edited(NEXT, ("capacity: 50", "capacity: 90"))
    world = cloud.world(load_text(text))
    plan = operations.plan(world, parallelism=1)
    delete(cloud)
    story: Story = carry_out(cloud, world, plan, wait=False)
    assert story.results[f"{CHAT}#at-once"] is Result.FAILED
    assert NAME not in cloud["sweden"].arm.raw


def test_a_newer_model_that_came_since_the_plan_stays() -> None:
    cloud = live()
    swap(cloud)
    world = cloud.world(load_text(NEXT))
    plan = operations.plan(world, parallelism=1)
    raw(cloud)["properties"]["model"]["name"] = "gpt-4.1-nano"
    carry_out(cloud, world, plan, wait=False)
    assert model(cloud) == "gpt-4.1-nano"


def test_drift_looks_into_the_log_whatever_the_model_waits_for() -> None:
    cloud = live()
    delete(cloud)
    for text in (ESTATE, NEXT):
        report = operations.drift(cloud.world(load_text(text)), parallelism=1)
        (found,) = report.findings
        assert (str(found.drift.address), found.drift.cause, found.drift.by) == (CHAT, Cause.DELETED, "ana")
    apply(cloud, NEXT, wait=False)
    (job,) = [j for j in cloud["sweden"].job_list.values() if not j.phase.final]
    cloud["sweden"].end(job.id, "cancelled")
    delete(cloud)
    causes = {f.drift.cause for f in operations.drift(cloud.world(load_text(NEXT)), parallelism=1).findings}
    assert causes == {Cause.DELETED, Cause.CANCELLED}


PROVISIONED = ("sku: Standard\n    capacity: 50", "sku: ProvisionedManaged\n    capacity: 50")


def test_what_is_done_on_another_object_costs_too() -> None:
    """Versioned: the one that serves grows at once, and the new one comes beside it."""
    text, stage = with_strategy("versioned")
    text = edited(text, PROVISIONED)
    cloud = live(text)
    alone = change(planned(cloud, edited(text, stage)), CHAT).cost
    both = planned(cloud, edited(text, stage, ("capacity: 50", "capacity: 60")))
    grown = change(both, CHAT)
    assert alone is not None
    assert grown.cost is not None
    assert grown.at_once is not None
    assert grown.at_once.cost is not None
    assert alone.delta.known > 0
    assert grown.at_once.cost.delta.known == alone.delta.known / 5, "10 units more, as 50 were alone"
    assert grown.cost.delta.known == alone.delta.known / 5 + alone.delta.known * 6 / 5
    assert both.cost.after.known - both.cost.before.known == both.cost.delta.known


def test_it_takes_quota_too() -> None:
    text, stage = with_strategy("versioned")
    cloud = live(text)
    wider = edited(text, stage, ("capacity: 50", "capacity: 60"))
    taken = {}
    for name in (edited(text, stage), wider):
        plan = planned(cloud, name)
        specs = load_text(name)
        observed = operations.look(cloud.world(specs), 1)
        closer = operations.look_closer(cloud.world(specs), observed, preflight.questions(plan), 1)
        view = View(specs, plan.graph, closer, plan.models, plan.by_key())
        taken[name] = [d.amount for d in deltas_of(view, change(plan, CHAT))]
    assert taken == {edited(text, stage): [50], wider: [10, 60]}


def test_only_what_is_done_at_once_costs_where_the_rest_is_left_out() -> None:
    text, stage = with_strategy("versioned")
    text = edited(text, PROVISIONED)
    plan = planned(live(text), edited(text, stage, ("capacity: 50", "capacity: 60")))
    part = only_at_once(change(plan, CHAT), "left out")
    assert part is not None
    assert part.cost is not None
    assert part.cost.before.known == part.cost.delta.known * 5


def test_one_apply_recreates_what_it_has_made_again() -> None:
    """Gone, made again with the old model, and deleted for the new one: such a service changes no model in place."""
    text, stage = with_strategy("recreate")
    cloud = live(text)
    cloud["sweden"].hold = False
    delete(cloud)
    story = apply(cloud, edited(text, stage))
    assert story.results[f"{CHAT}#at-once"] is Result.CREATED
    methods = [method for method, name, _ in cloud["sweden"].arm.writes if name == NAME]
    assert methods == ["PUT", "DELETE", "PUT"]
    assert left_to_do(cloud, edited(text, stage)) == []


def test_a_suffix_that_two_jobs_share_says_nothing() -> None:
    """Without metadata a model is known by its suffix alone, and the other job's would be a stranger's answers."""
    shared = edited(
        ESTATE,
        (
            "  triage:\n    target: sweden\n",
            "  twin:\n    target: sweden\n    base_model: gpt-4.1-nano-2025-04-14\n    training: january\n"
            "    suffix: same\n"
            "  triage:\n    target: sweden\n    suffix: same\n",
        ),
    )
    for text, known in ((ESTATE, True), (shared, False)):
        cloud = live(text)
        jobs = cloud["sweden"].job_list
        jobs.update({id: replace(job, metadata={}) for id, job in jobs.items()})
        delete(cloud, "triage")
        made = change(planned(cloud, edited(text, ("    training: tickets\n", "    training: february\n"))), SORTER)
        assert (made.at_once is not None) is known
