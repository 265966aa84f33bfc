"""A look back: what the activity logs know of wanted deployments that are not there."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Executor

from reconciler.model import codes
from reconciler.model.address import Address
from reconciler.model.diagnostics import Diagnostic
from reconciler.model.observation import History
from reconciler.model.resource import DesiredDeployment
from reconciler.planning.changes import Action
from reconciler.planning.plan import Plan
from reconciler.providers.base import Target
from reconciler.providers.errors import ServiceError


def look_back(
    plan: Plan, targets: Mapping[str, Target], pool: Executor
) -> tuple[dict[Address, History], list[Diagnostic]]:
    """The history of each deployment that could be there, for its model is; and what could not be read."""
    asked = {}
    for change in plan.changes:
        serving = targets[change.target].serving
        if change.action is Action.CREATE and not change.needs and isinstance(change.desired, DesiredDeployment):
            assert serving is not None
            asked[change.address] = pool.submit(serving.history, change.desired.name)
    found, unread = {}, []
    for address, future in asked.items():
        try:
            found[address] = future.result()
        except ServiceError as error:
            code, place = codes.HISTORY_UNREADABLE, plan.graph.deployments[address].place
            detail = f"{error.message.rstrip('.')}. {code.way_out}"
            unread.append(code.at(place.range(), detail, address=str(address)))
    return found, unread
