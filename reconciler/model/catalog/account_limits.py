"""How much one account holds, and how much it trains at a time.

Source: learn.microsoft.com, azure/foundry/openai/quotas-limits (2026-02-17). Support may raise them for an account;
a target's `limits` say so.
"""

from __future__ import annotations

from dataclasses import dataclass

AS_OF = "2026-11-21"


@dataclass(frozen=True, slots=True)
class AccountLimits:
    """Numbers of things in one account."""

    deployments: int
    fine_tuned_deployments: int
    jobs: int
    """Training runs that the account remembers, finished ones too."""
    running: int
    """Runs at a time of the types standard and global; more wait in the queue."""
    running_developer: int
    queued: int


BY_PROVIDER = {
    "azure": AccountLimits(
        deployments=32, fine_tuned_deployments=10, jobs=100, running=3, running_developer=5, queued=20
    )
}
"""A provider that is absent does not say."""
