"""How the Azure SDKs send: through requests, with the manners of our own client (`http`)."""

from __future__ import annotations

import os
from typing import Any

from azure.core.pipeline.transport import RequestsTransport


class AzureTransport(RequestsTransport):  # type: ignore[misc]
    """Proxies and certificates of the environment; no `.netrc`, whose login would replace the token; no redirects.

    requests takes all of these from the environment or none, so proxies are asked for by hand.
    """

    def __init__(self, **options: Any) -> None:
        authorities = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("SSL_CERT_FILE")
        super().__init__(use_env_settings=False, connection_verify=authorities or True, **options)
        self.open()  # here, where there is one thread

    def send(self, request: Any, **options: Any) -> Any:
        from requests.utils import get_environ_proxies

        options.setdefault("proxies", get_environ_proxies(request.url, no_proxy=None))
        return super().send(request, **options)
