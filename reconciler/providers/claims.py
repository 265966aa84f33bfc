"""What a login's token says about its owner. The token is not shown, and not checked: the service does that."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

import orjson

from reconciler.model.identity import Identity

NAMES = ("upn", "unique_name", "preferred_username", "email", "appid", "azp")
"""Claims that name a user or an application, best first (learn.microsoft.com, entra/identity-platform,
access-token-claims-reference)."""


def identity_of(token: str) -> Identity:
    """The owner of an Entra token; of a token in another form only that it is one."""
    claims = _claims(token)
    name = next((str(claims[n]) for n in NAMES if claims.get(n)), "")
    how = "login" if claims else "token"
    if claims.get("idtyp") == "app":
        how = "application"
    return Identity(how, name, str(claims.get("oid") or ""), str(claims.get("tid") or ""))


def _claims(token: str) -> Mapping[str, Any]:
    parts = token.split(".")
    if len(parts) != 3:
        return {}
    try:
        payload = base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))
        claims = orjson.loads(payload)
    except (ValueError, binascii.Error):
        return {}
    return claims if isinstance(claims, dict) else {}
