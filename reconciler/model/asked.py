"""What an operator asked of a plan, as one value: made once, from the command line or from an API call."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass

from reconciler.model.selection import EVERYTHING, Selection


@dataclass(frozen=True, slots=True)
class Asked:
    """A saved plan is made again in the same way before it is applied."""

    selection: Selection = EVERYTHING
    _: KW_ONLY
    prune: bool = False
    """Whether what the estate owns and nothing wants is destroyed."""
    destroy: bool = False
    """Whether everything that the estate owns is to go."""
    allow_large_change: bool = False
    allow_over_budget: bool = False


WHOLE = Asked()
