"""Why a service answers 401 or 403, where it is not the login: every vendor's words for it.

Sources: Azure's codes RequestDisallowedByPolicy and LinkedAuthorizationFailed (learn.microsoft.com,
azure/azure-resource-manager/troubleshooting/common-deployment-errors); its words for virtual networks
(azure/ai-services/cognitive-services-virtual-networks); OpenAI's error codes
(platform.openai.com/docs/guides/error-codes).
"""

from __future__ import annotations

import re
from enum import Enum

AS_OF = "2026-12-01"


class Denial(Enum):
    """What no other login changes."""

    NETWORK = "the network that the request comes from"
    POLICY = "a policy of the organization"
    LINKED = "the rights on another resource that the request names"


_WORDS: tuple[tuple[Denial, str], ...] = (
    (Denial.POLICY, r"(Request)?Disallowed_?By_?(Azure)?_?Policy|disallowed by (azure )?policy"),
    (Denial.LINKED, r"LinkedAuthorizationFailed|LinkedAccessCheckFailed|linked (scope|resource)"),
    (
        Denial.NETWORK,
        r"virtual network|vnet|private (endpoint|link)|public (network )?access|firewall|network (acl|rule|security)"
        r"|ip_?not_?authorized|\bip address(es)?\b|unsupported_country|country, region,? or territory",
    ),
)
"""In this order, in `code: message`."""


def denial(status: int, code: str, message: str) -> Denial | None:
    """The reason for a 401 or 403 that is not the login; None for the login, and for any other status."""
    if status not in (401, 403):
        return None
    words = f"{code}: {message}"
    return next((kind for kind, pattern in _WORDS if re.search(pattern, words, re.IGNORECASE)), None)
