"""A base model that is retired: an error for who never trained on it, the last day for who did."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from reconciler.model import codes
from reconciler.model.resource import DesiredRun
from reconciler.planning.changes import Change
from reconciler.planning.existing import LastDays, last_days, of_the_same_kind, trained_before
from reconciler.planning.preflight.findings import Finding
from reconciler.planning.preflight.regions import listed
from reconciler.planning.preflight.view import View


def check_existing(view: View) -> Iterator[Finding]:
    today = datetime.fromtimestamp(view.now, UTC).date()
    for change, run in view.trains():
        if view.provider(change.target) != "azure":
            continue
        base = view.graph.root_of(run)
        days = last_days(view.observed[change.target], base, "azure")
        if days.new and days.new <= today and (days.existing is None or today < days.existing):
            yield _found(view, change, run, base, days)


def _found(view: View, change: Change, run: DesiredRun, base: str, days: LastDays) -> Finding:
    place, address = run.place.value("base_model"), str(run.address)
    since = f"{base} is retired since {days.new} by {days.by}"
    until = f" until {days.existing}" if days.existing else ""
    known = trained_before(view.specs, view.observed, change.target, base)
    if known:
        code = codes.EXISTING_CUSTOMER
        detail = f"{since}; existing customers train on it{until}, and {known}. {code.way_out}"
        return Finding(code.at(place, detail, address=address))
    code = codes.BASE_RETIRED
    allowance = view.allowance(change.target)
    models = of_the_same_kind(allowance, run.ingredients.method, "azure")
    instead = f" Trainable there by {run.ingredients.method}: {listed(models)}." if allowance.models is not None else ""
    only = f"only subscriptions that trained on it before still do{until}, and nothing shows that {change.target} did"
    detail = f"{since}; {only}.{instead} {code.way_out}"
    said = f"{base} is retired, and {change.target} has not trained on it"
    return Finding(code.at(place, detail, address=address), (change.key,), said)
