"""Dates as the services write them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any


def read_date(text: Any) -> int | None:
    """Unix time of an ISO date or time, UTC where it does not say; None for anything else."""
    if not isinstance(text, str):
        return None
    try:
        at = datetime.fromisoformat(text)
        return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError):
        return None
