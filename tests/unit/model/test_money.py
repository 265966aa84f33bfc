"""Amounts: what is known, what is not, and how people read them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from reconciler.model.money import ZERO, Amount, amount_words, total, words


@pytest.mark.parametrize(
    ("value", "currency", "shown"),
    [
        ("0", "USD", "$0"),
        ("0.004", "USD", "under $0.01"),
        ("0.01", "USD", "$0.01"),
        ("6.1", "USD", "$6.10"),
        ("99.994", "USD", "$99.99"),
        ("99.996", "USD", "$100"),
        ("2482.00", "USD", "$2,482"),
        ("1234567.5", "EUR", "€1,234,568"),
        ("12", "CHF", "CHF 12.00"),
        ("-1241", "USD", "-$1,241"),
        ("-0.001", "GBP", "under £0.01"),
    ],
)
def test_words(value: str, currency: str, shown: str) -> None:
    assert words(Decimal(value), currency) == shown


def test_what_is_unknown_is_never_nothing() -> None:
    unknown = Amount(unknown=frozenset({"job.a"}))
    assert amount_words(unknown, "USD") == "unknown"
    assert amount_words(Amount(Decimal(5)) + unknown, "USD") == "at least $5.00"
    assert amount_words(ZERO, "USD") == "$0"


def test_decimals_do_not_drift() -> None:
    assert total([Amount(Decimal("0.1"))] * 10) == Amount(Decimal("1.0"))


def test_a_sum_of_which_little_is_known() -> None:
    assert amount_words(Amount(Decimal("0.004"), frozenset({"job.x"})), "USD") == "more than $0"
    assert amount_words(Amount(Decimal("0.01"), frozenset({"job.x"})), "USD") == "at least $0.01"
