"""The changes of a plan in Markdown, the riskiest first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reconciler.planning.changes import Action, FieldChange
from reconciler.planning.planformat import ChangePart
from reconciler.render import cost
from reconciler.render.markdown import page
from reconciler.render.markdown.escaping import fence, prose
from reconciler.render.plan import LOOK, notes, subject, value
from reconciler.render.text import clean, pad, plural

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
FEW = 6
"""Changes up to which nothing is folded."""
MOST_FIELDS = 40
_TITLE = 200
"""Bytes that the title of a group and the count of its rest may take."""


def by_risk(changes: Sequence[ChangePart], currency: str, room: int) -> list[str]:
    """Few changes stand open below one title, many are folded below a title for each action.

    Where not all fit, each action has its share of the room, and what is left of it goes to the riskiest.
    """
    groups = {a: [c for c in changes if c.action is a] for a in RISK}
    groups = {action: members for action, members in groups.items() if members}
    if len(changes) <= FEW:
        shown = page.fill((_change(c, currency, unfolded=True) for m in groups.values() for c in m), room - _TITLE)
        if len(shown) == len(changes):
            return ["#### Changes", *shown] if shown else []
    room -= _TITLE * len(groups)
    blocks = {a: [_change(c, currency, unfolded=False) for c in members] for a, members in groups.items()}
    shares = {a: page.fill(written, room // len(groups)) for a, written in blocks.items()}
    spare = room - sum(page.size(block) + 2 for share in shares.values() for block in share)
    for action, written in blocks.items():
        more = page.fill(written[len(shares[action]) :], spare)
        spare -= sum(page.size(block) + 2 for block in more)
        shares[action] += more
    left = len(changes) - sum(map(len, shares.values()))
    parts = [part for action in groups for part in _group(action, shares[action], len(groups[action]))]
    return [*parts, _pointer(left)] if left else parts


def _group(action: Action, shown: Sequence[str], count: int) -> list[str]:
    left = count - len(shown)
    return [f"#### {count:,} {RISK[action]}", *shown, *([f"And {left:,} more {RISK[action]}."] if left else [])]


def _pointer(left: int) -> str:
    words = "does" if left == 1 else "do"
    return (
        f"**{plural(left, 'more change')}** {words} not fit here. "
        "`reconciler show` prints all of them from the saved plan."
    )


def _change(change: ChangePart, currency: str, *, unfolded: bool) -> str:
    symbol, _ = LOOK[change.action]
    told = [f"on {change.target}"] if change.type != "deployment" else []
    if price := cost.beside(change.cost, currency):
        told.append(price)
    at = f" (`{change.range.filename}:{change.range.line}`)" if change.range else ""
    told.append(f"because {change.reason}{at}")
    gap = [change.cost.gap] if change.cost and change.cost.gap else []
    facts = [*notes(change), *(f"shared with {a}" for a in change.also), *gap]
    head = page.headline(f"{symbol} {change.action.value}", subject(change), ", ".join(told))
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
