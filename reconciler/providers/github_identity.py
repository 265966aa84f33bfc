"""The identity of a GitHub Actions run, exchanged for Azure tokens in this process.

GitHub's assertion lives for minutes, an apply may take hours: so each time that a token is needed a new assertion is
asked for, and nothing is logged in beforehand.
https://docs.github.com/actions/reference/security/oidc
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from typing import Any

import httpx2
import orjson

from reconciler.providers import http
from reconciler.providers.errors import ServiceError
from reconciler.providers.keys import checked
from reconciler.providers.retry import Backoff, Budget, Sleep, retrying

URL, TOKEN = "ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"
"""Set by the runner for jobs with the permission `id-token: write`."""
AUDIENCES = {
    "public": "api://AzureADTokenExchange",
    "usgov": "api://AzureADTokenExchangeUSGov",
    "china": "api://AzureADTokenExchangeChina",
}
"""What the federated credential of each cloud expects as audience."""
_OTHER_LOGINS = ("AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PATH", "AZURE_FEDERATED_TOKEN_FILE")


def available(env: Mapping[str, str] = os.environ) -> bool:
    """Whether this run may ask for an identity and knows the application to be; another explicit login comes first."""
    known = all(env.get(name) for name in (URL, TOKEN, "AZURE_CLIENT_ID", "AZURE_TENANT_ID"))
    return known and not any(env.get(name) for name in _OTHER_LOGINS)


def credential(cloud: str, authority: str, tenant: str | None, env: Mapping[str, str], **more: Any) -> Any:
    """An azure-identity credential that asks GitHub for a new assertion whenever Azure wants one."""
    from azure.core.exceptions import ClientAuthenticationError
    from azure.identity import ClientAssertionCredential

    def fresh() -> str:
        try:
            return assertion(AUDIENCES[cloud], env)
        except ServiceError as error:
            raise ClientAuthenticationError(f"GitHub's identity token: {error.message}") from error

    return ClientAssertionCredential(
        tenant or env["AZURE_TENANT_ID"], env["AZURE_CLIENT_ID"], fresh, authority=authority, **more
    )


def assertion(audience: str, env: Mapping[str, str], sleep: Sleep = time.sleep) -> str:
    """A token of this run for `audience`, signed by GitHub. Raises `ServiceError`."""
    with http.client() as client:
        return retrying(lambda: _ask(client, audience, env), Backoff(), sleep, Budget())


def _ask(client: httpx2.Client, audience: str, env: Mapping[str, str]) -> str:
    headers = {"Authorization": f"Bearer {checked(env[TOKEN], TOKEN)}"}
    try:
        url = httpx2.URL(env[URL]).copy_merge_params({"audience": audience})
        answer = client.get(url, headers=headers)
        body = orjson.loads(answer.content) if answer.status_code == 200 else {}
    except (httpx2.InvalidURL, httpx2.UnsupportedProtocol) as error:
        raise ServiceError(f"{URL} is no address: {error}", service="GitHub", status=400, not_sent=True) from error
    except (httpx2.HTTPError, orjson.JSONDecodeError) as error:
        raise ServiceError(f"{type(error).__name__}: {error}", service="GitHub") from error
    token = body.get("value") if isinstance(body, dict) else None
    if not isinstance(token, str) or not token:
        raise ServiceError(f"HTTP {answer.status_code} and no token", service="GitHub", status=answer.status_code)
    return token
