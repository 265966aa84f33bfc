"""What a plan needs to know beside the lists of every look. A plan without changes needs to know nothing."""

from __future__ import annotations

from collections import defaultdict

from reconciler.model.allowance import Question
from reconciler.model.resource import DesiredDeployment
from reconciler.planning.plan import Plan
from reconciler.planning.preflight.filters import is_built_in
from reconciler.planning.preflight.view import DEPLOYS, touches


def questions(plan: Plan) -> dict[str, set[Question]]:
    """By target. Nothing is asked about what is not written."""
    asked: defaultdict[str, set[Question]] = defaultdict(set)
    for change in plan.changes:
        wanted = asked[change.target] if change.action.writes else set()
        wanted.add(Question.PERMISSIONS)
        if change.action.trains:
            wanted.add(Question.MODELS)
        if change.action not in DEPLOYS or not isinstance(change.desired, DesiredDeployment):
            continue
        if touches(change, "model", "sku", "capacity"):
            wanted |= {Question.MODELS, Question.QUOTA}
        name = change.desired.content_filter
        if name is not None and not is_built_in(name) and touches(change, "content_filter"):
            wanted.add(Question.FILTERS)
    return dict(asked)
