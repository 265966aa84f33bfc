"""Images in training rows.

Sources: OpenAI's vision fine-tuning guide; learn.microsoft.com, fine-tuning-vision (2025-11-26).
"""

from __future__ import annotations

AS_OF = "2026-11-21"

MAX_IMAGE_BYTES = 10_000_000
IMAGES_PER_ROW = {"openai": 10, "azure": 64}
VISION_MODELS = {"azure": ("gpt-4o-2024-08-06", "gpt-4.1-2025-04-14")}
"""Base models that learn from images; a provider that is absent does not say."""
