"""A plan on a pull request: the summary first, then the riskiest changes, details folded."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.planning.planformat import DriftPart, PlanDocument
from reconciler.render import cost
from reconciler.render.markdown import page
from reconciler.render.markdown.by_target import MOST_TARGETS, by_target
from reconciler.render.markdown.changes import FEW, by_risk, field_lines
from reconciler.render.markdown.diagnostics import alerts
from reconciler.render.markdown.escaping import code, fence, label, prose
from reconciler.render.markdown.mermaid import graph
from reconciler.render.plan import (
    ALSO,
    COUNTED,
    drifted,
    in_use,
    in_words,
    kept,
    left_behind,
    matches,
    prunes,
    value,
)
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
    room = limit - page.size("\n\n".join([*parts, drawn, *orphans])) - _TAIL
    currency = plan.cost.currency if plan.cost else "USD"
    parts += [*by_risk(plan.resource_changes, currency, room), drawn, *orphans, _footer(plan)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _title(plan: PlanDocument) -> str:
    words = in_words(plan, COUNTED) + in_words(plan, ALSO)
    if not words:
        words = ["no changes" if plan.complete else "nothing to do on what could be read"]
    return f"### Plan for {label(plan.estate)}: {', '.join(words)}"


def _subtitle(plan: PlanDocument) -> str:
    seen = f"{plural(len(plan.targets), 'target')} · {plural(plan.objects, 'object')} observed {utc(plan.observed_at)}"
    told = [f"{matches(plan)}"] if plan.complete and not plan.resource_changes else []
    blind = [label(t.name) for t in plan.targets if not t.complete]
    if blind:
        more = f" and {len(blind) - MOST_TARGETS} more" if len(blind) > MOST_TARGETS else ""
        told.append(f"**Incomplete:** {', '.join(blind[:MOST_TARGETS])}{more} could not be read.")
    asked = [f"--select {a}" for a in plan.asked.select] + [f"--target {t}" for t in plan.asked.target]
    limited = f" · limited by {code(' '.join(asked))}" if asked else ""
    return " ".join([*told, f"{seen}{limited}"])


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
    lines = [
        f"- deployment {code(o.name)} on {code(o.target)}: {'it is protected' if o.protected else prose(o.reason)}"
        for o in kept(plan)
    ]
    lines += [f"- {x.kind} {code(value(x.kind, x.name))} on {code(x.target)}: {prose(x.kept)}" for x in in_use(plan)]
    shown = page.fill(lines, _MOST_KEPT)
    if len(shown) < len(lines):
        shown.append(f"- and {len(lines) - len(shown):,} more")
    pointer = "" if prunes(plan) or not kept(plan) else "`--prune` destroys what is not protected."
    return "\n\n".join(part for part in ("\n".join(shown), prose(left_behind(plan)), pointer) if part)


def _footer(plan: PlanDocument) -> str:
    return f"<sub>Plan {code(plan.digest.changes)} by reconciler {prose(plan.reconciler_version)}</sub>"
