"""The judgement behind `doctor`: what was seen of each target, line by line. Pure, as all of this room."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.model.checkup import Checkup, Login
from reconciler.model.observation import Observation
from reconciler.planning.checkup.access import access
from reconciler.planning.checkup.calendar import retirement
from reconciler.planning.checkup.usage import usage
from reconciler.planning.plan import Plan
from reconciler.planning.preflight.view import View
from reconciler.planning.retirement import calendar
from reconciler.specs.estate import Specs


def check_up(
    specs: Specs, plan: Plan, observed: Mapping[str, Observation], logins: Mapping[str, Login]
) -> tuple[Checkup, ...]:
    """By target. `plan` is any plan of these specs: what it knows of models tells what they use."""
    view = View(specs, plan.graph, observed, plan.models, plan.by_key(), now=plan.observed_at)
    endings = calendar(specs, plan.graph, observed, plan.models)
    found = []
    for name in sorted(specs.targets):
        lines = list(access(view, name, logins[name]))
        if observed[name].account is not None:
            lines += [*usage(view, name), *retirement(endings, name, plan.observed_at)]
        found.append(Checkup(name, view.provider(name), tuple(lines)))
    return tuple(found)
