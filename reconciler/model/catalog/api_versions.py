"""Versions of Azure OpenAI's data plane that the service has retired.

Source: learn.microsoft.com, azure/ai-services/openai/api-version-deprecation. The live service lists no dates for
versions; what is not here has none that is known.
"""

from __future__ import annotations

from datetime import date

AS_OF = "2026-11-21"

_FIRST_PREVIEWS = date(2024, 7, 1)
ENDS = dict.fromkeys(
    (
        "2023-03-15-preview",
        "2023-07-01-preview",
        "2023-08-01-preview",
        "2023-09-01-preview",
        "2023-12-01-preview",
    ),
    _FIRST_PREVIEWS,
)
