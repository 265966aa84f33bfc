"""The upload step: look, send once, look again after doubt; of several files with one name the eldest stays."""

from __future__ import annotations

import time
from collections.abc import Iterable

from reconciler.datasets.facts import DatasetFacts
from reconciler.engine.context import Context
from reconciler.engine.doubt import create_once
from reconciler.engine.sending import send
from reconciler.model import marks
from reconciler.model.events import Outcome, Result
from reconciler.model.observation import ObservedFile
from reconciler.planning.steps import Step
from reconciler.providers.base import Target
from reconciler.providers.errors import ServiceError


def upload(step: Step, context: Context) -> tuple[ObservedFile, bool]:
    """The dataset's file on the target, which may still be in processing, and whether it was sent just now."""
    facts = step.change.desired
    assert isinstance(facts, DatasetFacts)
    target = context.targets[step.change.target]
    name = marks.file_name(facts.name, facts.digest, context.graph.estate)
    tries = 0

    def create() -> ObservedFile:
        nonlocal tries
        tries += 1
        return send(name, facts, target, step.key, context)

    file = create_once(lambda: find_file(target, name), create, target, context, step.key)
    if tries:
        file = elect_file(file, name, target, context)
    context.files[target.name, name] = file.id
    return file, bool(tries)


def elect_file(own: ObservedFile, name: str, target: Target, context: Context) -> ObservedFile:
    """Give way to an elder file as soon as one is listed; the file that stays.

    Ours stays only once the lists have settled. What is younger then, its owner has left behind; of one second, whose
    owner may have settled before ours was there, it is left to a later plan.
    """
    settled = context.now() + target.pace.settle
    while True:
        same = _copies(target, name)
        stays = min([*same, own], key=lambda f: f.order)
        if stays.id != own.id:
            delete(own.id, target)
            return stays
        if context.now() >= settled:
            for spare in _unread((f for f in same if f.created_at > own.created_at), target):
                delete(spare.id, target)
            return own
        context.sleep(min(target.pace.poll, 5.0))


def file_id(name: str, target: Target, context: Context) -> str | None:
    """The file that a run reads: the one that this apply has sent or found, else what the list shows."""
    known = context.files.get((target.name, name))
    if known:
        return known
    found = find_file(target, name)
    return found.id if found else None


def find_file(target: Target, name: str) -> ObservedFile | None:
    """The file to use: the eldest, so that everybody chooses the same."""
    return min(_copies(target, name), key=lambda f: f.order, default=None)


def remove_spare(step: Step, context: Context) -> Outcome:
    """Delete a file that stands there twice, unless an unfinished run has come to read it."""
    spare = step.change.live
    assert isinstance(spare, ObservedFile)
    target = context.targets[step.change.target]
    copies = _copies(target, spare.filename)
    has_elder = any(f.order < spare.order for f in copies)
    if not has_elder or not list(_unread([spare], target)):
        return Outcome(step.key, Result.UNCHANGED, "it is needed after all")
    delete(spare.id, target)
    return Outcome(step.key, Result.DESTROYED, spare.id)


def delete(id: str, target: Target) -> None:
    """Delete a file; that somebody else has done it already is as good."""
    try:
        target.training.delete_file(id)
    except ServiceError as error:
        if not error.missing:
            raise


def _copies(target: Target, name: str) -> list[ObservedFile]:
    now = time.time()
    return [f for f in target.training.files() if f.filename == name and f.lasts(now)]


def _unread(files: Iterable[ObservedFile], target: Target) -> list[ObservedFile]:
    """Those that no unfinished run reads."""
    candidates = list(files)
    if not candidates:
        return []
    unfinished = [j for j in target.training.jobs() if not j.phase.final]
    read = {id for j in unfinished for id in (j.training_file, j.validation_file)}
    return [f for f in candidates if f.id not in read]
