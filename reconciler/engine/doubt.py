"""Creates that are not idempotent: look, send once, and after a doubtful answer look again before anything else."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from reconciler.engine.context import Context
from reconciler.model.events import StepWaiting
from reconciler.providers.base import Target
from reconciler.providers.errors import ServiceError
from reconciler.providers.retry import WRITES, Backoff

T = TypeVar("T")

BACKOFF = Backoff(attempts=5, first=1.0, longest=60.0, patience=WRITES)
PATIENCE = 60.0
"""Seconds, at least, for which a look that fails is asked for again."""


def create_once(
    look: Callable[[], T | None],
    create: Callable[[], T],
    target: Target,
    context: Context,
    step: str,
    *,
    final: Callable[[ServiceError], bool] = lambda _error: False,
) -> T:
    """What `look` finds, else what `create` makes. A create is sent again only when nothing came of the last one.

    `look` is asked right before every create: somebody else may have made one while we waited. After an
    answer that is `final` nothing is looked for and nothing is sent again.
    Raises the `ServiceError` of the last attempt.
    """
    for attempt in range(BACKOFF.attempts):
        found = look()
        if found is not None:
            return found
        context.sent.add(step)
        try:
            return create()
        except ServiceError as error:
            last = error
        if final(last) or not (last.transient or last.doubtful):
            raise last
        context.emit(StepWaiting(step, f"{last.message}; looking whether it was heard"))
        found = _look_again(look, target, context) if last.doubtful else None
        if found is not None:
            return found
        if not last.transient:
            raise last
        if attempt < BACKOFF.attempts - 1:
            context.back_off(step, BACKOFF, attempt, last)
    raise last


def look_patiently(look: Callable[[], T], target: Target, context: Context) -> T:
    """What `look` finds, asked again for a while when it fails in passing. Raises the last `ServiceError`."""
    gives_up = context.now() + max(10 * target.pace.settle, PATIENCE)
    while True:
        try:
            return look()
        except ServiceError as error:
            if not (error.transient or error.missing) or context.now() >= gives_up:
                raise
        context.sleep(min(target.pace.poll, 5.0))


def _look_again(look: Callable[[], T | None], target: Target, context: Context) -> T | None:
    """Look until the settle time has passed: a list may lag behind the create that it does not show yet."""
    ends = context.now() + target.pace.settle
    while True:
        found = look_patiently(look, target, context)
        if found is not None or context.now() >= ends:
            return found
        context.sleep(min(target.pace.poll, 5.0))
