"""How large training files and runs may be.

Sources: learn.microsoft.com, azure/foundry/openai/quotas-limits (2026-02-17); OpenAI's OpenAPI document (uploads) and
its reinforcement fine-tuning guide.
"""

from __future__ import annotations

AS_OF = "2026-11-21"

LARGEST_FILE = {"azure": 512_000_000, "openai": 8_000_000_000}
"""Bytes; OpenAI takes what does not fit in one request (`limits.Limits.file_bytes`) in parts."""
ACCOUNT_FILES = {"azure": 100}
ACCOUNT_BYTES = {"azure": 1_000_000_000}
"""Fine-tuning files in one account, and their bytes together; a provider that is absent does not say."""
REINFORCEMENT_ROWS = {"training": 50_000, "validation": 1_000}
AZURE_RUN_TOKENS = 2_000_000_000
"""Tokens times epochs of one run."""
