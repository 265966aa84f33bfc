"""The upload step: look, send once, look again after doubt; of several files with one name the eldest stays."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, replace

from reconciler.datasets.facts import DatasetFacts
from reconciler.engine.context import Context
from reconciler.engine.doubt import PATIENCE, create_once
from reconciler.engine.ordering import elder_first
from reconciler.engine.sending import send
from reconciler.model import marks
from reconciler.model.events import Outcome, Result
from reconciler.model.observation import ObservedFile
from reconciler.planning.steps import Step
from reconciler.providers.base import Target
from reconciler.providers.errors import ServiceError

Names = tuple[str, ...]
"""Every name by which one file is recognised, the one that is written now first."""


@dataclass(frozen=True, slots=True)
class Uploaded:
    """The file that stays, which may still be in processing."""

    file: ObservedFile
    ours: bool
    """Whether the service told us that it is the one we sent."""
    gave_way: bool = False
    """Whether we sent one too, which is deleted again."""


def upload(step: Step, context: Context) -> Uploaded:
    """Make sure that the dataset's file is on the target."""
    facts = step.change.desired
    assert isinstance(facts, DatasetFacts)
    target = context.targets[step.change.target]
    names = marks.file_names(facts.name, facts.digest, context.graph.estate)
    sent: list[str] = []

    def create() -> ObservedFile:
        file = send(names[0], facts, target, step.key, context)
        sent.append(file.id)
        return file

    file = create_once(lambda: find_file(target, names), create, target, context, step.key)
    if file.id in sent:
        file = elect_file(file, names, target, context)
    context.files[target.name, names[0]] = file.id
    context.file_names.setdefault(target.name, {})[file.id] = names[0]
    return Uploaded(file, file.id in sent, bool(sent) and file.id not in sent)


def elect_file(own: ObservedFile, names: Names, target: Target, context: Context) -> ObservedFile:
    """Give way to an elder file as soon as one is listed; the file that stays.

    Elder by reads of both by id; the answer to our own create has no part in it. Ours stays only once the lists have
    settled. What is younger then, its owner has left behind; of one second, whose owner may have settled before ours
    was there, it is left to a later plan. A look that fails is a look missed.
    """
    settled = context.now() + target.pace.settle
    gives_up = settled + max(10 * target.pace.settle, PATIENCE)
    while True:
        try:
            ordered = _with_own(own, _copies(target, names), target)
            if ordered and ordered[0].id != own.id:
                delete(own.id, target)
                return ordered[0]
            if context.now() >= settled:
                younger = [f for f in ordered[1:] if f.created_at > ordered[0].created_at]
                for spare in _unread(younger, target):
                    delete(spare.id, target)
                return own
        except ServiceError as error:
            if not error.transient or context.now() >= gives_up:
                return own
        context.sleep(min(target.pace.poll, 5.0))


def _with_own(own: ObservedFile, copies: list[ObservedFile], target: Target) -> list[ObservedFile]:
    """Our file and its rivals, the eldest first; empty where there is none, or ours is not known by its id yet."""
    rivals = [f for f in copies if f.id != own.id]
    listed = next((f for f in copies if f.id == own.id), replace(own, created_at=0))
    now = time.time()
    ordered = elder_first([listed, *rivals], target.training.file, lambda f: f.lasts(now)) if rivals else []
    return ordered if any(f.id == own.id for f in ordered) else []


def file_id(names: Names, target: Target, context: Context) -> str | None:
    """The file that a run reads: the one that this apply has sent or found, else what the list shows."""
    known = context.files.get((target.name, names[0]))
    if known:
        return known
    found = find_file(target, names)
    if found:
        context.file_names.setdefault(target.name, {})[found.id] = found.filename
    return found.id if found else None


def find_file(target: Target, names: Names) -> ObservedFile | None:
    """The file to use: the eldest, so that everybody chooses the same."""
    return min(_copies(target, names), key=lambda f: f.order, default=None)


def remove_spare(step: Step, context: Context) -> Outcome:
    """Delete a file that stands there twice, unless an unfinished run has come to read it."""
    spare = step.change.live
    assert isinstance(spare, ObservedFile)
    target = context.targets[step.change.target]
    copies = _copies(target, (spare.filename,))
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


def _copies(target: Target, names: Names) -> list[ObservedFile]:
    now = time.time()
    return [f for f in target.training.files() if f.filename in names and f.lasts(now)]


def _unread(files: Iterable[ObservedFile], target: Target) -> list[ObservedFile]:
    """Those that no unfinished run reads."""
    candidates = list(files)
    if not candidates:
        return []
    unfinished = [j for j in target.training.jobs() if not j.phase.final]
    read = {id for j in unfinished for id in (j.training_file, j.validation_file)}
    return [f for f in candidates if f.id not in read]
