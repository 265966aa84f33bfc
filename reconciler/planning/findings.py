"""A plan's drift as a report: each finding with its next step and, where it is sensible, the edit that accepts it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconciler.model import codes
from reconciler.model.diagnostics import Diagnostic, in_order
from reconciler.model.money import ZERO, amount_words
from reconciler.model.observation import Observation
from reconciler.model.resource import DesiredDeployment, DesiredRun
from reconciler.planning.changes import Action, Change, FieldChange, Unknown
from reconciler.planning.diff import TAG
from reconciler.planning.drift import GONE, Cause, Drift, DriftReport, Finding
from reconciler.planning.plan import Plan
from reconciler.specs.documents import Located
from reconciler.specs.patch import Edit

_ACCEPTABLE = ("sku", "capacity", "content_filter", "version_upgrade")


def make_report(plan: Plan, observed: Mapping[str, Observation]) -> DriftReport:
    """`plan` is made of these observations, and may be a selection."""
    changes = {str(c.address): c for c in plan.changes}
    unread = list(_unread(plan, observed))
    findings = [_finding(d, changes.get(str(d.address)), plan) for d in plan.drift]
    told = {f.drift.address for f in findings}
    return DriftReport(
        estate=plan.estate,
        findings=tuple(findings),
        complete=plan.complete and not unread,
        diagnostics=in_order([*(p for o in observed.values() for p in o.problems), *unread]),
        ahead=sum(1 for c in plan.changes if c.action.writes and c.address not in told),
        scope=plan.scope,
        unset=plan.unset,
        observed_at=plan.observed_at,
    )


def _unread(plan: Plan, observed: Mapping[str, Observation]) -> Iterator[Diagnostic]:
    """Where nobody can say whether a deployment was there."""
    code = codes.HISTORY_UNREADABLE
    for change in plan.changes:
        desired = change.desired
        if isinstance(desired, DesiredDeployment) and change.live is None:
            silent = observed[desired.target].silent.get(desired.name.lower())
            if silent is not None:
                detail = f"{silent.rstrip('.')}. {code.way_out}"
                yield code.at(desired.place.range(), detail, address=str(desired.address))


def _finding(drift: Drift, change: Change | None, plan: Plan) -> Finding:
    if drift.address.kind == "job":
        run = plan.graph.runs[drift.address]
        return Finding(drift, _next_run(drift, run), run.place.range())
    desired = plan.graph.deployments[drift.address]
    accepts = tuple(_accepts(desired, drift))
    path = _path(drift.fields[0].field) if len(drift.fields) == 1 else ()
    next_step = _next_deployment(drift, desired, change, accepts, plan.hosting.currency)
    return Finding(drift, next_step, desired.place.range(*path), accepts)


def _next_run(drift: Drift, run: DesiredRun) -> str:
    if drift.cause is Cause.RETIRED:
        return f"{codes.MODEL_RETIRED.way_out} apply leaves it alone"
    return (
        f"apply leaves it alone, for training costs money; to train it again, raise `generation` in {run.place.range()}"
    )


def _next_deployment(
    drift: Drift, desired: DesiredDeployment, change: Change | None, accepts: tuple[Edit, ...], currency: str
) -> str:
    if change is None:
        return "apply leaves it as it is"
    if change.action in (Action.BLOCKED, Action.PARKED):
        return f"apply cannot put it back: {change.reason.text}"
    if drift.cause in GONE:
        price = change.cost.after if change.cost else ZERO
        monthly = f" ({amount_words(price, currency)} a month)" if price.known else ""
        again = f"apply deploys it again{monthly}{_which_model(change)}"
        return f"{again}; to do without it, remove it from {desired.place.range()}"
    if drift.cause is Cause.UNTAGGED:
        return "apply writes the tags again; a policy that removes tags must leave those that begin with reconciler-"
    if drift.cause is Cause.RETAGGED:
        return "apply writes the record again; what else was changed cannot be told"
    if drift.cause is Cause.FAILED:
        return "apply writes it again"
    return _put_back(drift, desired, change, accepts)


def _which_model(change: Change) -> str:
    """Which model comes, where it is not at once the one that the specs want."""
    then = f", after {change.needs[0]}" if change.needs else ""
    if change.at_once is None:
        return then
    return f" with the model that it served before{f'{then} with the new one' if then else ''}"


def _put_back(drift: Drift, desired: DesiredDeployment, change: Change, accepts: tuple[Edit, ...]) -> str:
    wanted = {f.field: f.after for f in change.fields}
    if len(drift.fields) > 1:
        last = "; to keep what is live: reconciler drift --format patch | git apply" if accepts else ""
        return f"apply puts the values of the specs back{last}"
    (field,) = drift.fields
    value = wanted.get(field.field, field.before)
    if field.field == "model" and drift.cause is not Cause.UPGRADED:
        waits = ", once that is trained" if isinstance(value, Unknown) else ""
        return f"apply puts the model of the specs back{waits}"
    back = "puts" if value == field.before else "writes"
    shown, live = (str(v).rpartition("@")[2] if field.field == "model" else str(v) for v in (value, field.after))
    text = f"apply {back} {shown}{' back' if back == 'puts' else ''}"
    return f"{text}; to keep {live}, set it in {accepts[0].where}" if accepts else text


def _accepts(desired: DesiredDeployment, drift: Drift) -> Iterator[Edit]:
    """Values that the specs can say; a model made by somebody else, or a tag that is gone, is none of them."""
    place = desired.place
    if not isinstance(place, Located):
        return
    for field in drift.fields:
        if field.after is None:
            continue
        if field.field in _ACCEPTABLE or field.field.startswith(TAG):
            yield Edit(place, _path(field.field), field.after)
        elif drift.cause is Cause.UPGRADED:
            yield Edit(place, ("model", "version"), _version(field))


def _version(model: FieldChange) -> str:
    return str(model.after).rpartition("@")[2]


def _path(field: str) -> tuple[str, ...]:
    """Where a field stands below a deployment."""
    return ("tags", field.removeprefix(TAG)) if field.startswith(TAG) else (field,)
