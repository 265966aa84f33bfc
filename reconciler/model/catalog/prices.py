"""What the vendors charge, in the form of the file that `prices:` names in a spec.

Sources: Azure's public retail price list (prices.azure.com/api/retail/prices: "Azure OpenAI", "Azure OpenAI PP FT
GPT4s", "Azure OpenAI Reasoning", "Azure OpenAI OSS Models", "Azure Mistral Models", "Azure Llama Models"); the fee for
hosting and the developer tier also in learn.microsoft.com, azure/foundry/fine-tuning/cost-management; OpenAI's page of
prices (developers.openai.com/api/docs/pricing). A price that stands in none of them is not in the tables.
"""

from __future__ import annotations

from typing import Any

from reconciler.model.catalog.tables import tables


def prices() -> dict[str, Any]:
    """Training: a million tokens of one epoch. Reinforcement: an hour of training. Hosting: an hour of one deployment
    of a fine-tuned model. Provisioned: an hour of one unit (PTU), whatever it serves. The first row that fits holds; a
    condition that is left out always fits."""
    services = {name: rates for found in tables() for name, rates in found.prices.items()}
    return {"version": 1, "currency": "USD", **services}
