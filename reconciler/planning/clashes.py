"""Two estates whose short marks are equal in one account: each would take the other's objects for its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconciler.model import codes, marks
from reconciler.model.diagnostics import Diagnostic
from reconciler.model.observation import Observation


def clashes(estate: str, observed: Mapping[str, Observation]) -> Iterator[Diagnostic]:
    """An error for each account in which something tells another estate in full that is this one in short."""
    own = marks.long_mark(estate)
    for target, observation in sorted(observed.items()):
        alike = {
            told: where
            for told, where in _estates(observation)
            if told != own and (marks.same_short(told, own) or (told[:4] == own[:4] and _former(observation, estate)))
        }
        for told, where in sorted(alike.items()):
            code = codes.ESTATE_CLASH
            detail = f"On {target}, {where} is of an estate ({told}) that is {estate} ({own}) in short. {code.way_out}"
            yield code.at(detail=detail, address=f"target {target}")


def _estates(observation: Observation) -> Iterator[tuple[str, str]]:
    """Every estate that the account tells in full, in its long form, and what tells it."""
    for file in observation.files:
        mark = marks.FileMark.read(file.filename)
        if mark and mark.is_long:
            yield mark.estate, file.filename
    for job in observation.jobs:
        if name := job.metadata.get("estate"):
            yield marks.long_mark(str(name)), job.id
    for deployment in observation.deployments:
        if deployment.mark:
            yield marks.long_mark(deployment.mark.estate), deployment.name


def _former(observation: Observation, estate: str) -> bool:
    """Whether something there carries a mark of version 1 that may be either estate's."""
    told = [*(j.mark for j in observation.jobs), *(m.mark for m in observation.models)]
    if any(mark and mark.startswith("r1") and marks.is_estates(mark, estate) for mark in told):
        return True
    files = (marks.FileMark.read(f.filename) for f in observation.files)
    return any(mark and not mark.is_long and mark.is_of(estate) for mark in files)
