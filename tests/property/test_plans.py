"""The laws of plan and apply, tried on estates that nobody would think of."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import replace
from typing import Any

import orjson
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.engine import operations
from reconciler.model.observation import Observation
from reconciler.planning.plan import Plan
from reconciler.planning.planner import make_plan
from reconciler.planning.planreading import read_document
from reconciler.render.plan import render
from reconciler.render.text import Style
from tests.support import plans
from tests.support.accounts import Cloud, at_noon
from tests.support.applies import apply, left_to_do
from tests.support.estate import ESTATE, facts_of, load_files, load_text
from tests.support.live import build

TARGETS = yaml.safe_load(ESTATE)["targets"]
DATASETS = ["january", "february", "tickets"]
BASE = "gpt-4.1-nano-2025-04-14"


@st.composite
def estates(draw: st.DrawFn) -> dict[str, Any]:
    """Chains, jobs on top of each other and on top of stages, deployments of any of them on any target."""
    hyperparameters = st.fixed_dictionaries({}, optional={"n_epochs": st.integers(1, 3), "batch_size": st.just("auto")})
    job = {"training": st.sampled_from(DATASETS), "hyperparameters": hyperparameters, "generation": st.integers(1, 2)}
    chains: dict[str, Any] = {}
    models: list[dict[str, str]] = []
    for name in draw(st.sets(st.sampled_from("abc"), max_size=2)):
        stages = [{"name": f"s{n}", **draw(st.fixed_dictionaries(job))} for n in range(draw(st.integers(1, 3)))]
        chains[name] = {"target": "sweden", "base_model": BASE, "stages": stages}
        models += [{"chain": name}, {"chain": name, "stage": "s0"}]
    jobs: dict[str, Any] = {}
    for name in ("p", "q", "r"):
        parents = [BASE, *({"job": n} for n in jobs), *({"job": f"{c}/s0"} for c in chains)]
        body = draw(st.fixed_dictionaries({**job, "base_model": st.sampled_from(parents), "retries": st.just(1)}))
        jobs[name] = {"target": "sweden", **body}
        models.append({"job": name})
    deployments = {}
    for number in range(draw(st.integers(0, 3))):
        own = st.fixed_dictionaries({"capacity": st.integers(1, 99)}, optional={"tags": st.just({"team": "x"})})
        targets = draw(st.dictionaries(st.sampled_from(sorted(TARGETS)), own, min_size=1))
        deployments[f"d{number}"] = {"model": draw(st.sampled_from(models)), "sku": "Standard", "targets": targets}
    datasets = {name: {"file": f"{name}.jsonl"} for name in DATASETS}
    sections: dict[str, Any] = {
        "targets": TARGETS,
        "datasets": datasets,
        "chains": chains,
        "jobs": jobs,
        "deployments": deployments,
    }
    return {"version": 1, "estate": "acme", **sections}


def written(estate: dict[str, Any]) -> str:
    return str(yaml.safe_dump(estate, sort_keys=False))


def as_bytes(made: Plan) -> tuple[bytes, str]:
    shown = plans.written(made)
    return shown, render(read_document(shown), Style(False))


def planned(text: str, observed: dict[str, Observation]) -> tuple[bytes, str]:
    specs = load_text(text)
    return as_bytes(make_plan(specs, facts_of(specs), at_noon(observed)))


@given(estates())
def test_a_finished_apply_leaves_nothing_to_do(estate: dict[str, Any]) -> None:
    text = written(estate)
    cloud = Cloud(load_text(text))
    story = apply(cloud, text)
    assert not [o for o in story.outcomes if o.failed]
    before = cloud.snapshot()
    assert left_to_do(cloud, text) == []
    assert apply(cloud, text).outcomes == ()
    assert cloud.snapshot() == before


@given(estates(), estates())
def test_from_any_estate_to_any_other(one: dict[str, Any], two: dict[str, Any]) -> None:
    """Whatever was live before, one apply gets there, and going back trains nothing."""
    cloud = Cloud(load_text(written(one)))
    apply(cloud, written(one))
    apply(cloud, written(two))
    assert left_to_do(cloud, written(two)) == []
    paid = sum(a.calls["create_job"] for a in cloud.accounts.values())
    apply(cloud, written(one))
    assert left_to_do(cloud, written(one)) == []
    assert sum(a.calls["create_job"] for a in cloud.accounts.values()) == paid


@given(estates(), st.data())
def test_failures_and_restarts_get_there_and_pay_once(estate: dict[str, Any], data: st.DataObject) -> None:
    """Runs that fail within their retries, and applies that do not wait: each mark has one success."""
    text = written({**estate, "chains": {}, "deployments": {}, "jobs": _without_stages(estate["jobs"])})
    cloud = Cloud(load_text(text))
    cloud["sweden"].ends[data.draw(st.sampled_from(DATASETS))] = deque(["failed"])
    for _ in range(12):
        apply(cloud, text, wait=data.draw(st.booleans()))
    assert left_to_do(cloud, text) == []
    succeeded = [j.mark for j in cloud["sweden"].job_list.values() if j.status == "succeeded"]
    assert len(succeeded) == len(set(succeeded))


def _without_stages(jobs: dict[str, Any]) -> dict[str, Any]:
    return {n: {**j, "base_model": BASE} if "/" in str(j["base_model"]) else j for n, j in jobs.items()}


@given(estates(), st.randoms())
def test_the_order_of_lists_does_not_matter(estate: dict[str, Any], random: Any) -> None:
    """Same input, same bytes, in whatever order the services list."""
    text = written(estate)
    cloud = Cloud(load_text(text))
    apply(cloud, text, wait=False)
    cloud["sweden"].hold = True
    observed = operations.look(cloud.world(load_text(text)), 1)
    shuffled: dict[str, Observation] = dict(random.sample(sorted(observed.items()), len(observed)))
    for name, o in shuffled.items():
        lists: dict[str, Any] = {
            kind: tuple(random.sample(getattr(o, kind), len(getattr(o, kind))))
            for kind in ("files", "jobs", "models", "deployments")
        }
        shuffled[name] = replace(o, **lists)
    assert planned(text, shuffled) == planned(text, observed)


@given(estates(), st.randoms())
def test_the_order_of_keys_and_of_files_does_not_matter(estate: dict[str, Any], random: Any) -> None:
    """Only the lines that reasons point at move with them."""
    text = written(estate)
    cloud = Cloud(load_text(text))
    observed = at_noon(operations.look(cloud.world(load_text(text)), 1))
    mixed: dict[str, Any] = _shuffled(estate, random)
    sections = [(k, v) for k, v in mixed.items() if k not in ("version", "estate")]
    random.shuffle(sections)
    files = {f"{n}/{key}.yaml": written({"version": 1, key: value}) for n, (key, value) in enumerate(sections)}
    specs = load_files({**files, "z.yaml": written({"estate": "acme", "version": 1})})
    moved, stayed = as_bytes(make_plan(specs, facts_of(specs), observed)), planned(text, observed)
    assert _placeless(moved[1]) == _placeless(stayed[1])
    assert [_change(c) for c in _changes(moved[0])] == [_change(c) for c in _changes(stayed[0])]
    assert orjson.loads(moved[0])["digest"]["specs"] == orjson.loads(stayed[0])["digest"]["specs"]


def _shuffled(value: Any, random: Any) -> Any:
    if isinstance(value, dict):
        return {k: _shuffled(value[k], random) for k in random.sample(list(value), len(value))}
    return [_shuffled(v, random) for v in value] if isinstance(value, list) else value


def _placeless(text: str) -> str:
    return " ".join(re.sub(r"\(specs/\S+:\d+\)", "", " ".join(text.split())).split())


def _changes(plan: bytes) -> list[dict[str, Any]]:
    return list(orjson.loads(plan)["resource_changes"])


def _change(change: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in change.items() if k != "range"}


POSSIBLE: list[dict[str, Any]] = [
    {"run": "support/2026-01", "record": "gone"},
    {"run": "triage", "status": "running"},
    {"run": "triage", "status": "running", "again": ["running"]},
    {"deployment": "support-chat@chicago", "capacity": 33},
    {"deployment": "support-chat@sweden", "sku": "GlobalStandard"},
    {"deployment": "support-chat@sweden", "tags": "gone"},
    {"deployment": "support-chat@chicago", "tags": "broken"},
    {"deployment": "triage@sweden", "gone": True},
    {"deployment": "triage@sweden", "state": "Failed"},
    {"file": "valid@sweden", "gone": True},
    {"foreign": "theirs@sweden"},
]
HAPPENINGS = st.lists(st.sampled_from(POSSIBLE), max_size=4, unique_by=lambda h: next(iter(h.items())))


@given(HAPPENINGS)
@settings(max_examples=40)
def test_whatever_happened_one_apply_puts_it_right(since: list[dict[str, Any]]) -> None:
    cloud = build(ESTATE, "converged", since)
    foreign = cloud["sweden"].arm.raw.get("theirs")
    apply(cloud, ESTATE)
    assert left_to_do(cloud, ESTATE) == []
    assert cloud["sweden"].arm.raw.get("theirs") == foreign
