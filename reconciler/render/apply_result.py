"""How an apply in CI ended, in Markdown: for the pull requests that asked for it, and for the step's summary."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reconciler.render.fences import fenced
from reconciler.render.markdown.escaping import code
from reconciler.render.text import pad, plural

_HEADS = {
    "converged": "Applied: everything that the specs want is live",
    "under way": "Under way: runs go on at the service, the next apply picks them up",
    "refused": "Not applied: this is not what was approved",
    "failed": "The apply failed",
}
_LIMIT = 50_000


@dataclass(frozen=True, slots=True)
class Done:
    """`state` is converged, under way, refused or failed; `steps` and `problems` come as JSON lines told them."""

    state: str
    steps: Sequence[Mapping[str, Any]] = ()
    problems: Sequence[Mapping[str, Any]] = ()
    told: str = ""
    """What was said on standard error."""
    digest: str = ""
    """Of the plan that was made just before."""
    left: Sequence[str] = ()
    """Addresses that would change as well, and were left alone because nobody approved it."""

    @property
    def fine(self) -> bool:
        return self.state in ("converged", "under way")


def render(done: Done) -> str:
    parts = [f"### {_HEADS[done.state]}"]
    if done.steps:
        counts = Counter(str(s["result"]) for s in done.steps)
        parts.append(", ".join(f"{n:,} {result}" for result, n in sorted(counts.items())) + ".")
        parts.append(fenced("\n".join(map(_step, done.steps)), limit=_LIMIT // 2))
    if done.problems:
        parts.append(fenced("\n\n".join(map(_problem, done.problems)), limit=_LIMIT // 4))
    if not done.fine and done.told.strip():
        parts.append(fenced(done.told, limit=_LIMIT // 4))
    if done.left:
        parts.append("Left alone, because nobody approved it:")
        parts.append(fenced("\n".join(done.left), limit=_LIMIT // 10))
    if done.state == "refused" or done.left:
        parts.append(
            "Open a pull request, so that its comment shows this plan; or approve it by hand: run the apply workflow "
            f"with the digest {code(done.digest)}."
        )
    return "\n\n".join(parts) + "\n"


def headline(done: Done) -> str:
    """One line, for the log."""
    steps = f" ({plural(len(done.steps), 'step')})" if done.steps else ""
    return _HEADS[done.state] + steps


def _step(step: Mapping[str, Any]) -> str:
    detail = f"   {step['detail']}" if step.get("detail") else ""
    return f"{pad(str(step['result']), 10)} {step['step']}{detail}"


def _problem(problem: Mapping[str, Any]) -> str:
    where = f"{problem['address']}: " if problem.get("address") else ""
    head = f"{problem['severity']}: {where}{problem['summary']} [{problem['code']}]"
    told = textwrap.wrap(problem["detail"], 96, initial_indent="  ", subsequent_indent="  ", break_long_words=False)
    return "\n".join([head, *told])
