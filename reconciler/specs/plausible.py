"""What is spelled well and can hardly work: SKUs of nobody, versions and models without such training, too many tags.

The vendors may know more than this release, so what is only unknown is a warning here; a plan asks the live lists.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from reconciler.model import codes, marks, normal
from reconciler.model.catalog import api_versions, limits
from reconciler.model.catalog.models import base_of
from reconciler.model.catalog.tables import table
from reconciler.model.diagnostics import Diagnostic
from reconciler.specs.base import Entry, did_you_mean
from reconciler.specs.deployment import Deployment
from reconciler.specs.estate import Specs
from reconciler.specs.job import Job
from reconciler.specs.target import AzureTarget

STANDARD = "standard"
"""What Azure takes where no training type is named."""
SERVED_NAME = 110
"""Letters of a fine-tuned model's name on Azure: base, `.ft-`, 32 digits and a suffix of 40."""


def check_plausible(specs: Specs) -> Iterator[Diagnostic]:
    for target in specs.targets.values():
        version = target.spec.api_version if isinstance(target.spec, AzureTarget) else None
        if version not in (None, "v1"):
            yield from _api_version(specs, target, version)
    for job in specs.jobs.values():
        yield from _training_type(specs, job)
    for deployment in specs.deployments.values():
        yield from _skus(deployment)
        yield from _number_of_tags(specs, deployment)


def _api_version(specs: Specs, target: Entry[Any], version: str) -> Iterator[Diagnostic]:
    at = target.place.value("api_version")
    hint = did_you_mean(version, list(api_versions.KNOWN))
    try:
        day = date.fromisoformat(version[:10])
    except ValueError:
        code = codes.API_VERSION_UNFIT
        yield code.at(at, f"{version[:10]} is no day. {code.way_out}", hint=hint)
        return
    if day < api_versions.TRAINS:
        yield codes.API_VERSION_UNFIT.at(at, f"{version} has no training runs. {codes.API_VERSION_UNFIT.way_out}")
    elif day < api_versions.METHODS and (user := _needs_methods(specs, target.name)):
        detail = f"{version} has neither methods nor training types, which {user} needs. "
        yield codes.API_VERSION_UNFIT.at(at, detail + codes.API_VERSION_UNFIT.way_out)


def _needs_methods(specs: Specs, target: str) -> str:
    """A job there that trains by another method than the first one, or names a training type."""
    jobs = ((f"job.{name}", job.spec) for name, job in specs.jobs.items() if job.spec.target == target)
    return next((name for name, job in jobs if job.training_type or job.method != "supervised"), "")


def _training_type(specs: Specs, entry: Entry[Job]) -> Iterator[Diagnostic]:
    """A training type that the vendor's table does not have for the base model; left out it is the standard one."""
    job, target = entry.spec, specs.targets.get(entry.spec.target)
    if not (target and isinstance(target.spec, AzureTarget) and isinstance(job.base_model, str)):
        return
    facts = table("azure").models.get(base_of(job.base_model).lower())
    if facts is None or not facts.training_types or (job.training_type or STANDARD) in facts.training_types:
        return
    code, types = codes.TRAINING_TYPE_UNFIT, " or ".join(facts.training_types)
    at = entry.place.value("training_type" if job.training_type else "base_model")
    detail = (
        f"{facts.id} trains as {types}, by the table of {facts.source.as_of}; this is {job.training_type or STANDARD}"
        f"{'' if job.training_type else ', as no training_type is set'}. {code.way_out}"
    )
    yield code.at(at, detail, hint=f"training_type: {facts.training_types[0]}")


def _skus(entry: Entry[Deployment]) -> Iterator[Diagnostic]:
    """Each unknown one where it stands."""
    for path, sku in (((), entry.spec.sku), *((("targets", t), s.sku) for t, s in entry.spec.targets.items())):
        if sku is not None and not normal.is_known_sku(sku):
            hint = did_you_mean(sku, list(normal.SKUS))
            at = entry.place.value(*path, "sku")
            yield codes.SKU_UNKNOWN.at(at, f'"{sku}". {codes.SKU_UNKNOWN.way_out}', hint=hint)


def _number_of_tags(specs: Specs, entry: Entry[Deployment]) -> Iterator[Diagnostic]:
    """Azure's limit holds for the tags of the spec and for ours together, and ours repeat those of the spec."""
    for target in entry.spec.targets:
        tags = entry.spec.on(target).tags
        ours = len(_mark(specs, entry, target).tags())
        if tags and len(tags) + ours > limits.TAGS:
            at = entry.place.document.key_range(*entry.place.path, "targets", target)
            detail = (
                f"There are {len(tags)} of the spec and about {ours} of this tool, which records what it wrote, on "
                f"{target}; Azure takes {limits.TAGS}. {codes.TAGS_TOO_MANY.way_out}"
            )
            yield codes.TAGS_TOO_MANY.at(at, detail)


def _mark(specs: Specs, entry: Entry[Deployment], target: str) -> marks.DeploymentMark:
    """Our tags, as they will be about: the model has a name only after its training."""
    spec = entry.spec.on(target)
    applied = {f"tags.{key}": value for key, value in spec.tags.items()}
    given = (spec.sku, spec.capacity, spec.content_filter, spec.version_upgrade)
    named = zip(("sku", "capacity", "content_filter", "version_upgrade"), given, strict=True)
    applied |= {"model": "m" * SERVED_NAME, **{k: str(v) for k, v in named if v is not None}}
    return marks.DeploymentMark(specs.estate, f"deployment.{entry.name}@{target}", "0" * 64, False, applied)
