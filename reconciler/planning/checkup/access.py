"""Whether a target is reached, by whom, and what they may do there."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.model import codes
from reconciler.model.allowance import Question
from reconciler.model.catalog import permissions as actions
from reconciler.model.catalog.api_versions import ENDS
from reconciler.model.checkup import Line, Login, Verdict
from reconciler.model.identity import Identity
from reconciler.planning.preflight.permissions import in_words
from reconciler.planning.preflight.regions import region_of
from reconciler.planning.preflight.view import View

IN_STEP, TOO_FAR = 60, 300
"""Seconds between two clocks: of no matter, and beyond what the checks of tokens forgive."""


def access(view: View, target: str, login: Login) -> Iterator[Line]:
    yield _reachable(view, target, login)
    yield _identity(login)
    if login.skew is not None:
        yield _clock(login.skew)
    if view.observed[target].account is None:
        return
    if view.provider(target) == "azure":
        yield Line("region", Verdict.FINE, region_of(view, target))
    if login.api_version:
        yield _api_version(login.api_version)
    if view.provider(target) == "azure":
        yield _permissions(view, target)


def _reachable(view: View, target: str, login: Login) -> Line:
    problems = view.observed[target].problems
    if not problems:
        return Line("reachable", Verdict.FINE, "the account and all its lists were read")
    told = dict.fromkeys(p.detail.rstrip(".") for p in problems)
    if login.identity is None and all(p.code is codes.TARGET_AUTH for p in problems):
        return Line("reachable", Verdict.UNKNOWN, "not asked, for nobody is logged in")
    return Line("reachable", Verdict.WRONG, "; ".join(told))


def _identity(login: Login) -> Line:
    if login.identity is None:
        return Line("identity", Verdict.WRONG, login.refused.rstrip("."))
    return Line("identity", Verdict.FINE, describe(login.identity))


def describe(identity: Identity) -> str:
    """`login ana@contoso.example, tenant 3333...; data plane by API key`."""
    parts = [f"{identity.how} {identity.name or identity.object_id}".strip()]
    if identity.tenant:
        parts.append(f"tenant {identity.tenant}")
    return ", ".join(parts) + (f"; data plane by {identity.data_plane}" if identity.data_plane else "")


def _clock(skew: float) -> Line:
    apart = abs(skew)
    if apart < IN_STEP:
        return Line("clock", Verdict.FINE, "in step with the service's")
    side = "behind" if skew > 0 else "ahead of"
    text = f"this machine's is {apart:,.0f} s {side} the service's"
    return Line("clock", Verdict.WRONG if apart > TOO_FAR else Verdict.NOTE, text)


def _api_version(version: str) -> Line:
    ended = ENDS.get(version)
    if ended:
        return Line("api-version", Verdict.WRONG, f"{version} was retired on {ended.isoformat()}")
    return Line("api-version", Verdict.FINE, version)


def _permissions(view: View, target: str) -> Line:
    allowance = view.allowance(target)
    permissions = allowance.permissions
    if permissions is None:
        why = allowance.failed.get(Question.PERMISSIONS, "not asked")
        text = f"could not be read ({why}); the role {actions.READER} on the account shows them"
        return Line("permissions", Verdict.UNKNOWN, text)
    lacking = [a for a in (*actions.TO_PLAN, *actions.TO_APPLY) if not permissions.allows(a.name, data=a.data)]
    if lacking:
        return Line("permissions", Verdict.WRONG, f"may not: {in_words(lacking)}")
    return Line("permissions", Verdict.FINE, "may plan and apply")
