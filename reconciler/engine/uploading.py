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
    return (elect_file(file, name, target, context), True) if sent else (file, False)


def elect_file(own: ObservedFile, name: str, target: Target, context: Context) -> ObservedFile:
    """One file stays when two operators sent the same one: the eldest. Only our own is ever deleted here."""
    settled = context.now() + target.pace.settle
    while True:
        same = [f for f in target.training.files() if f.filename == name and (f.usable or f.in_preparation)]
        stays = min([*same, own], key=lambda f: (f.created_at, f.id))
        if stays.id != own.id:
            target.training.delete_file(own.id)
            return stays
        if context.now() >= settled:
            return own
        context.sleep(min(target.pace.poll, 5.0))


def find_file(target: Target, name: str) -> ObservedFile | None:
    """The file to use: the eldest, so that everybody chooses the same."""
    found = [f for f in target.training.files() if f.filename == name and (f.usable or f.in_preparation)]
    return min(found, key=lambda f: (f.created_at, f.id), default=None)
