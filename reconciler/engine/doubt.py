"""Creates that are not idempotent: look, send once, and after a doubtful answer look again before anything else."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from reconciler.engine.context import Context
from reconciler.model.events import StepWaiting
from reconciler.providers.base import Target
from reconciler.providers.errors import ServiceError
from reconciler.providers.retry import Backoff

T = TypeVar("T")

BACKOFF = Backoff(attempts=5, first=1.0, longest=60.0)


def create_once(
    look: Callable[[], T | None], create: Callable[[], T], target: Target, context: Context, step: str
) -> T:
    """What `look` finds, else what `create` makes. A create is sent again only when nothing came of the last one.

    `look` is asked right before every create: somebody else may have made one while we waited.
    Raises the `ServiceError` of the last attempt.
    """
    for attempt in range(BACKOFF.attempts):
        found = look()
        if found is not None:
            return found
        try:
            return create()
        except ServiceError as error:
            last = error
        if not last.transient:
            raise last
        context.emit(StepWaiting(step, f"{last.message}; looking whether it was heard"))
        found = _look_again(look, target, context) if last.doubtful else None
        if found is not None:
            return found
        if attempt < BACKOFF.attempts - 1:
            context.sleep(BACKOFF.wait(attempt, last.retry_after))
    raise last


def _look_again(look: Callable[[], T | None], target: Target, context: Context) -> T | None:
    """Look until the settle time has passed: a list may lag behind the create that it does not show yet."""
    ends = context.now() + target.pace.settle
    while True:
        found = look()
        if found is not None or context.now() >= ends:
            return found
        context.sleep(min(target.pace.poll, 5.0))
