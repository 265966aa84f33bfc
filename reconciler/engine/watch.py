"""What is followed at a service until it ends, and what a look at it can find."""

from __future__ import annotations

import traceback
from dataclasses import dataclass, field
from pathlib import Path

from reconciler.engine.patience import Patience
from reconciler.model import codes
from reconciler.model.events import Outcome, Result
from reconciler.model.resource import DesiredRun
from reconciler.planning.steps import Step
from reconciler.providers.base import RunProgress
from reconciler.providers.errors import ServiceError, diagnose


@dataclass(slots=True)
class Watch:
    """One run or file that is followed until it ends."""

    step: Step
    id: str
    ends_well: Outcome | None = None
    """How the step ends with a file that can be used, where that is not an upload of ours."""
    begun: float = 0.0
    """When it began to be followed, on the context's clock."""
    next_events: float = 0.0
    progress: RunProgress = field(default_factory=RunProgress)
    told: set[str] = field(default_factory=set)
    """Rivals that the operator has been told of."""
    until: float | None = None
    """When to leave a run to itself that nobody waits for, on the context's clock."""
    state: str = ""
    """The state that the last look has found."""
    since: float = 0.0
    """When it was found for the first time, on the context's clock."""

    @property
    def is_run(self) -> bool:
        return isinstance(self.step.change.desired, DesiredRun)

    def seen(self, state: str, seconds: float, now: float) -> Patience:
        """Note a state; the wait for its end, which began when it was new."""
        if state != self.state:
            self.state, self.since = state, now
        return Patience(self.since, seconds)

    def whole(self, seconds: float) -> Patience:
        """The wait from its begin."""
        return Patience(self.begun, seconds)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The end of a watch; without an outcome, the run failed and has attempts left."""

    step: Step
    outcome: Outcome | None
    model: str | None = None


def failed(step: Step, error: ServiceError) -> Verdict:
    """The service will not show it any more; what goes on there goes on."""
    problem = diagnose(error, step.key)
    return Verdict(step, Outcome(step.key, Result.FAILED, problem.code.summary, diagnostics=(problem,)))


def broken(step: Step, error: Exception) -> Outcome:
    """The outcome of a step that ended in an exception that nobody expects: its type, and where it came from."""
    home = Path(__file__).parent.parent
    frames = [f for f in traceback.extract_tb(error.__traceback__) if Path(f.filename).is_relative_to(home)]
    place = f" at {Path(frames[-1].filename).relative_to(home)}:{frames[-1].lineno}" if frames else ""
    said = f": {error}" if str(error) else ""
    code = codes.STEP_BROKEN
    problem = code.at(detail=f"{type(error).__name__}{place}{said}. {code.way_out}", address=step.key)
    return Outcome(step.key, Result.FAILED, type(error).__name__, diagnostics=(problem,))
