"""How an apply in CI ended, in Markdown: for the pull requests that asked for it, and for the step's summary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from reconciler.model.diagnostics import Diagnostic
from reconciler.model.events import Outcome
from reconciler.planning.covering import Difference
from reconciler.render import diagnostics as render_diagnostics
from reconciler.render.fences import fenced
from reconciler.render.markdown.escaping import code
from reconciler.render.text import Style, clean, pad, plural

_HEADS = {
    "converged": "Applied: everything that the specs want is live",
    "under way": "Under way: runs go on at the service, the next apply picks them up",
    "incomplete": "Not known to be applied: not everything could be read, the next apply looks again",
    "left": "Applied in part: the rest is not what was approved any more",
    "refused": "Not applied: this is not what was approved",
    "failed": "The apply failed",
}
_BUT_LEFT = "Applied: everything that was approved is live, and nothing else was touched"
_LIMIT = 50_000
_PLAIN = Style(False)


@dataclass(frozen=True, slots=True)
class Done:
    """`state` is converged, under way, incomplete, left, refused or failed."""

    state: str
    outcomes: Sequence[Outcome] = ()
    problems: Sequence[Diagnostic] = ()
    """Of the plan and of its steps."""
    digest: str = ""
    """Of the plan that was made just before."""
    left: Sequence[Difference] = ()
    """What would change as well, and was left alone because nobody approved it."""
    unapproved: Sequence[str] = ()
    """Why merged pull requests approved nothing, a sentence each."""

    @property
    def head(self) -> str:
        return _BUT_LEFT if self.state == "converged" and self.left else _HEADS[self.state]

    @property
    def fine(self) -> bool:
        return self.state in ("converged", "under way")


def render(done: Done) -> str:
    parts = [f"### {done.head}"]
    if done.outcomes:
        counts = Counter(o.result.value for o in done.outcomes)
        parts.append(", ".join(f"{n:,} {result}" for result, n in sorted(counts.items())) + ".")
        parts.append(fenced("\n".join(map(_step, done.outcomes)), limit=_LIMIT // 2))
    if told := render_diagnostics.render(done.problems, _PLAIN):
        parts.append(fenced(told, limit=_LIMIT // 4))
    if done.left:
        parts.append("Left alone, because nobody approved it:")
        parts.append(fenced("\n".join(difference(d) for d in done.left), limit=_LIMIT // 10))
    if done.unapproved:
        parts.append("Merged, and approving nothing:")
        parts.append(fenced("\n".join(map(clean, done.unapproved)), limit=_LIMIT // 10))
    if done.state == "refused" or done.left:
        parts.append(
            "Open a pull request, so that its comment shows this plan; or approve it by hand: run the apply workflow "
            f"with the digest {code(done.digest)}."
        )
    return "\n\n".join(parts) + "\n"


def headline(done: Done) -> str:
    """One line, for the log."""
    steps = f" ({plural(len(done.outcomes), 'step')})" if done.outcomes else ""
    return done.head + steps


def difference(found: Difference) -> str:
    """What the plan does that nobody approved, in a line."""
    return clean(f"{found.address}: {found.words}" if found.address else found.words)


def _step(outcome: Outcome) -> str:
    detail = f"   {outcome.detail}" if outcome.detail else ""
    return clean(f"{pad(outcome.result.value, 10)} {outcome.step}{detail}")
