"""Specs to the resource graph: chains merged key by key, names resolved, identities shared."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.model.address import Address
from reconciler.model.resource import DesiredRun, NamedModel, RunRef
from reconciler.planning.graph import build_graph
from tests.support.estate import ESTATE, edited, facts_of, graph_of, load_text

STAGE = "      - {name: 2026-02, training: february, hyperparameters: {n_epochs: 2}}"


def stage(own: str, defaults: str = "{n_epochs: 3}") -> DesiredRun:
    text = edited(ESTATE, ("{n_epochs: 3}", defaults), (STAGE, f"      - {{name: 2026-02, {own}}}"))
    return graph_of(text).runs[Address("job", "support/2026-02")]


MERGES: list[tuple[str, str, dict[str, Any], str]] = [
    ("training: february", "{n_epochs: 3}", {"n_epochs": 3}, "the default"),
    ("training: february, hyperparameters: {n_epochs: 2}", "{n_epochs: 3}", {"n_epochs": 2}, "the stage's own"),
    (
        "training: february, hyperparameters: {batch_size: 4}",
        "{n_epochs: 3}",
        {"n_epochs": 3, "batch_size": 4},
        "maps merge key by key",
    ),
    (
        "training: february, hyperparameters: {n_epochs: auto}",
        "{n_epochs: 3, batch_size: 4}",
        {"batch_size": 4},
        "auto takes a default back",
    ),
    (
        "training: february, hyperparameters: {n_epochs: null}",
        "{n_epochs: 3}",
        {},
        "so does null",
    ),
]


@pytest.mark.parametrize(("own", "defaults", "explicit", "why"), MERGES)
def test_defaults_of_a_chain(own: str, defaults: str, explicit: dict[str, Any], why: str) -> None:
    assert stage(own, defaults).ingredients.as_dict()["hyperparameters"] == explicit, why


def test_a_stage_may_replace_any_default() -> None:
    run = stage("training: february, validation: tickets, seed: 9, generation: 2, suffix: own")
    facts = facts_of(load_text(ESTATE))
    assert (run.ingredients.validation, run.ingredients.seed) == (facts["tickets"].digest, 9)
    assert run.suffix.endswith("-own")


def test_a_stage_starts_from_the_stage_before() -> None:
    graph = graph_of(ESTATE)
    first, second = (graph.runs[Address("job", f"support/2026-0{n}")] for n in (1, 2))
    assert (first.base, second.base) == ("gpt-4.1-mini-2025-04-14", RunRef(first.address))
    assert second.ingredients.parent == first.fingerprint


def test_parents_stand_before_their_children_whatever_their_names() -> None:
    jobs = "version: 1\njobs:\n" + "".join(
        f"  {name}: {{target: sweden, base_model: {base}, training: tickets}}\n"
        for name, base in [("a", "{job: b}"), ("b", "{job: c}"), ("c", "gpt-4.1-nano-2025-04-14")]
    )
    order = [str(a) for a in graph_of(ESTATE, jobs).runs]
    assert order.index("job.c") < order.index("job.b") < order.index("job.a")


def test_a_deployment_is_one_for_each_target_with_its_own_keys() -> None:
    deployments = graph_of(ESTATE).deployments
    sweden = deployments[Address("deployment", "support-chat", "sweden")]
    chicago = deployments[Address("deployment", "support-chat", "chicago")]
    assert (sweden.sku, sweden.capacity, chicago.sku, chicago.capacity) == ("Standard", 50, "GlobalStandard", 20)
    assert sweden.tags == chicago.tags == {"team": "support"}


def test_tags_of_a_target_merge_key_by_key() -> None:
    text = edited(ESTATE, ("chicago: {capacity: 20,", "chicago: {tags: {cost: c1, team: us}, capacity: 20,"))
    assert graph_of(text).deployments[Address("deployment", "support-chat", "chicago")].tags == {
        "team": "us",
        "cost": "c1",
    }


def test_a_chain_serves_its_head_and_a_base_model_itself() -> None:
    text = edited(ESTATE, ("model: {job: triage}", 'model: {name: gpt-4.1-mini, version: "2025-04-14"}'))
    deployments = graph_of(text).deployments
    assert deployments[Address("deployment", "support-chat", "sweden")].model == RunRef(
        Address("job", "support/2026-02")
    )
    assert deployments[Address("deployment", "triage", "sweden")].model == NamedModel("gpt-4.1-mini", "2025-04-14")


def test_two_addresses_with_one_fingerprint_have_one_mark_and_two_estates_have_two() -> None:
    copy = "version: 1\njobs:\n  copy: {target: sweden, base_model: gpt-4.1-nano-2025-04-14, training: tickets}\n"
    runs = graph_of(ESTATE, copy).runs
    one, two = runs[Address("job", "triage")], runs[Address("job", "copy")]
    other = graph_of(edited(ESTATE, ("estate: acme", "estate: other"))).runs[Address("job", "triage")]
    assert (one.fingerprint, one.mark) == (two.fingerprint, two.mark)
    assert one.fingerprint == other.fingerprint
    assert one.mark != other.mark


def test_heads_are_what_is_wanted_for_itself() -> None:
    specs = load_text(ESTATE)
    assert {str(a) for a in build_graph(specs, facts_of(specs)).heads} == {"job.support/2026-02", "job.triage"}
