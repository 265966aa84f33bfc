"""Who a token belongs to, without the token."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from reconciler.model.identity import Identity
from reconciler.providers.claims import identity_of


def token(claims: Any) -> str:
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"eyJ0eXAi.{payload}.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({"upn": "ana@contoso.example", "oid": "1", "tid": "2"}, Identity("login", "ana@contoso.example", "1", "2")),
        ({"idtyp": "app", "appid": "7", "oid": "1", "tid": "2"}, Identity("application", "7", "1", "2")),
        ({"azp": "8"}, Identity("login", "8")),
        ({"sub": "x"}, Identity("login")),
    ],
)
def test_claims(claims: dict[str, str], expected: Identity) -> None:
    assert identity_of(token(claims)) == expected


@pytest.mark.parametrize("odd", ["", "emulator-1234", "a.b.c", "a.!!.c", token([1]), token("x")])
def test_a_token_in_another_form(odd: str) -> None:
    assert identity_of(odd) == Identity("token")
