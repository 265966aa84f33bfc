"""How base models cut text into tokens, and how many of them a training row may have: the rest is cut in silence."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

from reconciler.model.catalog.models import base_of
from reconciler.model.catalog.tables import table, tables

O200K, CL100K, HARMONY = "o200k_base", "cl100k_base", "o200k_harmony"
DEFAULT = O200K

LIMITS = (16_385, 32_768, 65_536)
"""Every limit of the tables: a scan counts the rows above each."""


def encoding_of(model: str) -> tuple[str, bool]:
    """The encoding of a base model, and whether it is really that model's own and not a stand-in."""
    name = base_of(model).lower()
    rows = chain.from_iterable(found.encodings for found in tables())
    return next(((encoding, True) for start, encoding in rows if name.startswith(start)), (DEFAULT, False))


def row_limit(model: str, provider: str = "") -> int | None:
    """Tokens that a training row of this base model may have; None when the vendor does not say."""
    name = base_of(model).lower()
    asked = (table(provider), table("openai"), table("azure"))
    rows = chain.from_iterable(found.row_tokens for found in asked)
    return next((limit for start, limit in rows if name.startswith(start)), None)


def shortest(models: Iterable[str], provider: str) -> tuple[int, str] | None:
    """The smallest limit among these models and whose it is; None when no vendor says one."""
    known = [(limit, model) for model in models if (limit := row_limit(model, provider)) is not None]
    return min(known, default=None)
