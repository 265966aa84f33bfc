"""Taking over what is live: a deployment by its tags, a run by looking at it."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.model import codes, marks
from reconciler.model.errors import DiagnosticsError
from reconciler.model.observation import ObservedDeployment, ObservedFile, ObservedJob, ObservedModel, Phase
from reconciler.model.resource import DesiredDeployment, DesiredRun
from reconciler.planning.diff import live_fields, wanted_fields
from reconciler.providers.base import DeploymentWrite, Serving, Target
from reconciler.providers.errors import ServiceError, diagnose


def import_deployment(
    desired: DesiredDeployment, id: str, target: Target, estate: str, from_estate: str | None
) -> bool:
    """Put the estate's tags on a live deployment and change nothing else; False when it has them already.

    What is live counts as last applied, so that the next plan shows the spec's wishes as changes. `id` is the name or
    the Resource Manager id. Raises `DiagnosticsError`.
    """
    try:
        return _import_deployment(desired, id, target, estate, from_estate)
    except ServiceError as error:
        raise DiagnosticsError([diagnose(error, str(desired.address), desired.place.range())]) from error


def _import_deployment(
    desired: DesiredDeployment, id: str, target: Target, estate: str, from_estate: str | None
) -> bool:
    serving = target.serving
    assert serving is not None  # the references were checked
    name = _name(desired, id, target)
    if name.lower() != desired.name.lower():
        why = f"{name} cannot be renamed to {desired.name}. Call the entry in the specs {name}, and import that."
        raise _impossible(desired, why)
    live = serving.deployment(name)
    if live is None:
        there = ", ".join(sorted(d.name for d in serving.deployments())) or "none"
        raise _impossible(desired, f"{target.name} has no deployment {name}. There are: {there}.")
    mark = live.mark
    owner = mark.estate if mark else None
    if from_estate is not None and owner not in (from_estate, estate):
        raise _impossible(desired, f"{name} does not belong to the estate {from_estate}, but to {owner or 'none'}.")
    if owner == estate:
        return False
    if owner is not None and from_estate is None:
        why = f"{name} belongs to the estate {owner}. Take it from there on purpose with --from-estate {owner}."
        raise _impossible(desired, why)
    serving.write(live.name, DeploymentWrite({}, _mark(desired, live, estate).tags()), live)
    _check(desired, name, serving, estate)
    return True


def _name(desired: DesiredDeployment, id: str, target: Target) -> str:
    if "/" not in id:
        return id
    account, _, name = id.rstrip("/").rpartition("/deployments/")
    own = target.account().id
    if account.lower() != own.rstrip("/").lower():
        raise _impossible(desired, f"{id} is not in the account of {target.name}, {own}.")
    return name


def _mark(desired: DesiredDeployment, live: ObservedDeployment, estate: str) -> marks.DeploymentMark:
    seen = live_fields(live)
    names = wanted_fields(desired, seen.get("model"), seen.get("source"))
    applied = {key: seen[key] for key in names if key in seen}
    before = live.mark
    protect = desired.protect if desired.protect is not None else bool(before and before.protect)
    return marks.DeploymentMark(estate, str(desired.address), "", protect, applied)


def _check(desired: DesiredDeployment, name: str, serving: Serving, estate: str) -> None:
    """Believe only a look: tags can be taken off again by a policy of the subscription."""
    live = serving.deployment(name)
    if live is None or live.mark is None or live.mark.estate != estate:
        code = codes.SERVICE_UNCHANGED
        detail = f"The tags were written to {name} and are not there. {code.way_out}"
        raise DiagnosticsError([code.at(desired.place.range(), detail, address=str(desired.address))])


@dataclass(frozen=True, slots=True)
class Found:
    """A live run, or a model whose run is forgotten, and the account's files."""

    job: ObservedJob | None
    model: ObservedModel | None
    files: tuple[ObservedFile, ...]


def find_run(run: DesiredRun, id: str, target: Target) -> Found:
    """What a job is to adopt. Raises `DiagnosticsError`."""
    try:
        jobs = target.training.jobs()
        job = next((j for j in jobs if id == j.id or id.lower() == (j.fine_tuned_model or "").lower()), None)
        wanted = (job.fine_tuned_model if job else None) or id
        model = None if wanted.startswith("ftjob-") else target.training.model(wanted)
        files = tuple(target.training.files())
    except ServiceError as error:
        raise DiagnosticsError([diagnose(error, str(run.address), run.place.range())]) from error
    if job is None and model is None:
        raise _impossible(run, f"{target.name} has neither a run nor a model {id}.")
    if job and job.phase in (Phase.FAILED, Phase.CANCELLED):
        raise _impossible(run, f"{job.id} has {job.status}, so there is no model to use.")
    if job and job.phase is Phase.SUCCEEDED and model is None:
        raise _impossible(run, f"{job.id} has succeeded, but its model is gone.")
    return Found(job, model, files)


def _impossible(what: DesiredDeployment | DesiredRun, why: str) -> DiagnosticsError:
    return DiagnosticsError([codes.IMPORT_IMPOSSIBLE.at(what.place.range(), why, address=str(what.address))])
