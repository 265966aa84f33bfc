"""Sentences about everything, which say of what: what was left out or could not be read is named."""

from __future__ import annotations

from reconciler.planning.planformat import PlanDocument
from reconciler.planning.scopeformat import ScopePart
from reconciler.render.text import plural

_FEW = 3
"""Names that a sentence lists."""


def scope_of(plan: PlanDocument) -> ScopePart:
    """What the plan looked at; plans of format 1.0 do not count it."""
    if plan.scope:
        return plan.scope
    unread = tuple(t.name for t in plan.targets if not t.complete)
    limited = bool(plan.asked.select or plan.asked.target)
    counted = not limited and not unread
    return ScopePart(
        whole=not limited and not unread,
        select=plan.asked.select,
        target=plan.asked.target,
        targets=tuple(t.name for t in plan.targets if t.complete),
        unread=unread,
        runs=plan.wanted.runs if counted else 0,
        deployments=plan.wanted.deployments if counted else 0,
    )


def nothing(head: str, scope: ScopePart) -> str:
    """`HEAD among the 1 deployment on states (--target states); the rest was left out.`"""
    return f"{head} {_what(scope)}; {' and '.join(_missing(scope))}."


def limits(scope: ScopePart) -> str:
    """What a plan or a report that found something does not speak of; empty where it speaks of everything."""
    if scope.whole:
        return ""
    if not _options(scope):
        return f"There may be more: {' and '.join(_missing(scope))}."
    among = _what(scope).removeprefix("among ").removeprefix("in ")
    return f"Limited to {among}; {' and '.join(_missing(scope))}."


def counted(scope: ScopePart) -> str:
    """`2 runs and 1 deployment`; empty where nothing is wanted."""
    counts = [(scope.runs, "run"), (scope.deployments, "deployment")]
    return " and ".join(plural(n, word) for n, word in counts if n)


def names(found: tuple[str, ...]) -> str:
    """`a, b and c`, or the first of many and how many more there are."""
    shown = list(found) if len(found) <= _FEW + 1 else [*found[:_FEW], f"{len(found) - _FEW:,} more"]
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else "".join(shown)


def _what(scope: ScopePart) -> str:
    options = _options(scope)
    said = f" ({options})" if options else ""
    if what := counted(scope):
        return f"among the {what} on {_where(scope)}{said}"
    return f"in what was selected{said}" if options else "in what was looked at"


def _where(scope: ScopePart) -> str:
    return names(scope.targets) if len(scope.targets) <= 2 else plural(len(scope.targets), "target")


def _options(scope: ScopePart) -> str:
    said = [*(f"--select {glob}" for glob in scope.select), *(f"--target {name}" for name in scope.target)]
    more = [f"and {len(said) - _FEW:,} more"] if len(said) > _FEW + 1 else []
    return " ".join([*said[:_FEW], *more] if more else said)


def _missing(scope: ScopePart) -> list[str]:
    left_out = ["the rest was left out"] if scope.select or scope.target else []
    unread = [f"{names(scope.unread)} could not be read in full"] if scope.unread else []
    gone = tuple(t.target for t in scope.left)
    left = [f"{names(gone)} left the specs and was not looked at"] if len(gone) == 1 else []
    left = [f"{names(gone)} left the specs and were not looked at"] if len(gone) > 1 else left
    return left_out + unread + left
