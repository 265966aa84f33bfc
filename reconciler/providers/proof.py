"""Proofs of who asks: headers made anew for every request, because tokens expire in the middle of an apply."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from reconciler.providers.errors import ServiceError
from reconciler.providers.keys import checked

LOGIN = "az login, or set the workload identity; needed roles: see docs/azure.md."
"""What to do about a token that is not there, or not accepted."""
MARGIN = 300.0
"""Seconds before its end at which a token is fetched anew."""


class Proof(Protocol):
    def __call__(self) -> Mapping[str, str]:
        """The headers of one request."""

    def renew(self) -> bool:
        """Forget what was refused; whether another proof can be had."""


class Key:
    """An API key in a header."""

    def __init__(self, header: str, key: str, variable: str = "the API key") -> None:
        """`variable` is where the key comes from, for messages."""
        self._header = header
        self._key = key
        self._variable = variable

    def __call__(self) -> Mapping[str, str]:
        return {self._header: checked(self._key, self._variable)}

    def renew(self) -> bool:
        return False


class Bearer:
    """A token for one scope. `credential` makes an azure-identity credential, or one that behaves alike."""

    def __init__(self, credential: Callable[[], Any], scope: str) -> None:
        self._credential = credential
        self._scope = scope
        self._lock = threading.Lock()
        self._token: Any = None

    def token(self) -> str:
        with self._lock:
            if self._token is None or self._token.expires_on - time.time() < MARGIN:
                self._token = self._fetch()
            return str(self._token.token)

    def __call__(self) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self.token()}"}

    def renew(self) -> bool:
        with self._lock:
            self._token = None
        return True

    def _fetch(self) -> Any:
        from azure.core.exceptions import AzureError

        try:
            return self._credential().get_token(self._scope)
        except (AzureError, ValueError) as error:  # ValueError: a variable of the login that cannot be one
            message = " ".join(str(error).split("\n")[0].split())
            raise ServiceError(
                f"no token: {message}", status=401, code="CredentialUnavailable", not_sent=True, way_out=LOGIN
            ) from error
