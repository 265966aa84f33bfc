"""Warnings about the specs and the training data, as a plan tells them: one of a kind and file, and how many more."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from reconciler.model.diagnostics import Diagnostic, Severity

SPECS = (".yaml", ".yml")


def in_brief(found: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """The warnings among them; notices, and all of a kind in one file, are what `validate` shows.

    Rows of training data stay at home: plans are published.
    """
    alike: defaultdict[tuple[str, str, str], list[Diagnostic]] = defaultdict(list)
    for one in found:
        if one.severity is Severity.WARNING:
            alike[one.code.id, one.range.path if one.range else "", one.address].append(one)
    return tuple(_first(group) for group in alike.values())


def _first(group: list[Diagnostic]) -> Diagnostic:
    first, more = min(group, key=lambda d: d.sort_key), len(group) - 1
    if first.range and not first.range.path.endswith(SPECS):
        first = replace(first, range=replace(first.range, text=""))
    if not more:
        return first
    return replace(first, detail=f"{first.detail} {more:,} more like this: reconciler validate.".lstrip())
