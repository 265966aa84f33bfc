"""Strings that look like secrets or personal data. Only patterns that are hardly ever wrong; off unless asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from reconciler.model import codes
from reconciler.model.diagnostics import Code

_SECRETS = {
    "a private key": r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----",
    "an AWS access key": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "a GitHub token": r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{60,})",
    "an OpenAI key": r"\bsk-(?:proj-|svcacct-)?[A-Za-z0-9_-]{32,}",
    "a Slack token": r"\bxox[abprs]-[A-Za-z0-9-]{10,}",
    "a Google API key": r"\bAIza[0-9A-Za-z_-]{35}\b",
    "an Azure storage key": r"\bAccountKey=[A-Za-z0-9+/]{86}==",
    "a SAS token": r"[?&]sig=[A-Za-z0-9%+/]{40,}",
    "a JSON web token": r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}",
}
_MAIL = re.compile(r"\b[\w.+-]{1,64}@(?!example\.)[\w-]{1,63}(?:\.[\w-]{2,63})+\b")
_CARD = re.compile(r"\b\d(?:[ -]?\d){12,18}\b")
_ANY_SECRET = re.compile("|".join(f"(?P<s{i}>{pattern})" for i, pattern in enumerate(_SECRETS.values())))
_RESERVED = (".example", ".test", ".invalid", ".localhost")


def find_secrets(row: Any) -> Iterator[tuple[Code, str]]:
    """At most one finding of each kind a row; what was found is never repeated in it."""
    waiting: list[tuple[str, Any]] = [("", row)]
    seen: set[str] = set()
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, dict):
            waiting += [(f"{path}.{key}" if path else str(key), below) for key, below in reversed(value.items())]
        elif isinstance(value, list):
            waiting += [(f"{path}[{n}]", below) for n, below in reversed(list(enumerate(value)))]
        elif isinstance(value, str):
            for code, what in _in_text(value):
                if what not in seen:
                    seen.add(what)
                    yield code, f"{path} seems to hold {what}."


def _in_text(text: str) -> Iterator[tuple[Code, str]]:
    names = list(_SECRETS)
    for found in _ANY_SECRET.finditer(text):
        assert found.lastgroup is not None
        yield codes.ROW_SECRET, names[int(found.lastgroup[1:])]
    if any(not mail.group().lower().endswith(_RESERVED) for mail in _MAIL.finditer(text)):
        yield codes.ROW_PERSONAL, "an e-mail address"
    if any(_is_card(card.group()) for card in _CARD.finditer(text)):
        yield codes.ROW_PERSONAL, "the number of a payment card"


def _is_card(text: str) -> bool:
    """Luhn's checksum, as on every payment card."""
    digits = [int(c) for c in reversed(text) if c.isdigit()]
    doubled = [d * 2 - 9 if d > 4 else d * 2 for d in digits[1::2]]
    return digits[-1] in (3, 4, 5, 6) and sum(digits[::2] + doubled) % 10 == 0
