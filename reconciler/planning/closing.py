"""Services that stop training on a known day: said before it comes, and blocked once it has passed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from reconciler.model import codes
from reconciler.model.catalog.closing import OPENAI_TRAINING_CLOSES, WARN_DAYS, days_until
from reconciler.model.diagnostics import Diagnostic
from reconciler.specs.estate import Specs
from reconciler.specs.target import OpenAITarget


def has_closed(specs: Specs, target: str, now: int) -> bool:
    """Whether nobody can create a run on the target any more, at the Unix time `now`."""
    return _is_openai(specs, target) and days_until(OPENAI_TRAINING_CLOSES, now) <= 0


def closes(specs: Specs, target: str) -> date | None:
    """The day from which nobody can create a run on the target; None where none is known."""
    return OPENAI_TRAINING_CLOSES if _is_openai(specs, target) else None


def closings(specs: Specs, targets: Iterable[str], now: int) -> list[Diagnostic]:
    """One for each of the targets whose service stops training soon, or has."""
    left = days_until(OPENAI_TRAINING_CLOSES, now)
    if left > WARN_DAYS:
        return []
    code = codes.TRAINING_CLOSES
    when = f"{OPENAI_TRAINING_CLOSES.isoformat()} ({left} days)" if left > 0 else OPENAI_TRAINING_CLOSES.isoformat()
    return [
        code.at(specs.targets[name].place.range(), f"{name}: {when}. {code.way_out}", address=f"target {name}")
        for name in sorted(set(targets))
        if _is_openai(specs, name)
    ]


def _is_openai(specs: Specs, target: str) -> bool:
    """OpenAI's own platform; a compatible service under another URL has a calendar of its own."""
    spec = specs.targets[target].spec
    return isinstance(spec, OpenAITarget) and spec.base_url is None
