"""How a plan came to its decision on one address, as facts and small tables: what `plan --explain` shows."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.model.address import Address
from reconciler.model.diagnostics import SourceRange
from reconciler.planning.changes import Change


@dataclass(frozen=True, slots=True)
class Table:
    """`rows` have a cell for each of `columns`; without any, `empty` says so. `note` stands below them."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    empty: str = "none"
    note: str = ""


@dataclass(frozen=True, slots=True)
class Derivation:
    """Everything that went into one decision."""

    address: Address
    target: str
    tables: tuple[Table, ...]
    decision: str
    """The action's word, or `nothing to do`."""
    because: str
    at: SourceRange | None = None
    cost: str = ""
    """What was multiplied, where a run is to be paid."""


def decided(address: Address, target: str, tables: tuple[Table, ...], change: Change | None, rest: str) -> Derivation:
    """The decision is the plan's change; where there is none, `rest` says why nothing is done."""
    if change is None:
        return Derivation(address, target, tables, "nothing to do", rest)
    return Derivation(address, target, tables, change.action.value, change.reason.text, change.reason.at, _cost(change))


def _cost(change: Change) -> str:
    cost = change.cost
    return "; ".join(part for part in (cost.basis, cost.gap) if part) if cost else ""
