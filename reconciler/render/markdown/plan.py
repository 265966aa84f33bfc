"""A plan on a pull request: the summary first, then the riskiest changes, details folded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from reconciler.planning.changes import Action, FieldChange
from reconciler.planning.planformat import ChangePart, DriftPart, PlanDocument
from reconciler.render import cost
from reconciler.render.markdown import page
from reconciler.render.markdown.diagnostics import alerts
from reconciler.render.markdown.escaping import cell, code, fence, label, prose
from reconciler.render.markdown.mermaid import graph
from reconciler.render.plan import (
    ALSO,
    COUNTED,
    LOOK,
    drifted,
    in_use,
    in_words,
    kept,
    left_behind,
    matches,
    prunes,
    value,
)
from reconciler.render.text import clean, pad, plural, utc, when

RISK = {
    Action.DELETE: "to destroy",
    Action.REPLACE: "to replace",
    Action.CANCEL: "to cancel",
    Action.BLOCKED: "blocked",
    Action.PARKED: "parked",
    Action.UPDATE: "to change",
    Action.TRAIN: "to train",
    Action.RETRY: "to retry",
    Action.WAIT: "to wait for",
    Action.CREATE: "to add",
    Action.UPLOAD: "to upload",
    Action.REMOVE: "to remove",
    Action.NONE: "unchanged",
}
"""The riskiest first, each with the words for it."""
_BY_RISK = tuple(RISK)
_COLUMNS = {
    "train": (Action.TRAIN, Action.RETRY),
    "add": (Action.CREATE, Action.REPLACE),
    "change": (Action.UPDATE,),
    "destroy": (Action.DELETE, Action.REPLACE),
    "upload": (Action.UPLOAD,),
    "remove": (Action.REMOVE,),
    "wait": (Action.WAIT,),
    "blocked": (Action.BLOCKED, Action.PARKED),
}
_ALWAYS = 4
FEW = 6
"""Changes up to which nothing is folded."""
MOST_TARGETS = 15
MOST_FIELDS = 40
_MOST_KEPT = 2_000
_TAIL = 2_000
"""Bytes kept for what stands below the changes: what was left out, and the footer."""


def render(plan: PlanDocument, limit: int = page.COMMENT) -> str:
    """The plan in at most `limit` bytes."""
    changes = sorted(plan.resource_changes, key=lambda c: _BY_RISK.index(c.action))
    parts = [_title(plan), _subtitle(plan)]
    if changes:
        parts += [_by_target(plan), prose(" ".join(cost.lines(plan.cost) if plan.cost else []))]
    parts += alerts([d.as_diagnostic() for d in plan.diagnostics], limit // 5)
    parts += _section("Changed outside the specs", [_drift(d) for d in drifted(plan)], limit // 5)
    drawn = graph(changes)
    orphans = [page.folded("Kept, though nothing wants it", [_kept(plan)], unfolded=False)] if _kept(plan) else []
    room = limit - page.size("\n\n".join([*parts, drawn, *orphans])) - _TAIL
    currency = plan.cost.currency if plan.cost else "USD"
    shown = page.fill(_changes(changes, currency), room)
    parts += shown
    if left := changes[len(shown) :]:
        parts.append(_left_out(left))
    parts += [drawn, *orphans, _footer(plan)]
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


def _by_target(plan: PlanDocument) -> str:
    """Where what happens; a replacement is something to destroy and something to add."""
    counts = {t.name: Counter[str]() for t in plan.targets}
    for change in plan.resource_changes:
        words = [word for word, actions in _COLUMNS.items() if change.action in actions]
        counts.setdefault(change.target, Counter()).update(words)
    total = sum(counts.values(), Counter[str]())
    columns = [w for number, w in enumerate(_COLUMNS) if number < _ALWAYS or total[w]]
    touched = sorted((c for c in counts.items() if c[1]), key=lambda c: (-c[1]["destroy"], -sum(c[1].values()), c[0]))
    rows = [[cell(name), *(f"{n[w]:,}" if n[w] else "" for w in columns)] for name, n in touched[:MOST_TARGETS]]
    if len(touched) > 1:
        more = [f"and {plural(len(touched) - MOST_TARGETS, 'more', 'more')}"] if len(touched) > MOST_TARGETS else []
        rows += [[word, *[""] * len(columns)] for word in more]
        rows.append(["**all**", *(f"**{total[w]:,}**" if total[w] else "" for w in columns)])
    return page.table(["target", *columns], rows)


def _section(title: str, blocks: Sequence[str], room: int) -> list[str]:
    if not blocks:
        return []
    shown = page.fill(blocks, room)
    more = [f"And {len(blocks) - len(shown):,} more."] if len(shown) < len(blocks) else []
    return [f"#### {title}", *shown, *more]


def _changes(changes: Sequence[ChangePart], currency: str) -> Iterator[str]:
    """Few stand open below one title, many folded below a title for each action."""
    counts = Counter(c.action for c in changes)
    few = len(changes) <= FEW
    titled: Action | None = None
    for number, change in enumerate(changes):
        block = _change(change, currency, unfolded=few)
        if few and number == 0:
            block = f"#### Changes\n\n{block}"
        elif not few and change.action is not titled:
            titled = change.action
            block = f"#### {counts[titled]:,} {RISK[titled]}\n\n{block}"
        yield block


def _change(change: ChangePart, currency: str, *, unfolded: bool) -> str:
    symbol, _ = LOOK[change.action]
    told = [f"on {change.target}"] if change.type != "deployment" else []
    if price := cost.beside(change.cost, currency):
        told.append(price)
    at = f" (`{change.range.filename}:{change.range.line}`)" if change.range else ""
    told.append(f"because {change.reason}{at}")
    gap = [change.cost.gap] if change.cost and change.cost.gap else []
    facts = [*change.notes, *(f"shared with {a}" for a in change.also), *gap]
    head = page.headline(f"{symbol} {change.action.value}", change.address, ", ".join(told))
    return page.folded(head, [prose(" · ".join(facts)), _fields(change)], unfolded=unfolded)


def _fields(change: ChangePart) -> str:
    if not change.fields:
        return ""
    return fence("diff", field_lines(change.fields))


def field_lines(fields: Sequence[FieldChange], was: str = "", now: str = "") -> Iterator[str]:
    """The sign in the first column is what colours the line."""
    column = max(len(clean(f.field)) for f in fields) + 2
    for f in fields[:MOST_FIELDS]:
        name = pad(clean(f.field), column)
        if f.before is not None:
            yield f"- {name}{value(f.field, f.before)} {was}".rstrip()
        if f.after is not None:
            yield f"+ {name}{value(f.field, f.after)} {now}".rstrip()
    if len(fields) > MOST_FIELDS:
        yield f"  and {len(fields) - MOST_FIELDS} more fields"


def _drift(drift: DriftPart) -> str:
    who = ", ".join(part for part in (f"by {drift.by}" if drift.by else "", when(drift.at)) if part)
    body = [
        prose(drift.detail),
        fence("diff", field_lines(drift.fields, "last applied", "live")) if drift.fields else "",
    ]
    return page.folded(page.headline(f"! {drift.cause}", drift.address, who), body, unfolded=True)


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


def _left_out(changes: Sequence[ChangePart]) -> str:
    counts = Counter(c.action for c in changes)
    left = ", ".join(f"{counts[a]:,} {words}" for a, words in RISK.items() if counts[a])
    return (
        f"**{plural(len(changes), 'more change')}** would not fit here: {left}. "
        "`reconciler show` prints all of them from the saved plan."
    )


def _footer(plan: PlanDocument) -> str:
    return f"<sub>Plan {code(plan.digest.changes)} by reconciler {prose(plan.reconciler_version)}</sub>"
