"""What callers need, for people and for programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reconciler.planning.serving import Served
from reconciler.render.text import Style, clean, pad, width


def render(served: Sequence[Served], style: Style) -> str:
    """A block a deployment: the name to call, where, and the model behind it."""
    column = max((width(str(s.address)) for s in served), default=0)
    lines = []
    for s in served:
        head = style(pad(clean(str(s.address)), column), "bold")
        if s.live is None:
            lines.append(f"{head}  {style('not served yet', 'yellow')}")
        else:
            lines.append(f"{head}  {clean(s.live.name)}  {style(clean(s.endpoint), 'cyan')}")
            lines.append(" " * (column + 2) + style(clean(s.live.model_name), "dim"))
    return "\n".join(lines) + "\n" if lines else ""


def as_json(served: Sequence[Served]) -> dict[str, Any]:
    """Deployment name -> target -> what to call; null where nothing serves."""
    found: dict[str, Any] = {}
    for s in served:
        call = {"deployment": s.live.name, "endpoint": s.endpoint, "model": s.live.model_name} if s.live else None
        found.setdefault(s.address.name, {})[s.address.target] = call
    return found
