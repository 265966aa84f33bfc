"""Names of base models: which are aliases of a dated snapshot, and which never carry a date.

Source: learn.microsoft.com, azure/foundry/openai (fine-tune-models); OpenAI's model pages.
"""

from __future__ import annotations

import re

AS_OF = "2026-11-21"

SNAPSHOTS = {
    "gpt-4.1": "gpt-4.1-2025-04-14",
    "gpt-4.1-mini": "gpt-4.1-mini-2025-04-14",
    "gpt-4.1-nano": "gpt-4.1-nano-2025-04-14",
    "gpt-4o": "gpt-4o-2024-08-06",
    "gpt-4o-mini": "gpt-4o-mini-2024-07-18",
    "o4-mini": "o4-mini-2025-04-16",
    "gpt-5": "gpt-5-2025-08-07",
    "gpt-3.5-turbo": "gpt-3.5-turbo-0125",
}
"""Alias -> the newest dated snapshot that can be trained."""

_DATED = re.compile(r"-(\d{4}-\d{2}-\d{2}|\d{4})(-|$)")
_MOVING = re.compile(r"^(gpt-\d|o\d|chatgpt)")


def is_fine_tuned(model: str) -> bool:
    """A fine-tuned model's id: `ft:...` on OpenAI, `BASE.ft-<32 hex>...` on Azure."""
    return model.startswith("ft:") or ".ft-" in model


def is_alias(model: str) -> bool:
    """Whether the name may mean another model tomorrow: an OpenAI family without a date."""
    return not is_fine_tuned(model) and bool(_MOVING.match(model)) and not _DATED.search(model)


def snapshot_of(alias: str) -> str | None:
    return SNAPSHOTS.get(alias)


_FORMATS = {"ministral": "Mistral AI", "mistral": "Mistral AI", "llama": "Meta", "qwen": "Alibaba", "phi": "Microsoft"}


def model_format(model: str) -> str:
    """The `format` that Resource Manager wants beside a model's name; case matters there."""
    first = model.lower()
    return next((name for prefix, name in _FORMATS.items() if first.startswith(prefix)), "OpenAI")
