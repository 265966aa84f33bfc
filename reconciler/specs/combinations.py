"""Keys of one entry that rule each other out, by the vendors' rules."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qsl

from reconciler.model import codes
from reconciler.model.diagnostics import Diagnostic
from reconciler.specs.base import Entry
from reconciler.specs.dataset import Dataset
from reconciler.specs.estate import Specs
from reconciler.specs.job import DPO_ONLY, REINFORCEMENT_ONLY, Job


def check_combinations(specs: Specs) -> list[Diagnostic]:
    """Every problem of this kind."""
    problems = [found for entry in specs.datasets.values() for found in _dataset(specs, entry)]
    return problems + [found for job in specs.jobs.values() for found in _job(job)]


def _dataset(specs: Specs, entry: Entry[Dataset]) -> Iterator[Diagnostic]:
    dataset, place = entry.spec, entry.place
    if not dataset.url:
        return
    if any(name.lower() == "sig" for name, _ in parse_qsl(dataset.url.partition("?")[2], keep_blank_values=True)):
        detail = "The url has a SAS token, which opens the file to everybody who reads this. Name it by `sas_env`."
        yield codes.SPEC_VALUE.at(place.value("url"), detail)
    for job in specs.jobs.values():
        target = specs.targets.get(job.spec.target)
        if target and entry.name in (job.spec.training, job.spec.validation) and target.spec.provider != "azure":
            detail = f"job.{job.name} trains on {job.spec.target}, and only Azure imports from a url."
            yield codes.SPEC_COMBINATION.at(place.range("url"), detail, related=[("used here", job.place.range())])
            return


def _job(entry: Entry[Job]) -> Iterator[Diagnostic]:
    job, place = entry.spec, entry.place
    fixed = job.hyperparameters.explicit()
    for only, method in ((DPO_ONLY, "dpo"), (REINFORCEMENT_ONLY, "reinforcement")):
        for key in only:
            if key in fixed and job.method != method:
                detail = f"`{key}` is a hyperparameter of {method}; the method is {job.method}."
                yield codes.SPEC_COMBINATION.at(place.range("hyperparameters", key), detail)
    if job.method != "reinforcement":
        for key in ("grader", "response_format"):
            if getattr(job, key) is not None:
                detail = f"`{key}` goes with the method reinforcement; the method is {job.method}."
                yield codes.SPEC_COMBINATION.at(place.range(key), detail)
        return
    if job.grader is None:
        detail = "A reinforcement run learns from a `grader`."
        yield codes.SPEC_MISSING_KEY.at(place.range(), detail, hint="needs grader")
    else:
        from reconciler.specs.grading import check_grader  # few specs have one, and its models take their time

        yield from check_grader(job.grader, job.response_format, place)
    if job.validation is None:
        detail = "A reinforcement run needs `validation` too: the vendors refuse it without."
        yield codes.SPEC_MISSING_KEY.at(place.range(), detail, hint="needs validation")
    if job.response_format is not None and job.response_format.get("type") not in (
        "text",
        "json_object",
        "json_schema",
    ):
        detail = "Expected type: json_schema (or text, json_object)."
        yield codes.SPEC_VALUE.at(place.value("response_format"), detail)
