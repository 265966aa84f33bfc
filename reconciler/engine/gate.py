"""The training gate: on a target that may refuse training, one run is tried before anything else is uploaded.

The refusal (403 `training_not_available`) shows only when a job is created, and by then its files lie at the service;
so one job's files go first, and on refusal those that this apply sent are removed again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress

from reconciler.model import codes
from reconciler.model.diagnostics import Diagnostic
from reconciler.planning.steps import Step
from reconciler.providers.base import Target
from reconciler.providers.errors import ServiceError


class TrainingGate:
    """One for each target that may refuse training and has runs to train."""

    def __init__(self, target: Target, steps: Sequence[Step]) -> None:
        self.target = target
        own = [s for s in steps if s.change.target == target.name]
        uploads = {s.key for s in own if s.change.address.kind == "dataset" and not s.change.action.removes}
        runs = [s for s in own if s.change.action.trains]
        first = next((s for s in runs if set(s.needs) <= uploads), None)
        self.probe = first.key if first else None
        self.first = {first.key, *first.needs} if first else set()
        self.guarded = uploads | {s.key for s in runs}
        self.refusal: Diagnostic | None = None
        self.sent: list[str] = []
        """Ids of the files that were sent before the gate opened."""
        self.is_open = first is None

    def allows(self, step: Step) -> bool:
        return self.is_open or step.key not in self.guarded or step.key in self.first

    def passed(self) -> None:
        self.is_open = True

    def refused(self, problem: Diagnostic) -> None:
        """Remember why, and take back the files that were sent for the try."""
        self.refusal = problem
        while self.sent:
            with suppress(ServiceError):  # a file that stays does no harm, and the refusal is what matters
                self.target.training.delete_file(self.sent.pop())


def make_gates(targets: Mapping[str, Target], steps: Iterable[Step]) -> dict[str, TrainingGate]:
    listed = list(steps)
    return {name: TrainingGate(t, listed) for name, t in targets.items() if t.may_refuse_training}


def is_refusal(problem: Diagnostic) -> bool:
    return problem.code is codes.TRAINING_CLOSED
