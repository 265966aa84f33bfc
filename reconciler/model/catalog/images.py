"""Images in training rows.

Sources: OpenAI's vision fine-tuning guide; learn.microsoft.com, fine-tuning-vision (2025-11-26).
"""

from __future__ import annotations

from reconciler.model.catalog.tables import table

AS_OF = "2026-11-21"

MAX_IMAGE_BYTES = 10_000_000
IMAGES_PER_ROW = {"openai": 10, "azure": 64}


def vision_models(provider: str) -> tuple[str, ...]:
    """Base models that learn from images; empty where the vendor does not say."""
    return table(provider).vision
