"""Which base models train by which method.

Source: learn.microsoft.com, azure/foundry/openai (fine-tune-models); OpenAI's deprecations page.
"""

from __future__ import annotations

AS_OF = "2026-11-21"

_SUPERVISED, _BOTH = ("supervised",), ("supervised", "dpo")
_REINFORCEMENT = ("reinforcement",)
_METHODS = {
    "azure": (
        ("gpt-4o-mini-2024-07-18", _SUPERVISED),
        ("gpt-4o-2024-08-06", _BOTH),
        ("gpt-4.1-2025-04-14", _BOTH),
        ("gpt-4.1-mini-2025-04-14", _BOTH),
        ("gpt-4.1-nano-2025-04-14", _BOTH),
        ("o4-mini-2025-04-16", _REINFORCEMENT),
    ),
    "openai": (("o4-mini-2025-04-16", _REINFORCEMENT),),
}


def methods_of(model: str, provider: str) -> tuple[str, ...] | None:
    """None when the vendor's list does not have the model."""
    return dict(_METHODS.get(provider, ())).get(model.lower())


def models_of(method: str, provider: str) -> tuple[str, ...]:
    """The base models that are known to train by the method."""
    return tuple(model for model, methods in _METHODS.get(provider, ()) if method in methods)
