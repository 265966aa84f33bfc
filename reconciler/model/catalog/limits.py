"""What the services accept, by provider.

Sources: learn.microsoft.com, azure/foundry/openai/quotas-limits and how-to/fine-tuning (suffix, files);
OpenAI's OpenAPI document (suffix, file size).
"""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.model.catalog import account_limits
from reconciler.model.catalog.account_limits import AccountLimits

AS_OF = "2026-11-21"


@dataclass(frozen=True, slots=True)
class Limits:
    suffix: int
    """Characters in the whole suffix of a run, the mark included."""
    file_bytes: int
    """Bytes in one training file sent in one request."""
    byte_order_mark: bool
    """Whether the service's documents ask for a BOM at the start of a training file."""
    min_rows: int
    account: AccountLimits | None
    """Of one account, where nobody has raised them; None where the vendor does not say."""


_ACCOUNTS = account_limits.BY_PROVIDER
AZURE = Limits(suffix=40, file_bytes=512_000_000, byte_order_mark=True, min_rows=10, account=_ACCOUNTS["azure"])
OPENAI = Limits(suffix=64, file_bytes=512_000_000, byte_order_mark=False, min_rows=10, account=None)
BY_PROVIDER = {"azure": AZURE, "openai": OPENAI}

DEPLOYMENT_NAME = (2, 64)
"""Shortest and longest name of an Azure deployment."""
TAGS = 50
"""Tags of one resource of Azure's (learn.microsoft.com, azure/azure-resource-manager/management/tag-resources)."""
