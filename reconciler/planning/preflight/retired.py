"""What ends soon, or has ended: a notice 90 days before, a warning 30 days before, then an error where it is needed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reconciler.model import codes
from reconciler.model.diagnostics import Code, Diagnostic
from reconciler.planning.closing import closes
from reconciler.planning.preflight.findings import Finding
from reconciler.planning.preflight.view import View, touches
from reconciler.planning.retirement import Ending, Ends, Use, calendar

NOTICE_DAYS, WARNING_DAYS = 90, 30


def check_retired(view: View) -> Iterator[Finding]:
    for ending in calendar(view.specs, view.graph, view.observed, view.models):
        uses = tuple(u for u in ending.uses if view.is_chosen(u.address, u.target))
        if uses and not _said_elsewhere(view, ending):
            yield from _ended(view, ending, uses) if ending.passed(view.now) else _ends(ending, uses, view.now)


def _said_elsewhere(view: View, ending: Ending) -> bool:
    """A service that closes has a message of its own."""
    return any(u.address == f"target {u.target}" and closes(view.specs, u.target) for u in ending.uses)


def _ends(ending: Ending, uses: Sequence[Use], now: int) -> Iterator[Finding]:
    left = ending.days_left(now)
    if left > NOTICE_DAYS:
        return
    days = "1 day" if left == 1 else f"{left} days"
    when = f"until {ending.day.isoformat()} ({days})"
    code = codes.RETIRES_SOON if left <= WARNING_DAYS else codes.RETIRES
    yield Finding(_told(code, ending, uses, f"can be {ending.kind.value} {when}"))


def _ended(view: View, ending: Ending, uses: Sequence[Use]) -> Iterator[Finding]:
    since = f"since {ending.day.isoformat()}"
    if ending.kind is Ends.TRAINING:
        yield from _untrainable(view, ending, uses, f"cannot be trained {since}")
    elif ending.kind is Ends.SERVING:
        named = {u.address for u in uses}
        keys = [c.key for c, d in view.deploys() if str(d.address) in named and touches(c, "model", "sku")]
        said = f"is not served {since}"
        yield Finding(_told(codes.MODEL_RETIRED, ending, uses, said), tuple(keys), f"{ending.what} {said}")
    elif ending.kind is Ends.ANSWERING:
        yield Finding(_told(codes.API_VERSION_RETIRED, ending, uses, f"is retired {since}"))


def _untrainable(view: View, ending: Ending, uses: Sequence[Use], said: str) -> Iterator[Finding]:
    """Only where something is to be trained: what has its model needs no training."""
    starting = {str(a): c.key for c, _ in view.trains() for a in (c.address, *c.also)}
    stopped = [u for u in uses if u.address in starting]
    if stopped:
        keys = tuple(starting[u.address] for u in stopped)
        yield Finding(_told(codes.MODEL_UNTRAINABLE, ending, stopped, said), keys, f"{ending.what} {said}")


def _told(code: Code, ending: Ending, uses: Sequence[Use], said: str) -> Diagnostic:
    """One message for everybody who uses it, at the first one's place."""
    labels = ", ".join(dict.fromkeys(u.label for u in uses))
    targets = ", ".join(dict.fromkeys(u.target for u in uses))
    address = uses[0].address if len(uses) == 1 else ""
    used = f" Used by {labels}." if labels != address else ""
    return code.at(uses[0].at, f"{ending.what} {said} on {targets}.{used} {code.way_out}", address=address)
