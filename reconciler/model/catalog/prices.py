"""What the vendors charge, in the form of the file that `prices:` names in a spec.

Sources: Azure's public retail price list (prices.azure.com/api/retail/prices: "Azure OpenAI", "Azure OpenAI PP FT
GPT4s", "Azure OpenAI Reasoning", "Azure OpenAI OSS Models", "Azure Mistral Models", "Azure Llama Models"); the fee for
hosting and the developer tier also in learn.microsoft.com, azure/foundry/fine-tuning/cost-management; OpenAI's page of
prices (developers.openai.com/api/docs/pricing). A price that stands in none of them is not here.
"""

from __future__ import annotations

from typing import Any

_GPT_41, _MINI, _NANO = "gpt-4.1-2025-04-14", "gpt-4.1-mini-2025-04-14", "gpt-4.1-nano-2025-04-14"
_GPT_4O, _4O_MINI, _O4_MINI = "gpt-4o-2024-08-06", "gpt-4o-mini-2024-07-18", "o4-mini-2025-04-16"
_OPEN = ("gpt-oss-20b", "Llama-3.3-70B-Instruct")
_US = ("eastus", "eastus2", "northcentralus", "southcentralus", "westus", "westus3")
_4O_REGIONS = ("eastus2", "northcentralus", "swedencentral")
_STANDARD, _GLOBAL, _DEVELOPER = ("standard",), ("global",), ("developer",)


def _regional(model: str, us: float, sweden: float, northern_europe: float) -> list[dict[str, Any]]:
    return [
        {"models": (model,), "training_types": _STANDARD, "regions": regions, "price": price}
        for regions, price in ((_US, us), (("swedencentral",), sweden), (("northeurope",), northern_europe))
    ]


_AZURE_TRAINING = [
    *_regional(_GPT_41, 27.5, 30.25, 33),
    *_regional(_MINI, 5.5, 6.05, 6.6),
    *_regional(_NANO, 1.65, 1.815, 1.98),
    {"models": (_GPT_4O,), "training_types": _STANDARD, "regions": _4O_REGIONS, "price": 27.5},
    {"models": (_GPT_4O,), "training_types": _STANDARD, "regions": ("southeastasia",), "price": 33},
    {"models": (_4O_MINI,), "training_types": _STANDARD, "regions": _4O_REGIONS[1:], "price": 3.3},
    {"models": (_4O_MINI,), "training_types": _STANDARD, "regions": ("southeastasia",), "price": 3.96},
    {"models": (_GPT_41, _GPT_4O), "training_types": _GLOBAL, "price": 25},
    {"models": (_MINI,), "training_types": _GLOBAL, "price": 5},
    {"models": (_NANO,), "training_types": _GLOBAL, "price": 1.5},
    {"models": (_4O_MINI,), "training_types": _GLOBAL, "price": 3},
    {"models": (_GPT_41, _GPT_4O), "training_types": _DEVELOPER, "price": 12.5},
    {"models": (_MINI,), "training_types": _DEVELOPER, "price": 2.5},
    {"models": (_NANO,), "training_types": _DEVELOPER, "price": 0.75},
    {"models": (_4O_MINI,), "training_types": _DEVELOPER, "price": 1.5},
    {"models": ("gpt-oss-20b",), "training_types": _GLOBAL, "price": 3.6},
    {"models": ("Llama-3.3-70B-Instruct",), "training_types": _GLOBAL, "price": 4.5},
    {"models": ("Ministral-3B",), "training_types": _GLOBAL, "price": 1},
]

_AZURE_HOSTING = [
    {"skus": ("DeveloperTier",), "price": 0},
    {"models": (_GPT_4O, _4O_MINI), "skus": ("Standard",), "regions": ("southeastasia",), "price": 2.04},
    {
        "models": (_GPT_41, _MINI, _NANO, _GPT_4O, _4O_MINI, _O4_MINI),
        "skus": ("Standard", "GlobalStandard", "DataZoneStandard"),
        "price": 1.7,
    },
    {"models": _OPEN, "skus": ("GlobalStandard",), "price": 0.3},
    {"models": _OPEN, "skus": ("DataZoneStandard",), "price": 0.33},
    {"models": ("Ministral-3B",), "skus": ("GlobalStandard",), "price": 0.65},
    {"models": ("Ministral-3B",), "skus": ("DataZoneStandard",), "price": 0.715},
]

_UNITS_2_20 = (
    *("canadacentral", "canadaeast", "francecentral", "germanywestcentral", "italynorth", "japaneast", "koreacentral"),
    *("norwayeast", "polandcentral", "southafricanorth", "swedencentral", "switzerlandnorth", "uaenorth", "uksouth"),
)
_ASIAN_ZONE = (
    *("australiaeast", "centralindia", "eastasia", "indonesiacentral", "japaneast", "japanwest", "jioindiawest"),
    *("koreacentral", "southeastasia", "southindia"),
)
_ZONE = (
    *("eastus", "eastus2", "northcentralus", "southcentralus", "westus", "westus3", "francecentral"),
    *("germanywestcentral", "italynorth", "northeurope", "norwayeast", "polandcentral", "spaincentral"),
    *("swedencentral", "switzerlandnorth", "westeurope"),
)
_AZURE_UNITS = [
    {"skus": ("GlobalProvisionedManaged",), "price": 1},
    {"skus": ("DataZoneProvisionedManaged",), "regions": _ZONE, "price": 1.1},
    {"skus": ("DataZoneProvisionedManaged",), "regions": _ASIAN_ZONE, "price": 1.2},
    {"skus": ("ProvisionedManaged",), "regions": (*_US, "australiaeast", "southindia"), "price": 2},
    {"skus": ("ProvisionedManaged",), "regions": _UNITS_2_20, "price": 2.2},
    {
        "skus": ("ProvisionedManaged",),
        "regions": ("brazilsouth", "northeurope", "southeastasia", "westeurope"),
        "price": 2.4,
    },
]
_US_GOVERNMENT = ("usgovarizona", "usgovtexas", "usgovvirginia")

PRICES: dict[str, Any] = {
    "version": 1,
    "currency": "USD",
    "azure": {
        "as_of": "2026-08-11",
        "source": "https://prices.azure.com/api/retail/prices",
        "training": _AZURE_TRAINING,
        "reinforcement": [
            {"models": (_O4_MINI,), "training_types": _STANDARD, "regions": _US, "price": 110},
            {"models": (_O4_MINI,), "training_types": _STANDARD, "regions": ("swedencentral",), "price": 121},
            {"models": (_O4_MINI,), "training_types": _GLOBAL, "price": 100},
            {"models": (_O4_MINI,), "training_types": _DEVELOPER, "price": 50},
        ],
        "hosting": _AZURE_HOSTING,
        "provisioned": _AZURE_UNITS,
    },
    "azure_usgov": {
        "as_of": "2026-08-11",
        "source": "https://prices.azure.com/api/retail/prices",
        "provisioned": [
            {
                "skus": ("ProvisionedManaged", "DataZoneProvisionedManaged"),
                "regions": _US_GOVERNMENT,
                "price": 2.5,
            },
        ],
    },
    "openai": {
        "as_of": "2026-08",
        "source": "https://developers.openai.com/api/docs/pricing",
        "training": [
            {"models": (_GPT_41, _GPT_4O), "price": 25},
            {"models": (_MINI,), "price": 5},
            {"models": (_NANO,), "price": 1.5},
            {"models": (_4O_MINI,), "price": 3},
            {"models": ("gpt-3.5-turbo-0125", "gpt-3.5-turbo-1106", "gpt-3.5-turbo-0613"), "price": 8},
            {"models": ("davinci-002",), "price": 6},
            {"models": ("babbage-002",), "price": 0.4},
        ],
        "reinforcement": [{"models": (_O4_MINI,), "price": 100}],
    },
}
"""Training: a million tokens of one epoch. Reinforcement: an hour of training. Hosting: an hour of one deployment of a
fine-tuned model. Provisioned: an hour of one unit (PTU), whatever it serves. The first row that fits holds; a condition
that is left out always fits."""
