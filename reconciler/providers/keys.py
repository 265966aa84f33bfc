"""API keys: the variables of the environment that hold them."""

from __future__ import annotations

import os
import re

from reconciler.providers.errors import ServiceError

_WHOLE = re.compile(r"[!-~]+")


def own_variable(usual: str, target: str) -> str:
    """The variable for one target's key: `prod-eu` -> OPENAI_API_KEY_PROD_EU."""
    return f"{usual}_{target.upper().replace('-', '_').replace('.', '_')}"


def variable(usual: str, target: str) -> str:
    """The target's own variable where it is set, else the vendor's usual one."""
    own = own_variable(usual, target)
    return own if os.environ.get(own) else usual


def checked(key: str, variable: str) -> str:
    """The key, if it can stand in a header; it is not shown where it cannot. Raises `ServiceError`."""
    if not _WHOLE.fullmatch(key):
        what = "a space, a line end or a letter that is not ASCII"
        message = f"{variable} has a character that no key has: {what}"
        raise ServiceError(message, status=401, code="no_api_key", not_sent=True, way_out=way_out(variable))
    return key


def way_out(variable: str) -> str:
    """What to do about a key that is not accepted."""
    return f"Set {variable} to a key that is valid there."
