"""A first answer of a deployment that is new or serves another model: Resource Manager's word is not the data plane's.

It costs one token. Whatever comes of it, the deployment was written: nothing here fails a step.
Source: the service's own words, "If you created the deployment within the last 5 minutes, please wait a moment".
"""

from __future__ import annotations

from collections.abc import Callable

from reconciler.engine.context import Context, Stopped
from reconciler.engine.patience import Patience, rest
from reconciler.model import codes
from reconciler.model.diagnostics import Code, Diagnostic
from reconciler.model.resource import DesiredDeployment
from reconciler.planning.steps import Step
from reconciler.providers.errors import ServiceError, diagnose

HEARD = (400, 405, 413, 415, 422, 429)
"""Refusals by the model itself or its rate limit: what refuses so is there."""
PAUSED = 423


def first_answer(name: str, step: Step, context: Context) -> tuple[Diagnostic, ...]:
    """What there is to say of the data plane; nothing where it answers, or where nobody may ask yet."""
    target = context.targets[step.change.target]
    if target.probe is None or context.stop.is_set:
        return ()
    try:
        return _answer(name, target.probe, Patience(context.now(), target.pace.answers), step, context)
    except Stopped:  # the write is done and told; what goes on in the data plane goes on
        return ()


def _answer(
    name: str, probe: Callable[[str], None], patience: Patience, step: Step, context: Context
) -> tuple[Diagnostic, ...]:
    while True:
        try:
            probe(name)
            return ()
        except ServiceError as error:
            if error.status in HEARD:
                return ()
            if error.status in (401, 403):
                return (_told(step, codes.ANSWER_UNASKED, error),)
            if error.status == PAUSED or patience.is_over(context.now()):
                return (_told(step, codes.ANSWER_AWAITED, error),)
            state = f"{name} is deployed and does not answer yet"
            rest(patience, step.key, state, context.targets[step.change.target].pace.poll, context)


def _told(step: Step, code: Code, error: ServiceError) -> Diagnostic:
    seen = diagnose(error, step.key)
    desired = step.change.desired
    place = desired.place.range() if isinstance(desired, DesiredDeployment) else None
    said = f"{error.service}: {error.message.strip().rstrip('.')}." if error.service else error.message
    return code.at(place, f"{said} {code.way_out}", address=step.key, facts=seen.facts)
