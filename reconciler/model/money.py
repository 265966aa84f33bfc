"""Amounts of money that may be known only in part. Decimal arithmetic; the currency is the price table's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

HOURS_A_MONTH = 730
"""As the vendors' calculators count."""


@dataclass(frozen=True, slots=True)
class Amount:
    """What is known of an amount; whatever `unknown` names may come on top."""

    known: Decimal = Decimal(0)
    unknown: frozenset[str] = frozenset()
    """What could not be priced, or not in full: addresses."""

    def __add__(self, other: Amount) -> Amount:
        return Amount(self.known + other.known, self.unknown | other.unknown)

    @property
    def exact(self) -> bool:
        return not self.unknown


ZERO = Amount()


def total(amounts: Iterable[Amount]) -> Amount:
    """The sum; its order does not matter."""
    listed = list(amounts)
    return Amount(sum((a.known for a in listed), Decimal(0)), frozenset().union(*(a.unknown for a in listed)))


@dataclass(frozen=True, slots=True)
class Cost:
    """What one change costs."""

    training: Amount = ZERO
    """Once."""
    before: Amount = ZERO
    """Hosting a month, as it is."""
    after: Amount = ZERO
    """Hosting a month, once the change is made."""
    delta: Amount = ZERO
    """`after` less `before`; exact where both have the same price, even an unknown one."""
    rate: Decimal | None = None
    """Of a million trained tokens."""
    basis: str = ""
    """What was multiplied."""
    gap: str = ""
    """Why the amount is unknown, or not the whole."""


_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£"}


def words(value: Decimal, currency: str) -> str:
    """`$6.10`, `$2,482`, `under $0.01`, `CHF 12.00`; whole from 100 on."""
    sign = _SIGNS.get(currency, f"{currency} ")
    if 0 < abs(value) < Decimal("0.01"):
        return f"under {sign}0.01"
    if value < 0:
        return f"-{words(-value, currency)}"
    rounded = value.quantize(Decimal("0.01"))
    return f"{sign}{rounded:,.0f}" if rounded >= 100 else f"{sign}{rounded:,.2f}" if rounded else f"{sign}0"


def rate_words(value: Decimal, currency: str) -> str:
    """`$6.05`, `$1.815`: a rate in full, for tenths of a cent matter there."""
    cents = value.quantize(Decimal("0.01"))
    return f"{_SIGNS.get(currency, f'{currency} ')}{cents if cents == value else value.normalize():f}"


def about(value: Decimal, currency: str) -> str:
    """An estimate: `about $6.10`, `under $0.01`."""
    return words(value, currency) if abs(value) < Decimal("0.01") else f"about {words(value, currency)}"


def amount_words(amount: Amount, currency: str) -> str:
    """`$6.10`, `at least $6.10`, `unknown`."""
    if amount.exact:
        return words(amount.known, currency)
    return at_least(amount.known, currency) if amount.known else "unknown"


def at_least(known: Decimal, currency: str) -> str:
    """`at least $6.10`, `more than $0`: what is known of a sum, of which more is not."""
    if 0 < known < Decimal("0.01"):
        return f"more than {words(Decimal(0), currency)}"
    return f"at least {words(known, currency)}"
