"""Which base models train by which method."""

from __future__ import annotations

from reconciler.model.catalog.tables import table


def methods_of(model: str, provider: str) -> tuple[str, ...] | None:
    """None when the vendor's pages do not say."""
    found = table(provider).models.get(model.lower())
    return found.methods if found else None


def models_of(method: str, provider: str) -> tuple[str, ...]:
    """The base models that are known to train by the method."""
    return tuple(m.id for m in table(provider).models.values() if method in (m.methods or ()))
