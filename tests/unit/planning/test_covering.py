"""Approvals: when a newer plan is covered by the one that somebody saw, and when it would do something else."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import fields
from functools import partial
from typing import Any

import orjson
import pytest

from reconciler.engine import operations
from reconciler.engine.context import Stop
from reconciler.model.asked import Asked
from reconciler.model.resource import DesiredDeployment, DesiredRun
from reconciler.planning.covering import Difference, covers, together, with_changes
from reconciler.planning.plandigest import changes_digest, digest_of
from reconciler.planning.planformat import PlanDocument
from reconciler.planning.planreading import read_document, read_saved
from tests.support import plans
from tests.support.accounts import Cloud
from tests.support.applies import apply
from tests.support.estate import CHAT, CHAT_US, ESTATE, FIRST, SECOND, SORTER, TRIAGE, edited, load_text
from tests.support.live import build

GREW = edited(ESTATE, ("capacity: 20", "capacity: 40"))
RECREATED = edited(
    ESTATE,
    ("    sku: Standard\n    capacity: 10\n", "    sku: Standard\n    capacity: 10\n    strategy: recreate\n"),
)
RETRAINED = ("training: tickets", "training: tickets\n    generation: 2")
BASE = ("model: {job: triage}", 'model: {name: gpt-4.1-mini, version: "2025-04-14"}')


def planned(cloud: Cloud, text: str, contents: dict[str, str] | None = None) -> PlanDocument:
    """A plan as it is read back from its file."""
    return plans.document(operations.plan(cloud.world(load_text(text), contents), parallelism=1))


def live(*since: dict[str, Any], text: str = ESTATE) -> Cloud:
    return build(text, "converged", list(since))


def changed(differences: tuple[Difference, ...]) -> dict[str, str]:
    return {d.address: d.words for d in differences}


def between(old: str, new: str, *since: dict[str, Any], text: str = ESTATE) -> dict[str, str]:
    """What a plan of `new`, made after something happened, does that a plan of `old` did not show."""
    return changed(covers(planned(live(text=text), old), planned(live(*since, text=text), new)))


def test_a_plan_holds_while_nothing_moves() -> None:
    cloud = Cloud(load_text(ESTATE))
    assert covers(planned(cloud, ESTATE), planned(cloud, ESTATE)) == ()


def test_what_is_done_or_under_way_is_progress() -> None:
    """A killed `apply FILE` can be run again."""
    cloud = Cloud(load_text(ESTATE))
    plan = planned(cloud, ESTATE)
    for account in cloud.accounts.values():
        account.hold = True
    apply(cloud, ESTATE, wait=False)
    assert covers(plan, planned(cloud, ESTATE)) == (), "submitted"
    for account in cloud.accounts.values():
        account.hold = False
    for _ in range(4):
        apply(cloud, ESTATE, wait=False)
        assert covers(plan, planned(cloud, ESTATE)) == (), "and further"
    assert planned(cloud, ESTATE).resource_changes == ()


MOVES: list[tuple[str, str, set[str], str]] = [
    (GREW, edited(ESTATE, ("capacity: 20", "capacity: 41")), {CHAT_US}, "another value"),
    (ESTATE, GREW, {CHAT_US}, "an action more"),
    (GREW, ESTATE, set(), "an action less"),
    (GREW, edited(GREW, ("training: tickets", "training: tickets\n    seed: 1")), {TRIAGE, SORTER}, "a run more"),
]


@pytest.mark.parametrize(("old", "new", "expected", "why"), MOVES)
def test_the_specs_move(old: str, new: str, expected: set[str], why: str) -> None:
    assert set(between(old, new)) == expected, why


@pytest.mark.parametrize(
    ("capacity", "words"),
    [
        (500, "capacity is 500 live now; the plan was made when it was 20"),
        (30, "capacity is 30 live now; the plan was made when it was 20"),
    ],
)
def test_an_approved_raise_is_not_applied_as_something_else(capacity: int, words: str) -> None:
    moved = {"deployment": "support-chat@chicago", "capacity": capacity}
    assert between(GREW, GREW, moved) == {CHAT_US: words}


def test_a_value_that_has_arrived_is_progress() -> None:
    assert between(GREW, GREW, {"deployment": "support-chat@chicago", "capacity": 40}) == {}
    both = edited(GREW, ("tags: {team: support}", "tags: {team: sales}"))
    assert between(both, both, {"deployment": "support-chat@chicago", "capacity": 40}) == {}


def test_drift_since_the_plan_is_told() -> None:
    assert set(between(GREW, GREW, {"deployment": "triage@sweden", "capacity": 99})) == {SORTER}


EXPERIMENT = edited(
    ESTATE,
    (
        "jobs:\n",
        "jobs:\n  experiment: {target: sweden, base_model: gpt-4.1-nano-2025-04-14, training: january}\n",
    ),
)


def test_a_model_that_is_not_known_yet_is_approved_with_the_run_that_makes_it() -> None:
    """Another run under `(known after training)` is another model, trained already or not."""
    served = edited(EXPERIMENT, ("model: {job: triage}", "model: {job: experiment}"))
    for trained in (False, True):
        cloud = Cloud(load_text(EXPERIMENT))
        plan = planned(cloud, EXPERIMENT)
        if trained:
            world = cloud.world(load_text(served))
            made = operations.plan(world, parallelism=1)
            operations.apply(world, made, lambda _: None, Stop(), parallelism=1)
            del cloud["sweden"].arm.raw["triage"]
        told = changed(covers(plan, planned(cloud, served)))
        assert told[SORTER].startswith("model comes from job.experiment (")
        assert "now, job.triage (" in told[SORTER]


def test_a_checkpoint_is_another_model_than_the_last_one() -> None:
    cloud = Cloud(load_text(ESTATE))
    new = edited(ESTATE, ("model: {job: triage}", "model: {job: triage, checkpoint: 5}"))
    assert "job.triage at step 5 (" in changed(covers(planned(cloud, ESTATE), planned(cloud, new)))[SORTER]


def test_a_base_model_under_an_unknown_one_is_no_progress() -> None:
    cloud = Cloud(load_text(ESTATE))
    (words,) = changed(covers(planned(cloud, ESTATE), planned(cloud, edited(ESTATE, BASE)))).values()
    assert "model comes from no run now" in words


def test_other_training_data_is_another_run_under_the_same_address() -> None:
    cloud = Cloud(load_text(ESTATE))
    differences = covers(planned(cloud, ESTATE), planned(cloud, ESTATE, {"tickets": "a changed word"}))
    assert set(changed(differences)) == {TRIAGE, SORTER, "dataset.tickets"}


ELSEWHERE = edited(ESTATE, ("account: acme-sweden", "account: acme-elsewhere"))


def test_an_approval_is_for_the_account_that_was_seen() -> None:
    """The same names and values, and another place where the data is computed."""
    new = planned(Cloud(load_text(ELSEWHERE)), ELSEWHERE)
    told = changed(covers(planned(Cloud(load_text(ESTATE)), ESTATE), new))
    assert set(told) == {c.address for c in new.resource_changes if c.target == "sweden"} | {CHAT_US}
    assert told[CHAT_US].startswith("source is "), "where its model comes from"
    assert "acme-elsewhere now" in told[TRIAGE]
    assert "acme-sweden was approved" in told[TRIAGE]


def test_a_job_that_moves_to_another_target_is_another_change() -> None:
    text = edited(ESTATE, ("  triage:\n    target: sweden", "  triage:\n    target: chicago"))
    cloud = Cloud(load_text(ESTATE))
    assert changed(covers(planned(cloud, ESTATE), planned(cloud, text)))[TRIAGE] == (
        "it is on chicago now, sweden was approved"
    )


HOW: list[tuple[tuple[str, str], str, str]] = [
    (("training: tickets", "training: tickets\n    training_type: global"), TRIAGE, "training_type is global now"),
    (("training: tickets", "training: tickets\n    retries: 3"), TRIAGE, "retries is 3 now, 0 was approved"),
    (("training: tickets", "training: tickets\n    suffix: other"), TRIAGE, "suffix is "),
    (("    capacity: 10\n", "    capacity: 10\n    strategy: recreate\n"), SORTER, "strategy is recreate now"),
    (("    capacity: 10\n", "    capacity: 10\n    protect: true\n"), SORTER, "protect is true now"),
    (
        ("    capacity: 10\n", "    capacity: 10\n    content_filter: Microsoft.DefaultV2\n"),
        SORTER,
        "content_filter is Microsoft.DefaultV2 now",
    ),
    (
        ("    capacity: 10\n", "    capacity: 10\n    version_upgrade: NoAutoUpgrade\n"),
        SORTER,
        "version_upgrade is NoAutoUpgrade now",
    ),
]


@pytest.mark.parametrize(("edit", "address", "words"), HOW, ids=[h[2] for h in HOW])
def test_how_a_thing_is_made_is_part_of_what_was_approved(edit: tuple[str, str], address: str, words: str) -> None:
    """What a run costs and where its data is computed, and whether a deployment is taken down first."""
    new = edited(ESTATE, edit)
    for old, now in ((ESTATE, new), (new, ESTATE)):
        cloud = Cloud(load_text(ESTATE))
        one, two = planned(cloud, old), planned(cloud, now)
        assert one.digest.changes != two.digest.changes
        assert one.digest.specs != two.digest.specs
        assert set(changed(covers(one, two))) == {address}
    assert words in changed(covers(planned(cloud, ESTATE), planned(cloud, new)))[address]


NOT_TOLD = {
    "address",
    "target",
    "base",
    "ingredients",
    "mark",
    "former",
    "former_mark",
    "training",
    "validation",
    "place",
    "model",
    "tags",
}
"""In the key, the fingerprint, the account or the digest of data; `model` and `tags` have tests of their own."""
TOLD = {"training_type", "retries", "suffix", "strategy", "protect", "content_filter", "version_upgrade", "fingerprint",
        "name", "sku", "capacity", "ignore_drift"}  # fmt: skip


def test_every_field_of_what_is_wanted_was_thought_of() -> None:
    """A new field of a run or a deployment needs a decision: it is a value of the plan, or something else tells it."""
    wanted = {f.name for kind in (DesiredRun, DesiredDeployment) for f in fields(kind)}
    assert wanted == NOT_TOLD | TOLD


def test_how_a_run_is_trained_is_shown() -> None:
    text = edited(ESTATE, ("training: tickets", "training: tickets\n    training_type: developer\n    retries: 2"))
    by_address = {
        c.address: c
        for c in planned(
            Cloud(load_text(text)), edited(text, ("capacity: 10\n", "capacity: 10\n    strategy: versioned\n"))
        ).resource_changes
    }
    assert {"developer training", "up to 2 more if it fails"} <= set(by_address[TRIAGE].notes)
    assert "strategy versioned" in by_address[SORTER].notes


def test_a_run_that_failed_is_tried_again_as_often_as_was_approved() -> None:
    text = edited(ESTATE, ("training: tickets", "training: tickets\n    retries: 1"))
    plan = planned(Cloud(load_text(text)), text)
    failed = planned(live({"run": "triage", "status": "failed"}, text=text), text)
    assert [c.action.value for c in failed.writing if c.address == TRIAGE] == ["retry"]
    assert TRIAGE not in changed(covers(plan, failed))
    assert "retries is 1 now" in changed(covers(planned(Cloud(load_text(ESTATE)), ESTATE), failed))[TRIAGE]


def recreated() -> tuple[Cloud, PlanDocument]:
    """A deployment whose model changes by deleting it first, and that plan."""
    cloud = live(text=RECREATED)
    return cloud, planned(cloud, edited(RECREATED, BASE))


def test_a_replacement_shows_all_fields_in_its_values_and_only_what_changes_to_people() -> None:
    _, plan = recreated()
    (change,) = plan.resource_changes
    assert change.action.value == "replace"
    assert change.change.before is not None
    assert change.change.before["capacity"] == change.change.after["capacity"] == 10
    assert [f.field for f in change.fields] == ["model"]


def test_a_replacement_that_was_killed_after_the_delete_goes_on() -> None:
    cloud, plan = recreated()
    del cloud["sweden"].arm.raw["triage"]
    assert covers(plan, planned(cloud, edited(RECREATED, BASE))) == ()
    more = edited(RECREATED, BASE, ("capacity: 10", "capacity: 11"))
    assert changed(covers(plan, planned(cloud, more))) == {SORTER: "capacity is 11 now, 10 was approved"}


def test_a_replacement_of_something_else_is_stale() -> None:
    cloud, plan = recreated()
    raw = cloud["sweden"].arm.raw
    raw["triage"] = {**raw["triage"], "sku": {**raw["triage"]["sku"], "capacity": 500}}
    told = changed(covers(plan, planned(cloud, edited(RECREATED, BASE))))
    assert told == {SORTER: "capacity is 500 live now; the plan was made when it was 10"}


def test_what_was_to_change_is_not_added_and_what_was_added_may_lack_the_rest() -> None:
    plan = planned(live(), GREW)
    gone = planned(live({"deployment": "support-chat@chicago", "gone": True}), GREW)
    assert changed(covers(plan, gone))[CHAT_US].startswith("add is new, because")
    added = planned(Cloud(load_text(GREW)), GREW)
    drifted = planned(live({"deployment": "support-chat@chicago", "capacity": 500}, text=GREW), GREW)
    assert changed(covers(added, drifted)) == {
        CHAT_US: "capacity is 500 live now; the plan was made when it was nothing"
    }
    failed = planned(live({"deployment": "support-chat@chicago", "state": "Failed"}, text=GREW), GREW)
    assert [c.action.value for c in failed.writing] == ["change"]
    assert covers(added, failed) == ()


def test_a_removal_is_of_what_was_seen() -> None:
    lost = edited(ESTATE, (ESTATE[ESTATE.index("  triage:\n    model") :], ""))

    def plan(*since: dict[str, Any]) -> PlanDocument:
        world = live(*since).world(load_text(lost))
        return plans.document(operations.plan(world, Asked(prune=True), 1))

    assert covers(plan(), plan()) == ()
    grown = {"deployment": "triage@sweden", "capacity": 500}
    assert changed(covers(plan(), plan(grown))) == {
        SORTER: "capacity is 500 live now; the plan was made when it was 10"
    }


def test_an_emptied_plan_approves_nothing() -> None:
    cloud = Cloud(load_text(ESTATE))
    plan = planned(cloud, ESTATE)
    shown = plan.as_json()
    emptied = shown | {"resource_changes": []}
    with pytest.raises(ValueError, match="altered"):
        read_saved(orjson.dumps(emptied))
    signed = emptied | {"digest": shown["digest"] | {"changes": changes_digest("acme", plan.accounts, ())}}
    assert len(covers(read_saved(orjson.dumps(signed)), plan)) == len(plan.resource_changes)


def test_the_digest_is_of_the_specs_and_not_of_the_clock() -> None:
    cloud = Cloud(load_text(ESTATE))
    one, two = planned(cloud, ESTATE), planned(cloud, "# moved\n\n" + ESTATE)
    assert one.digest.specs == two.digest.specs != planned(cloud, GREW).digest.specs


def test_readers_of_terraform_find_their_way() -> None:
    plan = planned(Cloud(load_text(ESTATE)), ESTATE).as_json()
    assert plan["format_version"] == "1.1"
    by_address = {c["address"]: c for c in plan["resource_changes"]}
    change = by_address[CHAT_US]["change"]
    assert (change["actions"], change["before"], change["after_unknown"]) == (["create"], None, {"model": True})
    assert change["after"]["capacity"] == 20
    assert change["made_by"]["model"]["fingerprint"] == by_address[SECOND]["change"]["after"]["fingerprint"]
    assert by_address[TRIAGE]["action_reason"] == "new"


def test_what_moved_is_told_in_words() -> None:
    moved = [
        ("{name: 2026-01, training: january}", "{name: 2026-01, training: january, seed: 3}"),
        ("capacity: 20", "capacity: 41"),
    ]
    older = edited(
        ESTATE,
        ("{name: 2026-01, training: january}", "{name: 2026-01, training: january, generation: 2}"),
        ("capacity: 20", "capacity: 40"),
    )
    told = between(older, edited(ESTATE, *moved))
    assert told[FIRST] == "generation is 1 now, 2 was approved; seed is 3 now, nothing was approved"
    assert told[SECOND] == "the run that it starts from is another one"
    assert told[CHAT_US].startswith("capacity is 41 now, 40 was approved; model comes from job.support/2026-02 (")
    assert between(ESTATE, GREW) == {CHAT_US: "change is new, because capacity changed"}


def test_another_estate_is_another_plan() -> None:
    other = edited(ESTATE, ("estate: acme", "estate: acme-test"))
    told = covers(planned(Cloud(load_text(ESTATE)), ESTATE), planned(Cloud(load_text(other)), other))
    assert [d.words for d in told] == ["the plan is one of the estate acme, the specs are of acme-test"]


def test_a_plan_of_a_format_without_values_from_before_says_how_to_make_it_anew() -> None:
    plan = planned(live(), GREW)
    old = plan.model_copy(update={"format_version": "1.0"})
    (told,) = covers(old.model_copy(update={"digest": old.digest.model_copy(update={"changes": digest_of(old)})}), plan)
    assert "make it anew: reconciler plan --out FILE" in told.words


def test_a_saved_plan_reads_like_a_fresh_one() -> None:
    made = operations.plan(live().world(load_text(GREW)), parallelism=1)
    fresh = plans.fresh(made)
    assert read_document(fresh.as_bytes()) == fresh


def places(part: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to each plain value."""
    if not isinstance(part, dict | list):
        yield path
        return
    for key, value in part.items() if isinstance(part, dict) else enumerate(part):
        yield from places(value, (*path, key))


def moved(value: Any) -> Any:
    """Another value of the same sort."""
    if isinstance(value, bool) or value is None:
        return not value
    return f"{value}x" if isinstance(value, str) else value + 1


ACTIONS = ("upload", "train", "retry", "add", "change", "replace", "destroy", "remove", "cancel")


def mutants(plan: PlanDocument) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each plan that differs from `plan` in one value before or after, fingerprint, action, key or account."""
    whole = plan.as_json()
    for number, change in enumerate(whole["resource_changes"]):
        for side in ("before", "after", "made_by"):
            for path in places(change["change"].get(side) or {}):
                if path[-1:] == ("job",):
                    continue  # the fingerprint says which run; jobs may be renamed
                yield f"{change['key']} {side} {path}", _at(whole, (number, "change", side, *path), moved)
        for action in set(ACTIONS) - {change["action"]}:
            yield f"{change['key']} {action}", _at(whole, (number, "action"), partial(_other, action))
        yield f"{change['key']} key", _at(whole, (number, "key"), moved)
        yield f"{change['key']} target", _at(whole, (number, "target"), moved)


def _other(action: str, _value: Any) -> str:
    return action


def _at(whole: dict[str, Any], path: tuple[Any, ...], mutate: Callable[[Any], Any]) -> dict[str, Any]:
    changes = copy.deepcopy(whole["resource_changes"])
    place: Any = changes
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = mutate(place[path[-1]])
    return whole | {"resource_changes": changes}


STORIES = {
    "new": lambda: planned(Cloud(load_text(ESTATE)), ESTATE),
    "grown": lambda: planned(live(), edited(GREW, RETRAINED)),
    "replaced": lambda: recreated()[1],
    "retried": lambda: planned(
        live({"run": "triage", "status": "failed"}), edited(ESTATE, ("tickets\n", "tickets\n    retries: 1\n"))
    ),
}


@pytest.mark.parametrize("story", STORIES)
def test_every_single_move_is_refused(story: str) -> None:
    plan = STORIES[story]()
    assert covers(plan, plan) == ()
    seen = 0
    for what, other in mutants(plan):
        new = read_document(orjson.dumps(other))
        assert digest_of(new) != plan.digest.changes or what.endswith(" key"), what
        assert covers(plan, new), what
        seen += 1
    assert seen > 10


def test_approvals_of_several_plans_count_together() -> None:
    """Two pull requests, each with its part; where both show one thing, the one that covers what is planned now."""
    both = edited(GREW, ("capacity: 10", "capacity: 12"))
    now = planned(live(), both)
    newer, elder = planned(live(), GREW), planned(live(), edited(ESTATE, ("capacity: 10", "capacity: 12")))
    assert covers(together(now, [newer, elder]), now) == ()
    assert set(changed(covers(together(now, [newer]), now))) == {SORTER}
    other = planned(live(), edited(GREW, ("capacity: 40", "capacity: 41")))
    assert covers(together(now, [other, newer, elder]), now) == (), "the newest does not hide the one that covers"
    told = changed(covers(together(now, [other, elder]), now))
    assert told == {CHAT_US: "capacity is 40 now, 41 was approved"}
    assert len(covers(together(now, []), now)) == 2


def test_two_merges_in_a_row_are_approved_field_by_field() -> None:
    """One brings a new model, one a capacity; what nobody approved stays out."""
    cloud = Cloud(load_text(ESTATE))
    model, capacity = edited(ESTATE, RETRAINED), edited(ESTATE, ("capacity: 10", "capacity: 12"))
    both = edited(model, ("capacity: 10", "capacity: 12"))
    one, two, now = (planned(cloud, text) for text in (model, capacity, both))
    for plans_of in ([one, two], [two, one]):
        assert covers(together(now, plans_of), now) == ()
        other = planned(cloud, edited(both, ("capacity: 12", "capacity: 13")))
        assert set(changed(covers(together(other, plans_of), other))) == {SORTER}
        third = planned(cloud, edited(ESTATE, ("training: tickets", "training: tickets\n    generation: 3")))
        assert set(changed(covers(together(third, plans_of), third))) == {TRIAGE, SORTER}
    assert set(changed(covers(together(now, [one]), now))) == {SORTER}


def test_a_deployment_without_a_filter_that_one_merge_adds_is_not_approved() -> None:
    cloud = Cloud(load_text(ESTATE))
    filtered = edited(ESTATE, ("capacity: 10\n", "capacity: 10\n    content_filter: Microsoft.DefaultV2\n"))
    safe, plain = planned(cloud, filtered), planned(cloud, ESTATE)
    grown = planned(cloud, edited(ESTATE, ("capacity: 10", "capacity: 12")))
    assert covers(together(plain, [safe, grown]), plain), "no plan shows the old capacity without the filter"
    assert set(changed(covers(together(plain, [safe]), plain))) == {SORTER}


def test_a_plan_for_another_account_approves_nothing_here() -> None:
    elsewhere = planned(Cloud(load_text(ELSEWHERE)), ELSEWHERE)
    here = planned(Cloud(load_text(ESTATE)), ESTATE)
    left = covers(together(here, [elsewhere]), here)
    assert {d.address for d in left} == {c.address for c in here.writing if c.target == "sweden"} | {CHAT_US}
    assert CHAT in {d.address for d in left}


def test_other_changes_have_their_own_digest() -> None:
    plan = planned(live(), GREW)
    assert with_changes(plan, plan.resource_changes).digest == plan.digest
    emptied = with_changes(plan, ())
    assert emptied.digest.changes != plan.digest.changes
    assert read_saved(emptied.as_bytes()) == emptied
