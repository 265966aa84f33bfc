"""The upload step: look, send once, look again after doubt."""

from __future__ import annotations

from reconciler.datasets.scan import DatasetFacts, upload_form
from reconciler.engine.context import Context
from reconciler.engine.doubt import create_once
from reconciler.model import marks
from reconciler.model.observation import ObservedFile
from reconciler.plan.steps import Step
from reconciler.providers.base import Target


def upload(step: Step, context: Context) -> tuple[ObservedFile, bool]:
    """The dataset's file on the target, which may still be in processing, and whether it was sent just now."""
    facts = step.change.desired
    assert isinstance(facts, DatasetFacts)
    target = context.targets[step.change.target]
    name = marks.file_name(facts.name, facts.digest, context.graph.estate)
    sent: list[ObservedFile] = []

    def create() -> ObservedFile:
        sent.append(target.training.upload(name, upload_form(facts.file, target.limits.byte_order_mark)))
        return sent[-1]

    file = create_once(lambda: find_file(target, name), create, target, context, step.key)
    return file, bool(sent)


def find_file(target: Target, name: str) -> ObservedFile | None:
    """The file to use: a processed one before one in preparation, then the eldest."""
    found = [f for f in target.training.files() if f.filename == name and (f.usable or f.in_preparation)]
    return min(found, key=lambda f: (not f.usable, f.created_at, f.id), default=None)
