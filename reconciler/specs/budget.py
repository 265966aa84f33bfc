"""Budget: what one apply may spend, and what hosting may come to."""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field

from reconciler.specs.base import Strict


class Budget(Strict):
    """Limits in the currency of the prices; over one of them a plan is an error."""

    training: float | None = Field(
        default=None, ge=0, le=1_000_000_000, description="Most that one apply may spend on training.", examples=[50]
    )
    hosting: float | None = Field(
        default=None,
        ge=0,
        le=1_000_000_000,
        description="Most that the estate's deployments may come to a month, without usage.",
        examples=[5000],
    )

    def limit(self, key: str) -> Decimal | None:
        """`training` or `hosting`, as it was written."""
        value = getattr(self, key)
        return None if value is None else Decimal(str(value))
