"""A model of the world, without engine or ports: what a plan says, done to the letter on the observations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from graphlib import TopologicalSorter
from typing import Any

from reconciler.datasets.facts import DatasetFacts
from reconciler.model import marks
from reconciler.model.marks import DeploymentMark
from reconciler.model.observation import Observation, ObservedDeployment, ObservedFile, ObservedJob, ObservedModel
from reconciler.model.resource import DesiredDeployment, DesiredRun, NamedModel, RunRef
from reconciler.planning.changes import Action, Change, Unknown
from reconciler.planning.diff import TAG, live_fields, wanted_fields
from reconciler.planning.plan import Plan
from reconciler.planning.steps import Step, make_steps
from reconciler.providers.arm import put_body
from tests.support.answers import deployment

LATER = 1_900_000_000


def _as_told(step: Step) -> Change:
    """The part of a change that a step makes, under the name of the live object."""
    change, part = step.change, step.part
    if part is None:
        return change
    assert isinstance(change.desired, DesiredDeployment)
    desired = replace(change.desired, name=part.name)
    action = Action.UPDATE if part.live else Action.CREATE
    return replace(change, action=action, fields=part.fields, desired=desired)


class World:
    """Lists by target that a plan's changes are written into."""

    def __init__(self, plan: Plan, observed: Mapping[str, Observation]) -> None:
        self.plan = plan
        self.seen = dict(observed)
        self.count = 0

    def carry_out(self) -> dict[str, Observation]:
        """Every step, the last of the plan first as far as needs allow; the observations afterwards."""
        steps = {step.key: step for step in reversed(make_steps(self.plan))}
        for key in TopologicalSorter({k: s.needs for k, s in steps.items()}).static_order():
            change = _as_told(steps[key])
            kind = {"dataset": self._file, "job": self._run, "deployment": self._deployment}[change.address.kind]
            kind(change, self.seen[change.target])
        return self.seen

    def _next(self, prefix: str) -> str:
        self.count += 1
        return f"{prefix}-later-{self.count:03}"

    def _put(self, target: str, **lists: Any) -> None:
        self.seen[target] = replace(self.seen[target], **lists)

    def _file(self, change: Change, o: Observation) -> None:
        if change.action in (Action.DELETE, Action.REMOVE):
            assert isinstance(change.live, ObservedFile)
            gone = change.live
            alike = change.action is Action.REMOVE
            kept = (f for f in o.files if f.id != gone.id and not (alike and f.filename == gone.filename))
            self._put(change.target, files=tuple(kept))
        elif change.action is Action.UPLOAD:
            assert isinstance(change.desired, DatasetFacts)
            name = marks.file_name(change.address.name, change.desired.digest, self.plan.estate)
            file = ObservedFile(self._next("file"), name, "processed", 1, "fine-tune", LATER + self.count)
            self._put(change.target, files=(*o.files, file))
        else:
            assert change.action is Action.WAIT
            self._put(change.target, files=tuple(replace(f, status="processed") for f in o.files))

    def _run(self, change: Change, o: Observation) -> None:
        if change.action is Action.DELETE:
            assert isinstance(change.live, ObservedModel)
            self._put(change.target, models=tuple(m for m in o.models if m.id != change.live.id))
        elif change.action is Action.CANCEL:
            assert isinstance(change.live, ObservedJob)
            ended = replace(change.live, status="cancelled", finished_at=LATER)
            self._put(change.target, jobs=tuple(ended if j.id == ended.id else j for j in o.jobs))
        else:
            self._train(change, o)

    def _train(self, change: Change, o: Observation) -> None:
        run = change.desired
        assert isinstance(run, DesiredRun)
        if change.action is Action.WAIT:
            assert isinstance(change.live, ObservedJob)
            job, others = change.live, tuple(j for j in o.jobs if j.id != change.live.id)
        else:
            files = {f.filename: f.id for f in o.files if f.usable}
            data = marks.file_name(run.training, run.ingredients.training, self.plan.estate)
            base = self._model(run.base) if isinstance(run.base, RunRef) else run.base
            job = ObservedJob(
                self._next("ftjob"), "pending", LATER + self.count, None, base, None, run.suffix, files[data],
                None, None, run.ingredients.hyperparameters, None, None,
            )  # fmt: skip
            others = o.jobs
        model = f"{job.base_model.split('.ft-')[0]}.ft-{self._next('0')}-{run.suffix}"
        job = replace(job, status="succeeded", finished_at=LATER + self.count, fine_tuned_model=model)
        made = ObservedModel(model, job.base_model, job.id, LATER + self.count, True, None, None)
        self._put(change.target, jobs=(*others, job), models=(*o.models, made))

    def _model(self, ref: RunRef) -> str:
        run = self.plan.graph.runs[ref.address]
        return next(m.id for m in self.seen[run.target].models if m.mark in run.marks)

    def _deployment(self, change: Change, o: Observation) -> None:
        """A change as `_as_told` gives it: its desired name is the live one."""
        if change.action is Action.DELETE:
            assert isinstance(change.live, ObservedDeployment)
            self._put(change.target, deployments=tuple(d for d in o.deployments if d.name != change.live.name))
            return
        desired = change.desired
        assert isinstance(desired, DesiredDeployment)
        if change.action is Action.WAIT:
            settled = (
                replace(d, provisioning_state="Succeeded") if d.name == desired.name else d for d in o.deployments
            )
            self._put(change.target, deployments=tuple(settled))
            return
        live = next((d for d in o.deployments if d.name.lower() == desired.name.lower()), None)
        written = self._written(change, desired, None if change.action is Action.REPLACE else live)
        others = tuple(d for d in o.deployments if d is not live)
        self._put(change.target, deployments=(*others, written))

    def _written(
        self, change: Change, desired: DesiredDeployment, live: ObservedDeployment | None
    ) -> ObservedDeployment:
        """The live object with exactly the fields that the plan names, and a record of what the specs set."""
        after = {f.field: f.after for f in change.fields}
        for name, value in after.items():
            if value is Unknown.AFTER_TRAINING:
                assert isinstance(desired.model, RunRef)
                after[name] = self._model(desired.model)
        protect = after.pop("protect", None)
        dropped = {n for n, value in after.items() if value is None}
        part = "model" not in after and bool(change.at_once)
        ours = TAG + marks.TAG_PREFIX
        seen = {k: v for k, v in live_fields(live).items() if not k.startswith(ours)} if live else {}
        values = seen | after
        before = live.mark if live else None
        applied = (before.applied if before else None) or {}
        own = list(after) if part else self._spec_fields(desired)
        # What the specs do not set any more stays in the record while it is live, and so does a model that waits.
        record = {n: value for n, value in applied.items() if part or n not in own}
        record |= {n: values.get(n) for n in own}
        record = {n: value for n, value in record.items() if value is not None and n not in dropped}
        values = {n: value for n, value in values.items() if value is not None}
        protected = bool(protect if protect is not None else desired.protect or (before and before.protect))
        mark = DeploymentMark(self.plan.estate, str(desired.address), "", protected, record)
        tags = {k.removeprefix(TAG): v for k, v in values.items() if k.startswith(TAG)} | mark.tags()
        fields = {k: v for k, v in after.items() if not k.startswith(TAG)}
        if "source" in values and "model" in fields:
            fields["source"] = values["source"]
        return deployment({"name": desired.name, **put_body(fields, _named(fields), tags, live)})

    def _spec_fields(self, desired: DesiredDeployment) -> list[str]:
        model = "m@1" if isinstance(desired.model, NamedModel) else "m"
        return list(wanted_fields(desired, model, "source"))


def _named(fields: Mapping[str, Any]) -> dict[str, str]:
    """The model of a write as the service names it."""
    if "model" not in fields:
        return {}
    name, at, version = str(fields["model"]).partition("@")
    return {"format": "OpenAI", "name": name, "version": version if at else "1"}
