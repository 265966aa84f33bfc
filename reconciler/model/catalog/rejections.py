"""What the services say when they refuse training data, and which of our own checks looks for it.

Sources: the error codes of Azure's authoring API (2024-10-21) and of OpenAI's jobs; the wording of failed jobs that
people quote in public. Words that are not here stay the vendor's alone: `invalid_training_file` by itself says nothing.
"""

from __future__ import annotations

import re

from reconciler.model import codes
from reconciler.model.diagnostics import Code

AS_OF = "2026-11-21"

_CHECKS: tuple[tuple[str, Code], ...] = (
    (r"invalid_n_examples|at least \d+ examples", codes.DATASET_TOO_FEW_ROWS),
    (r"is in the \S+ format, but|expected either prompt/completion pairs or chat", codes.DATASET_FORMAT),
    (r"jsonlvalidationfailed|valid json dictionary|valid jsonl|jsonl format", codes.ROW_JSON),
    (r"discriminator 'role'|unexpected role|role must be", codes.ROW_ROLE),
    (r"message from the assistant", codes.ROW_ASSISTANT),
    (r"last message must be from the user", codes.ROW_LAST_USER),
    (r"weight must be", codes.ROW_WEIGHT),
    (r"content is missing", codes.ROW_CONTENT),
)
"""Tried in this order."""


def check_for(words: str) -> Code | None:
    """The check of ours that looks for what a vendor's `code: message` says."""
    return next((code for pattern, code in _CHECKS if re.search(pattern, words, re.IGNORECASE)), None)


def in_our_words(words: str) -> str:
    """A sentence with our check's code, to stand after the vendor's; empty where no check of ours is known."""
    code = check_for(words)
    return f"This is what our check {code.id} looks for: {code.summary}." if code else ""
