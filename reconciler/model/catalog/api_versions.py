"""Versions of Azure OpenAI's data plane: which the service has retired, and what came with which.

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

KNOWN = ("2024-10-21", "2025-03-01-preview", "2025-04-01-preview", "v1")
"""Versions with training runs that are in use; others there may be."""
TRAINS = date(2023, 9, 1)
"""Versions before this day have no `fine_tuning/jobs` (azure-rest-api-specs, AzureOpenAI/authoring)."""
METHODS = date(2025, 4, 1)
"""The first day of versions with `method` and `trainingType` (the same)."""
