"""An estate of its own in a folder of its own, and the command line that lives with it."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

DAYS_A_MONTH = 30
ROWS = 12


class Refused(Exception):
    """Nothing was begun: what it would cost is not known, or too much."""


@dataclass(frozen=True)
class Account:
    """Whose account it is, as the person named it: a Resource Manager id, its region, and a model that trains there."""

    id: str
    region: str
    model: str

    def target(self) -> dict[str, str]:
        parts = self.id.strip("/").split("/")
        if len(parts) != 8 or parts[0].lower() != "subscriptions" or parts[6].lower() != "accounts":
            raise Refused("ACCOUNT must be /subscriptions/S/resourceGroups/G/providers/P/accounts/NAME")
        where = {"subscription": parts[1], "resource_group": parts[3], "account": parts[7]}
        return {"provider": "azure", "region": self.region} | where


class Life:
    """Nobody else's estate: its name is new, so a removal meets only what this life made."""

    def __init__(self, folder: Path, account: Account) -> None:
        self.folder, self.account = folder, account
        self.estate = f"acceptance-{uuid4().hex[:8]}"
        for name in (".git", "specs"):
            (folder / name).mkdir()
        rows = [{"messages": _asked(number)} for number in range(ROWS)]
        (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))

    def write(self, *, capacity: int = 1, served: bool = True) -> None:
        """The specs: one file, one run of one epoch on the developer tier, one deployment there."""
        job = {
            "target": "there",
            "base_model": self.account.model,
            "training": "rows",
            "training_type": "developer",
            "hyperparameters": {"n_epochs": 1},
        }
        deployment = {"model": {"job": "small"}, "sku": "DeveloperTier", "capacity": capacity, "targets": {"there": {}}}
        specs = {
            "version": 1,
            "estate": self.estate,
            "targets": {"there": self.account.target()},
            "datasets": {"rows": {"file": "../rows.jsonl"}},
            "jobs": {"small": job},
        } | ({"deployments": {self.estate: deployment}} if served else {})
        (self.folder / "specs/acceptance.yaml").write_text(json.dumps(specs, indent=1))

    def run(self, *arguments: str, shielded: bool = False) -> subprocess.CompletedProcess[str]:
        """One command; `shielded` ones are not reached by Ctrl-C."""
        command = [sys.executable, "-m", "reconciler", *arguments]
        return subprocess.run(
            command, cwd=self.folder, text=True, capture_output=True, check=False,
            start_new_session=shielded,
        )  # fmt: skip

    def plan(self) -> dict[str, Any]:
        answer = self.run("plan", "--format", "json")
        if not answer.stdout:
            raise Refused(f"No plan: {answer.stderr.strip()}")
        shown: dict[str, Any] = json.loads(answer.stdout)
        return shown


def cost(plan: dict[str, Any]) -> Decimal:
    """The training, and a day of what it adds to hosting. Raises `Refused` where a price is not known."""
    training, hosting = plan["cost"]["training"], plan["cost"]["hosting"]
    if training["unknown"] or hosting["after"]["unknown"] or hosting["delta"] is None:
        raise Refused("A price is not known, so the cost cannot be kept under the budget.")
    return Decimal(training["amount"]) + Decimal(hosting["delta"]) / DAYS_A_MONTH


def _asked(number: int) -> list[dict[str, str]]:
    return [
        {"role": "user", "content": f"Where is parcel {number}?"},
        {"role": "assistant", "content": f"Parcel {number} is in depot {number % 5}."},
    ]
