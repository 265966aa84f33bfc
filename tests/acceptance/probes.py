"""The facts that no real account has shown yet, and what a life says of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tests.acceptance.life import Life, Refused, cost

CONFIRMED, CONTRADICTED, NOT_SHOWN = "confirmed", "contradicted", "not shown"
FACTS = {
    "run": "A file is taken, a run ends with a model, and a deployment on the developer tier serves it",
    "format": "The format that the live model list names is the one that a deployment takes",
    "suffix": "The mark in a run's suffix comes back as it was sent, so the run is found again",
    "tags": "Tags of a deployment come back as they were sent",
    "change": "A deployment's capacity changes in place",
    "drift": "What nobody changed is no drift",
    "prune": "A deployment that left the specs is removed",
    "delete": "Model, run and file can be deleted",
    "swap": "The model of a deployment can be swapped in place",
    "suffix limit": "A suffix may have 40 characters on this model",
    "metadata": "A run keeps metadata",
    "lag": "A list shows a new run within 30 s",
    "log": "The activity log tells who removed a deployment",
    "purposes": "Files of the purpose fine-tune can be downloaded",
}


@dataclass
class Findings:
    """A verdict a fact; those that a life did not come to are not shown."""

    verdicts: dict[str, str] = field(default_factory=lambda: dict.fromkeys(FACTS, NOT_SHOWN))
    estimate: Decimal = Decimal(0)
    removed: bool = False

    def note(self, holds: bool, *facts: str) -> bool:
        self.verdicts |= dict.fromkeys(facts, CONFIRMED if holds else CONTRADICTED)
        return holds

    @property
    def contradicted(self) -> bool:
        return CONTRADICTED in self.verdicts.values()


def live(life: Life, budget: Decimal, found: Findings, say: Callable[[str], None]) -> None:
    """Upload, train, deploy, change, look, prune, remove; what it made is removed however it ends."""
    life.write()
    found.estimate = cost(life.plan())
    if found.estimate > budget:
        raise Refused(f"It would cost about {found.estimate:.4f}, and the budget is {budget}.")
    say(f"about {found.estimate:.4f} of at most {budget}")
    try:
        _stages(life, found, say)
    finally:
        say("removing everything")
        found.removed = life.run("destroy", "--auto-approve", shielded=True).returncode == 0
        if found.verdicts["run"] == CONFIRMED:
            found.note(found.removed, "delete")


def _stages(life: Life, found: Findings, say: Callable[[str], None]) -> None:
    say("uploading, training, deploying")
    if not found.note(_applied(life), "run"):
        return
    found.note(True, "format")
    again = _actions(life.plan())
    found.note(not again["job"] - {"no-op"}, "suffix")
    found.note(not again["deployment"] - {"no-op"}, "tags")
    say("changing the capacity")
    life.write(capacity=2)
    found.note(_actions(life.plan())["deployment"] == {"change"} and _applied(life), "change")
    found.note(life.run("drift").returncode == 0, "drift")
    say("pruning")
    life.write(served=False)
    found.note(_applied(life, "--prune") and not _actions(life.plan())["deployment"] - {"no-op"}, "prune")


def _applied(life: Life, *more: str) -> bool:
    return life.run("apply", "--auto-approve", "--wait", *more).returncode == 0


def _actions(plan: dict[str, Any]) -> dict[str, set[str]]:
    """The actions of runs and of deployments."""
    changes = [(c["address"].partition(".")[0], c["action"]) for c in plan["resource_changes"]]
    return {kind: {action for k, action in changes if k == kind} for kind in ("job", "deployment")}


def page(found: Findings, model: str) -> str:
    """Markdown to paste into an issue: no names, ids or addresses of the person's."""
    rows = "".join(f"| {FACTS[name]} | {verdict} |\n" for name, verdict in found.verdicts.items())
    left = (
        "Everything it made was removed." if found.removed else "**Not everything was removed: look at the account.**"
    )
    head = f"Model `{model}`, estimated cost {found.estimate:.4f}. {left}"
    return f"## Acceptance\n\n{head}\n\n| fact | verdict |\n|---|---|\n{rows}"
