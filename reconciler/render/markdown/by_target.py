"""A table of where what happens."""

from __future__ import annotations

from collections import Counter

from reconciler.planning.changes import Action
from reconciler.planning.planformat import PlanDocument
from reconciler.render.markdown import page
from reconciler.render.markdown.escaping import cell
from reconciler.render.text import plural

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
MOST_TARGETS = 15


def by_target(plan: PlanDocument) -> str:
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
