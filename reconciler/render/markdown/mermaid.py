"""A graph of what trains and what it feeds, in the language that GitHub and GitLab draw."""

from __future__ import annotations

import re
from collections.abc import Sequence

from reconciler.planning.changes import Action
from reconciler.planning.planformat import ChangePart
from reconciler.render.markdown.escaping import fence
from reconciler.render.text import clean

MOST = 20
"""Nodes; a larger graph cannot be read."""
_STANDING = (Action.WAIT, Action.PARKED, Action.BLOCKED)
_HARMLESS = re.compile(r"[^\w ./@()-]", re.ASCII)


def graph(changes: Sequence[ChangePart]) -> str:
    """Empty where nothing that trains feeds anything, or too much does."""
    runs = [c for c in changes if c.type == "job" and (c.action.trains or c.action in _STANDING)]
    keys = {c.key for c in runs}
    fed = [c for c in changes if c.type == "deployment" and not keys.isdisjoint(c.needs)]
    nodes = {c.key: (f"n{number}", c) for number, c in enumerate([*runs, *fed])}
    edges = [(nodes[need][0], name) for name, c in nodes.values() for need in c.needs if need in nodes]
    if not edges or len(nodes) > MOST:
        return ""
    lines = ["graph LR", *(f"  {name}{_node(c)}" for name, c in nodes.values())]
    return fence("mermaid", [*lines, *(f"  {one} --> {other}" for one, other in edges)])


def _node(change: ChangePart) -> str:
    words = f"{_label(change.address.partition('.')[2])}<br/>{_label(change.action.value)}"
    return f'(["{words}"])' if change.type == "job" else f'["{words}"]'


def _label(text: str) -> str:
    """Every character that could mean something becomes the number that Mermaid shows as that character."""
    return _HARMLESS.sub(lambda found: f"#{ord(found.group())};", clean(text)[:100])
