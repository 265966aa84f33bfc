"""The derivation of a run: ingredients, fingerprint, mark, the live runs with it, and the nearest earlier ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from reconciler.model.fingerprint import canonical_json
from reconciler.model.observation import Observation, ObservedJob, Phase
from reconciler.model.resource import DesiredRun, RunRef
from reconciler.planning.changes import Change
from reconciler.planning.derivation import Derivation, Table, decided
from reconciler.planning.near import Near, NearRuns
from reconciler.planning.plan import Plan
from reconciler.planning.runs import MarkIndex, RunState, RunView

NEAR = 2
"""Earlier runs that are shown."""
_NOTHING = {
    RunState.READY: "its run has succeeded, and its model is there",
    RunState.ABSENT: "it is archived: no deployment, chain's head or job needs it to be trained",
}
_SUCCEEDED = {
    RunState.READY: "adopted, its model is there",
    RunState.MODEL_RETIRED: "its model is retired",
    RunState.AWAITED: "its model is awaited",
    RunState.MODEL_UNNAMED: "it names no model",
}


def explain_run(
    run: DesiredRun, plan: Plan, observed: Mapping[str, Observation], near: NearRuns, change: Change | None
) -> Derivation:
    observation = observed[run.target]
    if not observation.complete:
        tables = tuple(_identity(run))
        return Derivation(run.address, run.target, tables, "unknown", f"{run.target} could not be read")
    view = MarkIndex(observation, plan.graph).of(run)
    live = Table(f"runs with that mark on {run.target}", ("", ""), tuple(_live(run, observation, view)))
    elsewhere = Table("the same mark on other targets", ("target", "id"), tuple(_elsewhere(run, observed)))
    earlier = tuple(_near(n) for n in near.find(run)[:NEAR])
    tables = (*_identity(run), live, *((elsewhere,) if elsewhere.rows else ()), *earlier)
    return decided(run.address, run.target, tables, change, _NOTHING.get(view.state, "nothing needs it"))


def _identity(run: DesiredRun) -> Iterator[Table]:
    yield Table("ingredients", ("what", "value", "where"), tuple(_ingredients(run)))
    canonical = canonical_json(run.ingredients.as_dict()).decode()
    digits = "r2, then 4 characters of the estate and 10 of the fingerprint"
    rows = (
        ("JSON", canonical),
        ("SHA-256", run.fingerprint),
        ("mark", f"{run.mark} ({digits})"),
        ("suffix", run.suffix),
    )
    yield Table("fingerprint: the ingredients as canonical JSON, digested", ("", ""), rows)


def _ingredients(run: DesiredRun) -> Iterator[tuple[str, ...]]:
    """Name, value and place of everything in the fingerprint."""
    base = run.base
    if run.adopt:
        yield _row(run, "adopt", run.adopt)
        return
    if isinstance(base, RunRef):
        step = f" at step {base.checkpoint}" if base.checkpoint is not None else ""
        yield _row(run, "base_model", f"the model of {base.address.name}{step}")
    else:
        yield _row(run, "base_model", base)
    canonical = run.ingredients.as_dict()
    for key, value in canonical.items():
        if key in ("version", "base"):
            continue
        if key == "hyperparameters":
            for name, chosen in sorted(value.items()):
                yield _row(run, name, chosen, key)
        elif key in ("training", "validation"):
            dataset = run.training if key == "training" else run.validation
            yield _row(run, key, f"{dataset} ({value[:16]}…)")
        else:
            yield _row(run, key, value)


def _row(run: DesiredRun, name: str, value: Any, *above: str) -> tuple[str, str, str]:
    text = value if isinstance(value, str) else canonical_json(value).decode()
    return (name, text, str(run.place.range(*above, name)))


def _live(run: DesiredRun, observation: Observation, view: RunView) -> Iterator[tuple[str, ...]]:
    if run.adopt:
        if view.job:
            yield (view.job.id, f"{view.job.status}, {day(view.job.created_at)}: adopted by its id")
        if view.model:
            yield (view.model, "model: adopted")
        return
    jobs = sorted((j for j in observation.jobs if j.mark in run.marks), key=lambda j: j.order)
    for job in jobs:
        yield (job.id, f"{job.status}, {day(job.created_at)}: {_verdict(job, view)}")
    recorded = {j.fine_tuned_model for j in jobs}
    for model in observation.models:
        if model.mark in run.marks and model.id not in recorded:
            adopted = (
                "adopted, though its run's record is gone" if model.id == view.model else "another model of the run"
            )
            yield (model.id, f"model, {day(model.created_at)}: {adopted}")


def _verdict(job: ObservedJob, view: RunView) -> str:
    if job.id in (i.id for i in view.impostors):
        return f"another run: {next(i.words for i in view.impostors if i.id == job.id)}"
    if job in view.duplicates:
        return "one too many: the eldest stays"
    if job in view.paid_again:
        return "not used: the elder one is"
    if job.phase is Phase.SUCCEEDED:
        return _SUCCEEDED.get(view.state, "its model is gone")
    if job.phase is Phase.FAILED:
        return f"counts as an attempt{f' ({job.error})' if job.error else ''}"
    if job.phase is Phase.CANCELLED:
        return "cancelled"
    return "adopted, it is followed" if view.job and view.job.id == job.id else "not used"


def _elsewhere(run: DesiredRun, observed: Mapping[str, Observation]) -> Iterator[tuple[str, ...]]:
    for target, observation in sorted(observed.items()):
        if target != run.target:
            yield from ((target, job.id) for job in observation.jobs if job.mark in run.marks)


def _near(near: Near) -> Table:
    """What differs and what cannot be known; the rest in one line."""
    words = {False: "differs", None: "unknown"}
    rows = [(_short(c.ingredient), c.before, c.after, words[c.same]) for c in near.compared if c.same is not True]
    same = ", ".join(_short(c.ingredient) for c in near.compared if c.same)
    title = f"earlier: {near.job.id} · {near.job.status} · {day(near.job.created_at)}"
    return Table(
        title, ("what", "then", "now", ""), tuple(rows), "nothing that can be seen differs", f"the same: {same}"
    )


def _short(ingredient: str) -> str:
    return ingredient.removeprefix("hyperparameters.")


def day(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d}"
