"""Plans as documents: what `plan --format json` writes, and what every rendering is made from."""

from __future__ import annotations

import orjson

from reconciler.planning.plan import Plan
from reconciler.planning.planfile import WHOLE, Asked, to_json
from reconciler.planning.planformat import PlanDocument, read_saved
from reconciler.render.diagnostics import as_json


def written(plan: Plan, asked: Asked = WHOLE) -> bytes:
    """The bytes of a saved plan."""
    told = [as_json(d, lines=True) for d in plan.diagnostics]
    return orjson.dumps(to_json(plan, told, root="specs", version="test", asked=asked))


def document(plan: Plan, asked: Asked = WHOLE) -> PlanDocument:
    """The plan as it is read back."""
    return read_saved(written(plan, asked))
