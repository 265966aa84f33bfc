"""What the specs use on one target and its days: one line a model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reconciler.model.checkup import Line, Verdict
from reconciler.planning.preflight.retired import NOTICE_DAYS
from reconciler.planning.retirement import Ending, Ends


def retirement(endings: Sequence[Ending], target: str, now: int) -> Iterator[Line]:
    """Soonest first. Training that has ended stops nothing that is trained; what is no longer served is an outage."""
    ours = [e for e in endings if e.kind is not Ends.ANSWERING and any(u.target == target for u in e.uses)]
    for ending in ours:
        left = ending.days_left(now)
        if ending.passed(now):
            verdict = Verdict.NOTE if ending.kind in (Ends.TRAINING, Ends.STARTING) else Verdict.WRONG
            text = f"{ending.what}: not {ending.kind.value} since {ending.day.isoformat()}"
        else:
            verdict = Verdict.NOTE if left <= NOTICE_DAYS else Verdict.FINE
            text = f"{ending.what}: {ending.kind.value} until {ending.day.isoformat()} ({left:,} days)"
        yield Line("retirement", verdict, text)
    if not ours:
        yield Line("retirement", Verdict.FINE, "no dates are known for what the specs use")
