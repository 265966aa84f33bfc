"""A plan on a pull request: the summary first, then the riskiest changes, details folded."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.planning.planformat import DriftPart, OrphanPart, PlanDocument, UnsetPart
from reconciler.render import cost
from reconciler.render.markdown import page
from reconciler.render.markdown.by_target import by_target
from reconciler.render.markdown.changes import FEW, by_risk, field_lines
from reconciler.render.markdown.diagnostics import alerts
from reconciler.render.markdown.escaping import code, fence, label, prose
from reconciler.render.markdown.mermaid import graph
from reconciler.render.plan import (
    ALSO,
    COUNTED,
    NONE,
    drifted,
    in_use,
    in_words,
    kept,
    left_behind,
    left_words,
    nothing_to_do,
    prunes,
    value,
)
from reconciler.render.scope import limits, scope_of
from reconciler.render.text import plural, utc, when

_MOST_KEPT = 2_000
_TAIL = 2_000
"""Bytes kept for what stands below the changes: what was left out, and the footer."""


def render(plan: PlanDocument, limit: int = page.COMMENT) -> str:
    """The plan in at most `limit` bytes."""
    parts = [_title(plan), _subtitle(plan)]
    if plan.resource_changes:
        parts += [by_target(plan), prose(" ".join(cost.lines(plan.cost) if plan.cost else []))]
    parts += alerts([d.as_diagnostic() for d in plan.diagnostics], limit // 5)
    parts += _drifts(drifted(plan), limit // 5)
    drawn = graph(plan.resource_changes)
    orphans = [page.folded("Kept, though nothing wants it", [_kept(plan)], unfolded=False)] if _kept(plan) else []
    orphans += left_alone(plan.unset)
    room = limit - page.size("\n\n".join([*parts, drawn, *orphans])) - _TAIL
    currency = plan.cost.currency if plan.cost else "USD"
    parts += [*by_risk(plan.resource_changes, currency, room), drawn, *orphans, _footer(plan)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _title(plan: PlanDocument) -> str:
    words = in_words(plan, COUNTED) + in_words(plan, ALSO)
    if not words:
        words = [_nothing(plan)]
    return f"### Plan for {label(plan.estate)}: {', '.join(words)}"


def _subtitle(plan: PlanDocument) -> str:
    seen = f"{plural(len(plan.targets), 'target')} · {plural(plan.objects, 'object')} observed {utc(plan.observed_at)}"
    told = limits(scope_of(plan)) if plan.resource_changes else nothing_to_do(plan).removeprefix(f"{NONE}. ")
    if told and not plan.complete:
        return f"**Incomplete:** {prose(told)} {seen}"
    return f"{prose(told)} {seen}".lstrip()


def _nothing(plan: PlanDocument) -> str:
    if not plan.complete:
        return "nothing to do on what could be read"
    limited = " in what was selected" if not scope_of(plan).whole else ""
    return f"nothing to destroy{limited}" if plan.asked.destroy else f"no changes{limited}"


def _drifts(drifts: Sequence[DriftPart], room: int) -> list[str]:
    shown = page.fill((_drift(d, unfolded=len(drifts) <= FEW) for d in drifts), room)
    more = [f"And {len(drifts) - len(shown):,} more."] if len(shown) < len(drifts) else []
    return ["#### Changed outside the specs", *shown, *more] if drifts else []


def _drift(drift: DriftPart, *, unfolded: bool) -> str:
    who = ", ".join(part for part in (f"by {drift.by}" if drift.by else "", when(drift.at)) if part)
    body = [
        prose(drift.detail),
        fence("diff", field_lines(drift.fields, "last applied", "live")) if drift.fields else "",
    ]
    return page.folded(page.headline(f"! {drift.cause}", drift.address, who), body, unfolded=unfolded)


def _kept(plan: PlanDocument) -> str:
    """Deployments with the reason, what is in use, and the rest in numbers; empty where nothing is kept."""
    lines = [f"- deployment {code(o.name)} on {code(o.target)}: {_why_kept(o, plan)}" for o in kept(plan)]
    lines += [f"- {x.kind} {code(value(x.kind, x.name))} on {code(x.target)}: {prose(x.kept)}" for x in in_use(plan)]
    shown = page.fill(lines, _MOST_KEPT)
    if len(shown) < len(lines):
        shown.append(f"- and {len(lines) - len(shown):,} more")
    pointer = "" if prunes(plan) or not kept(plan) else "`--prune` destroys what is not protected."
    return "\n\n".join(part for part in ("\n".join(shown), prose(left_behind(plan)), pointer) if part)


def _why_kept(orphan: OrphanPart, plan: PlanDocument) -> str:
    if orphan.protected:
        return "it is protected"
    return "its target could not be read in full" if orphan.unread and prunes(plan) else prose(orphan.reason)


def left_alone(parts: Sequence[UnsetPart]) -> list[str]:
    """The deployments with fields that left the specs; nothing where there are none."""
    if not parts:
        return []
    lines = [f"- deployment {code(x.name)} on {code(x.target)}: {prose(left_words(x))}" for x in parts]
    shown = page.fill(lines, _MOST_KEPT)
    if len(shown) < len(lines):
        shown.append(f"- and {len(lines) - len(shown):,} more")
    return [page.folded("Left as it is, for the specs do not set it any more", ["\n".join(shown)], unfolded=False)]


def _footer(plan: PlanDocument) -> str:
    return f"<sub>Plan {code(plan.digest.changes)} by reconciler {prose(plan.reconciler_version)}</sub>"
