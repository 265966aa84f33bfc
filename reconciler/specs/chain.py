"""Chains: stages that train on top of each other. Every key but `stages` is a default for the stages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconciler.model import codes
from reconciler.model.diagnostics import Diagnostic
from reconciler.specs.base import MAX_PROBLEMS, Entry, brief, check_name, validate
from reconciler.specs.documents import Located
from reconciler.specs.job import Job

STAGES = "stages"


def read_chain(name: str, data: Any, place: Located) -> tuple[list[Entry[Job]], list[Diagnostic]]:
    """The jobs of a chain, first stage first, each named `CHAIN/STAGE`."""
    document, path = place.document, place.path
    if not isinstance(data, Mapping):
        return [], [codes.SPEC_VALUE.at(place.value(), "Expected a chain: a mapping with `stages`.")]
    stages = data.get(STAGES)
    if not isinstance(stages, list) or not stages:
        where = place.value(STAGES) if STAGES in data else place.range()
        return [], [codes.SPEC_MISSING_KEY.at(where, "A chain needs `stages`, a list of at least one stage.")]
    if "adopt" in data:
        detail = "One run is not every stage's: `adopt` goes into a stage."
        return [], [codes.SPEC_UNKNOWN_KEY.at(place.range("adopt"), detail)]
    jobs: list[Entry[Job]] = []
    wrong_defaults = _own_problems({k: v for k, v in data.items() if k != STAGES}, place)
    problems = list(wrong_defaults)
    seen: dict[str, int] = {}
    previous: str | None = None
    for index, stage in enumerate(stages):
        at = Located(document, (*path, STAGES, index), defaults=path)
        found = _stage_problem(stage, at, seen)
        if len(problems) > MAX_PROBLEMS:
            break
        if found:
            problems.append(found)
            previous = None
            continue
        seen[stage["name"]] = index
        if wrong_defaults:  # merged into the stages they would be found once more in each
            problems += _own_problems({k: v for k, v in stage.items() if k != "name"}, at)
            continue
        job_name = f"{name}/{stage['name']}"
        job, wrong = validate(Job, stage_data(data, stage, previous), at)
        problems += wrong
        if job:
            jobs.append(Entry(job_name, job, at))
        previous = job_name
    return jobs, problems


def _own_problems(keys: Mapping[str, Any], place: Located) -> list[Diagnostic]:
    """What is wrong with the keys of a chain, or of a stage, by themselves; what is missing may stand in the other."""
    _, problems = validate(Job, {"target": "a", "training": "a", "base_model": "a", **keys}, place)
    return [p for p in problems if p.code is not codes.SPEC_MISSING_KEY]


def _stage_problem(stage: Any, at: Located, seen: Mapping[str, int]) -> Diagnostic | None:
    if not isinstance(stage, Mapping) or "name" not in stage:
        return codes.SPEC_MISSING_KEY.at(at.value(), "A stage needs a `name`.", hint="needs name")
    name = stage["name"]
    if not isinstance(name, str) or not check_name(name):
        return codes.SPEC_NAME.at(at.value("name"), f"{brief(name)} cannot be the name of a stage.")
    if name in seen:
        first = at.document.range(*at.path[:-1], seen[name], "name")
        return codes.DUPLICATE_NAME.at(
            at.value("name"), f'The chain has two stages "{name}".', related=[("first", first)]
        )
    if "base_model" in stage:
        detail = "A stage starts from the stage before it; the first from the chain's `base_model`."
        return codes.SPEC_UNKNOWN_KEY.at(at.range("base_model"), detail)
    return None


def stage_data(chain: Mapping[str, Any], stage: Mapping[str, Any], previous: str | None) -> dict[str, Any]:
    """The data of one stage's job: the chain's defaults under the stage's own keys; maps merge key by key.

    `previous` is the job that the stage starts from; None for the first stage.
    """
    merged = _merge({k: v for k, v in chain.items() if k != STAGES}, stage)
    merged.pop("name", None)
    if previous is not None:
        merged["base_model"] = {"job": previous}
    return merged


def _merge(defaults: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(defaults)
    for key, value in own.items():
        below = merged.get(key)
        merged[key] = _merge(below, value) if isinstance(below, Mapping) and isinstance(value, Mapping) else value
    return merged
