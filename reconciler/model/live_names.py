"""What the service calls a deployment: with `strategy: versioned`, each model's has a name of its own."""

from __future__ import annotations

import hashlib

from reconciler.model.catalog import limits


def versioned(name: str, model: str, version: str) -> str:
    """`chat-gpt-4-1-mini-2025-04-14`: models that came out on one day differ. A digest where that is too long."""
    full = f"{name}-{_plain(model)}-{_plain(version)}"
    if len(full) <= limits.DEPLOYMENT_NAME[1]:
        return full
    return f"{name}-{hashlib.sha256(f'{model}@{version}'.lower().encode()).hexdigest()[:16]}"


def versioned_before(name: str, version: str) -> str:
    """The same up to release 0.1: the version alone, which several models share."""
    return f"{name}-{version.replace('/', '-').replace('.', '-')}"


def _plain(text: str) -> str:
    return "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in text.lower())
