"""How base models cut text into tokens, and how many of them a training row may have.

Sources: tiktoken's table of models (MIT); OpenAI's fine-tuning best practices ("Token limits"); learn.microsoft.com,
azure/foundry/openai (fine-tune-models). Longer rows are cut at the end, in silence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from reconciler.model.catalog.models import is_fine_tuned

AS_OF = "2026-11-21"

O200K, CL100K, HARMONY = "o200k_base", "cl100k_base", "o200k_harmony"
DEFAULT = O200K

_ENCODINGS = (
    ("gpt-oss", HARMONY),
    ("gpt-4o", O200K),
    ("gpt-4.1", O200K),
    ("gpt-4.5", O200K),
    ("gpt-5", O200K),
    ("o", O200K),
    ("chatgpt-4o", O200K),
    ("gpt-4", CL100K),
    ("gpt-3.5", CL100K),
    ("gpt-35", CL100K),
    ("babbage-002", CL100K),
    ("davinci-002", CL100K),
)
"""First match wins. `o` stands for the reasoning models, o1 and later."""

_REASONING = re.compile(r"o\d")

ROW_TOKENS = {
    "azure": (("gpt-4.1-nano", 32_768),),
    "": (
        ("gpt-4.1", 65_536),
        ("gpt-4o", 65_536),
        ("gpt-3.5-turbo", 16_385),
        ("gpt-35-turbo", 16_385),
    ),
}
"""By provider (`""`: any), then by the start of the model's name."""
LIMITS = (16_385, 32_768, 65_536)
"""Every limit of the table: a scan counts the rows above each."""


def base_of(model: str) -> str:
    """The base model of a fine-tuned one: `ft:BASE:...` or `BASE.ft-...`; any other name is its own."""
    if not is_fine_tuned(model):
        return model
    return model.split(":")[1] if model.startswith("ft:") else model.partition(".ft-")[0]


def encoding_of(model: str) -> tuple[str, bool]:
    """The encoding of a base model, and whether it is really that model's own and not a stand-in."""
    name = base_of(model).lower()
    for start, encoding in _ENCODINGS:
        if name.startswith(start) and (start != "o" or _REASONING.match(name)):
            return encoding, True
    return DEFAULT, False


def row_limit(model: str, provider: str = "") -> int | None:
    """Tokens that a training row of this base model may have; None when the vendor does not say."""
    name = base_of(model).lower()
    for start, limit in (*ROW_TOKENS.get(provider, ()), *ROW_TOKENS[""]):
        if name.startswith(start):
            return limit
    return None


def shortest(models: Iterable[str], provider: str) -> tuple[int, str] | None:
    """The smallest limit among these models and whose it is; None when no vendor says one."""
    known = [(limit, model) for model in models if (limit := row_limit(model, provider)) is not None]
    return min(known, default=None)
