"""Diagnostics: in one order whatever the order of discovery, and every code complete."""

from __future__ import annotations

import itertools
import re

from reconciler.model import codes
from reconciler.model.diagnostics import SourceRange, in_order


def test_errors_come_first_then_the_order_of_the_files() -> None:
    a, b = SourceRange("a.yaml", 2, 1, 2, 2), SourceRange("b.yaml", 1, 1, 1, 2)
    wanted = [
        codes.BLOCKED.at(detail="nowhere"),
        codes.SPEC_VALUE.at(a, "one"),
        codes.SPEC_VALUE.at(b, "two"),
        codes.RUN_PAUSED.at(a, "a warning"),
    ]
    for shuffled in itertools.permutations(wanted):
        assert list(in_order(shuffled)) == wanted


def test_the_same_problem_is_told_once() -> None:
    at = SourceRange("a.yaml", 2, 1, 2, 2)
    assert len(in_order([codes.SPEC_VALUE.at(at, "x"), codes.SPEC_VALUE.at(at, "x")])) == 1


def test_every_code_says_what_it_means_and_the_way_out() -> None:
    for code in codes.every_code():
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", code.id)
        assert code.summary, code.id
        assert not code.summary.endswith("."), code.id
        assert code.meaning.endswith("."), code.id
        assert code.way_out, code.id


def test_no_way_out_only_points_at_the_message() -> None:
    """It is read where the message did not help."""
    empty = re.compile(r"^(The|A) [\w' ]*message says \w+( [\w ]+)?\.$")
    assert [code.id for code in codes.every_code() if empty.match(code.way_out)] == []
