"""Plans as documents: what `plan --format json` writes, and what every rendering is made from."""

from __future__ import annotations

from reconciler.model.asked import WHOLE, Asked
from reconciler.planning.plan import Plan
from reconciler.planning.planfile import to_document
from reconciler.planning.planformat import PlanDocument
from reconciler.planning.planreading import read_saved


def fresh(plan: Plan, asked: Asked = WHOLE) -> PlanDocument:
    """The plan as it is shown at once."""
    return to_document(plan, root="specs", version="test", asked=asked)


def written(plan: Plan, asked: Asked = WHOLE) -> bytes:
    """The bytes of a saved plan."""
    return fresh(plan, asked).as_bytes()


def document(plan: Plan, asked: Asked = WHOLE) -> PlanDocument:
    """The plan as it is read back."""
    return read_saved(written(plan, asked))
