"""What one entry says of another: names that exist, one account for a chain, no circles, suffixes that fit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from reconciler.model import codes, live_names, marks
from reconciler.model.catalog import limits, models
from reconciler.model.diagnostics import Diagnostic, SourceRange
from reconciler.specs.base import Entry, did_you_mean
from reconciler.specs.deployment import ChainRef, Deployment, NamedModel
from reconciler.specs.documents import Located
from reconciler.specs.estate import Specs
from reconciler.specs.job import Job, JobRef
from reconciler.specs.target import OpenAITarget


def check_references(specs: Specs) -> Iterator[Diagnostic]:
    """Every problem that needs more than one entry to be seen."""
    yield from _targets(specs)
    for job in specs.jobs.values():
        yield from _job(specs, job)
    for deployment in specs.deployments.values():
        yield from _deployment(specs, deployment)
    yield from _live_names(specs)
    yield from _cycles(specs.jobs)


def _live_names(specs: Specs) -> Iterator[Diagnostic]:
    """Deployments that one account would know by one name, as far as the specs alone tell."""
    first: dict[tuple[str, str], Entry[Deployment]] = {}
    for entry in specs.deployments.values():
        for target in entry.spec.targets:
            for name in _names_on(entry, target):
                other = first.setdefault((target, name.lower()), entry)
                if other is not entry:
                    detail = f'On {target} the deployments "{other.name}" and "{entry.name}" are both called "{name}".'
                    related = [("first", other.place.range())]
                    yield codes.DUPLICATE_NAME.at(entry.place.range(), detail, related=related)


def _names_on(entry: Entry[Deployment], target: str) -> tuple[str, ...]:
    """Its live names: also the one of earlier releases, under which it may be live still."""
    model, name = entry.spec.model, entry.name
    if entry.spec.on(target).strategy != "versioned":
        return (name,)
    if not isinstance(model, NamedModel):
        return ()  # its mark is not known yet
    return live_names.versioned(name, model.name, model.version), live_names.versioned_before(name, model.version)


def _targets(specs: Specs) -> Iterator[Diagnostic]:
    first: dict[str, Entry[Any]] = {}
    for target in specs.targets.values():
        other = first.setdefault(target.spec.identity, target)
        if other is not target:
            detail = f'"{other.name}" and "{target.name}" are the same account.'
            yield codes.TARGET_SHARED.at(target.place.range(), detail, related=[("first", other.place.range())])


def _unknown(place: Located, path: tuple[str | int, ...], kind: str, name: str, known: Iterable[str]) -> Diagnostic:
    words = sorted(known)
    detail = f'There is no {kind} "{name}".' + (f" There are: {', '.join(words[:12])}." if words else "")
    return codes.DANGLING_REFERENCE.at(place.value(*path), detail, hint=did_you_mean(name, words))


def _retired(at: SourceRange, target: Entry[Any]) -> Diagnostic:
    code = codes.TARGET_RETIRED
    detail = f"{target.name} is retired. {code.way_out}"
    return code.at(at, detail, related=[("retired here", target.place.range("retired"))])


def _missing(specs: Specs, section: str, name: str) -> bool:
    """Whether nothing of that name was written; an entry with errors of its own is there."""
    if name in getattr(specs, section) or (section, name) in specs.broken:
        return False
    return section != "jobs" or ("chains", name.partition("/")[0]) not in specs.broken


def _job(specs: Specs, entry: Entry[Job]) -> Iterator[Diagnostic]:
    job, place = entry.spec, entry.place
    target = specs.targets.get(job.target)
    if target:
        if target.spec.retired:
            yield _retired(place.value("target"), target)
        yield from _suffix(entry, target.spec.provider)
        if job.training_type is not None and isinstance(target.spec, OpenAITarget):
            detail = "Only Azure has training types; remove the key."
            yield codes.SPEC_COMBINATION.at(place.range("training_type"), detail)
        if job.hyperparameters.l2_multiplier is not None and isinstance(target.spec, OpenAITarget):
            detail = "Only Azure has an l2_multiplier; remove the key."
            yield codes.SPEC_COMBINATION.at(place.range("hyperparameters", "l2_multiplier"), detail)
    elif _missing(specs, "targets", job.target):
        yield _unknown(place, ("target",), "target", job.target, specs.targets)
    for key in ("training", "validation"):
        name = getattr(job, key)
        if name is not None and _missing(specs, "datasets", name):
            yield _unknown(place, (key,), "dataset", name, specs.datasets)
    yield from _base(specs, entry)


def _base(specs: Specs, entry: Entry[Job]) -> Iterator[Diagnostic]:
    job, place = entry.spec, entry.place
    if isinstance(job.base_model, JobRef):
        parent = specs.jobs.get(job.base_model.job)
        if parent is None:
            if _missing(specs, "jobs", job.base_model.job):
                yield _unknown(place, ("base_model", "job"), "job", job.base_model.job, specs.jobs)
        elif parent.spec.target != job.target:
            detail = f"{parent.name} trains on {parent.spec.target}, this job on {job.target}."
            yield codes.OTHER_ACCOUNT.at(place.value("base_model"), detail, related=[("there", parent.place.range())])
    elif models.is_alias(job.base_model):
        snapshot = models.snapshot_of(job.base_model)
        hint = f'did you mean "{snapshot}"?' if snapshot else "name a dated snapshot"
        yield codes.MODEL_ALIAS.at(place.value("base_model"), f'"{job.base_model}" has no date.', hint=hint)


def default_suffix(name: str) -> str:
    """A job's name in the characters that a suffix may have."""
    return name.replace("/", "-").replace(".", "-")


def _suffix(entry: Entry[Job], provider: str) -> Iterator[Diagnostic]:
    limit = limits.BY_PROVIDER[provider].suffix
    room = limit - marks.MARK_LENGTH - 1
    suffix = entry.spec.suffix if entry.spec.suffix is not None else default_suffix(entry.name)
    if len(suffix) > room:
        given = entry.spec.suffix is not None
        at = entry.place.value("suffix") if given else entry.place.range()
        whose = "" if given else ", the job's name by default,"
        detail = (
            f'"{suffix}"{whose} has {len(suffix)} characters. The service takes {limit}, '
            f"the mark and its dash need {marks.MARK_LENGTH + 1}: {room} are left."
        )
        yield codes.SUFFIX_TOO_LONG.at(at, detail, hint=f"{room} characters at most")


def _deployment(specs: Specs, entry: Entry[Deployment]) -> Iterator[Diagnostic]:
    deployment, place = entry.spec, entry.place
    model = deployment.model
    if isinstance(model, ChainRef):
        stages = [name.partition("/")[2] for name in specs.chains.get(model.chain, ())]
        if _missing(specs, "chains", model.chain):
            yield _unknown(place, ("model", "chain"), "chain", model.chain, specs.chains)
        elif model.stage is not None and _missing(specs, "jobs", f"{model.chain}/{model.stage}"):
            yield _unknown(place, ("model", "stage"), f"stage in chain {model.chain}", model.stage, stages)
    elif isinstance(model, JobRef) and _missing(specs, "jobs", model.job):
        yield _unknown(place, ("model", "job"), "job", model.job, specs.jobs)
    shortest, longest = limits.DEPLOYMENT_NAME
    if not shortest <= len(entry.name) <= longest:
        detail = f"Azure takes {shortest} to {longest} characters for the name of a deployment."
        yield codes.SPEC_NAME.at(place.range(), detail)
    longest_versioned = longest - marks.MARK_LENGTH - 1
    for name in deployment.targets:
        if deployment.on(name).strategy == "versioned" and len(entry.name) > longest_versioned:
            detail = f"With `strategy: versioned` a mark is added to the name: {longest_versioned} characters are left."
            yield codes.SPEC_NAME.at(place.range(), detail)
    yield from _tags(entry)
    for target in deployment.targets:
        yield from _deployment_target(specs, entry, target)


def _tags(entry: Entry[Deployment]) -> Iterator[Diagnostic]:
    """Keys of tags that are ours, or that Azure, which sees no case in them, takes for one."""
    for path, tags in (((), entry.spec.tags), *((("targets", t), s.tags) for t, s in entry.spec.targets.items())):
        seen: dict[str, str] = {}
        for key in tags:
            at = entry.place.document.key_range(*entry.place.path, *path, "tags", key)
            if key.lower().startswith(marks.TAG_PREFIX):
                yield codes.SPEC_VALUE.at(at, f"Tags that start with {marks.TAG_PREFIX} are this tool's own.")
            if not key.isprintable():
                yield codes.SPEC_VALUE.at(at, "The key of a tag must be printable.")
            other = seen.setdefault(key.lower(), key)
            if other != key:
                yield codes.SPEC_VALUE.at(at, f'Azure sees no difference between the tags "{other}" and "{key}".')


def _deployment_target(specs: Specs, entry: Entry[Deployment], name: str) -> Iterator[Diagnostic]:
    at = entry.place.document.key_range(*entry.place.path, "targets", name)
    target = specs.targets.get(name)
    if target is None:
        if _missing(specs, "targets", name):
            words = sorted(specs.targets)
            listed = f" There are: {', '.join(words[:12])}." if words else ""
            yield codes.DANGLING_REFERENCE.at(
                at, f'There is no target "{name}".{listed}', hint=did_you_mean(name, words)
            )
    elif target.spec.retired:
        yield _retired(at, target)
    elif isinstance(target.spec, OpenAITarget):
        yield codes.NO_DEPLOYMENTS.at(at, codes.NO_DEPLOYMENTS.way_out)
    elif (home := _home(specs, entry.spec)) and isinstance(home.spec, OpenAITarget):
        detail = f"The model is trained on {home.name}, an OpenAI project; Azure serves only what Azure trained."
        yield codes.SPEC_COMBINATION.at(at, detail, related=[("trained there", home.place.range())])
    if entry.spec.on(name).sku is None:
        detail = f"`sku` is missing: set it on the deployment, or on its target {name}."
        yield codes.SPEC_MISSING_KEY.at(at, detail, hint="needs sku")


def _home(specs: Specs, deployment: Deployment) -> Entry[Any] | None:
    """The target where the served model is trained, if it is trained."""
    model = deployment.model
    if isinstance(model, ChainRef):
        name = f"{model.chain}/{model.stage}" if model.stage else (specs.chains.get(model.chain) or [""])[-1]
    else:
        name = model.job if isinstance(model, JobRef) else ""
    job = specs.jobs.get(name)
    return specs.targets.get(job.spec.target) if job else None


def _cycles(jobs: Mapping[str, Entry[Job]]) -> Iterator[Diagnostic]:
    """One diagnostic for each circle, at its first job by name."""
    done: set[str] = set()
    for start in sorted(jobs):
        path: dict[str, None] = {}  # in order, and quick to search
        at: str | None = start
        while at is not None and at in jobs and at not in done and at not in path:
            path[at] = None
            base = jobs[at].spec.base_model
            at = base.job if isinstance(base, JobRef) else None
        if at in path:
            circle = list(path)[list(path).index(at) :]
            shown = " -> ".join(f"job.{name}" for name in [*circle, circle[0]])
            yield codes.REFERENCE_CYCLE.at(jobs[circle[0]].place.value("base_model"), shown + ".")
        done.update(path)
