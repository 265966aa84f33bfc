"""Waiting for a deployment: until the service has ended what it does to it, shows it, or no longer shows it."""

from __future__ import annotations

from reconciler.engine.context import Context
from reconciler.engine.patience import Patience, rest
from reconciler.model import codes
from reconciler.model.errors import DiagnosticsError
from reconciler.model.observation import ObservedDeployment
from reconciler.planning.steps import Step
from reconciler.providers.base import Serving


def settled(name: str, serving: Serving, step: Step, context: Context) -> ObservedDeployment | None:
    """The deployment, once nothing is done to it; None when it is not there.

    Raises `DiagnosticsError` when it does not settle, with its state and who wrote it last.
    """
    pace = context.targets[step.change.target].pace
    patience = Patience(context.now(), pace.writes)
    while (live := serving.deployment(name)) is not None and not live.settled:
        state = f"{name} is {live.provisioning_state}"
        if patience.is_over(context.now()):
            by = f", last written by {live.modified_by} at {live.modified_at}" if live.modified_by else ""
            raise _given_up(step, f"{patience.words(state, context.now())}{by}")
        rest(patience, step.key, state, pace.poll, context)
    return live


def written(name: str, serving: Serving, step: Step, context: Context) -> ObservedDeployment | None:
    """The deployment after a write; shortly after its create the service may not show it yet."""
    pace = context.targets[step.change.target].pace
    patience = Patience(context.now(), pace.fresh)
    while (live := serving.deployment(name)) is None and not patience.is_over(context.now()):
        rest(patience, step.key, f"{name} is written and not shown yet", pace.poll, context)
    return live


def vanished(name: str, serving: Serving, step: Step, context: Context) -> None:
    """Wait until the deployment is gone. Raises `DiagnosticsError` when it stays."""
    pace = context.targets[step.change.target].pace
    patience = Patience(context.now(), pace.writes)
    while (live := serving.deployment(name)) is not None:
        state = f"{name} is deleted and still shown ({live.provisioning_state})"
        if patience.is_over(context.now()):
            raise _given_up(step, patience.words(state, context.now()))
        rest(patience, step.key, state, pace.poll, context)


def _given_up(step: Step, words: str) -> DiagnosticsError:
    code = codes.SERVICE_UNSETTLED
    return DiagnosticsError([code.at(detail=f"{words}. {code.way_out}", address=step.key)])
