"""Why a service refuses for a reason that neither another login nor another spec cures: every vendor's words for it.

Sources: Azure's codes (learn.microsoft.com, azure/azure-resource-manager/troubleshooting/common-deployment-errors,
error-policy-requestdisallowedbypolicy, error-register-resource-provider; azure/azure-resource-manager/management/
lock-resources; azure/cost-management-billing/manage/subscription-states); its words for virtual networks and for keys
(azure/ai-services/cognitive-services-virtual-networks, disable-local-auth); OpenAI's error codes
(platform.openai.com/docs/guides/error-codes).
"""

from __future__ import annotations

import re
from enum import Enum

AS_OF = "2026-12-01"


class Denial(Enum):
    """Who or what says no."""

    NETWORK = "the network that the request comes from"
    POLICY = "a policy of the organization"
    LINKED = "the rights on another resource that the request names"
    KEYS = "the account, which takes no keys"
    LOCK = "a lock on the account, its resource group or its subscription"
    SUBSCRIPTION = "the subscription, which is disabled and only read from"
    UNREGISTERED = "the subscription, which is not registered for the service"


_CODES: tuple[tuple[Denial, str], ...] = (
    (Denial.POLICY, r"(Request)?DisallowedBy(Azure)?Policy"),
    (Denial.LINKED, r"Linked(Authorization|AccessCheck)Failed|LinkedInvalidPropertyId"),
    (Denial.KEYS, r"AuthenticationTypeDisabled|(Local|Key)_?Auth(entication)?_?(Is)?Disabled"),
    (Denial.LOCK, r"ScopeLocked|(Resource|Account)Locked"),
    (Denial.SUBSCRIPTION, r"ReadOnlyDisabledSubscription|(Disabled|Inactive)Subscription|Subscription_?(Is)?Disabled"),
    (Denial.UNREGISTERED, r"(Missing)?Subscription(Not)?Regist(ered|ration)|NoRegisteredProviderFound"),
)
"""Codes that say it under any status: ARM answers 403, 409 or 400, or tells of it when the operation has ended."""
_WORDS: tuple[tuple[Denial, str], ...] = (
    (Denial.POLICY, r"disallowed_?by_?(azure)?_?policy|disallowed by (azure )?policy"),
    (Denial.LINKED, r"linked (scope|resource)"),
    (
        Denial.KEYS,
        r"(key|local)[- ]?(based)? ?auth[a-z]* (is|has been|was)? ?(disabled|switched off|not (allowed|permitted))"
        r"|disable_?local_?auth|api keys? (is|are) (disabled|not allowed)",
    ),
    (
        Denial.NETWORK,
        r"virtual network|vnet|private (endpoint|link)|public (network )?access|firewall|network (acl|rule|security)"
        r"|ip_?not_?authorized|\bip address(es)?\b|unsupported_country|country, region,? or territory",
    ),
    (Denial.LOCK, r"scope\(?s?\)? (is|are) locked"),
    (Denial.SUBSCRIPTION, r"subscription .{0,80}(disabled|read[- ]only)"),
    (Denial.UNREGISTERED, r"not registered (to use|for|with) "),
)
"""In this order, in `code: message`, where the status says that it is a refusal."""
_REFUSED = (401, 403, 409)


def denial(status: int, code: str, message: str) -> Denial | None:
    """Who says no, where it is neither the login nor the request; None for those. `status` is HTTP's."""
    by_code = (kind for kind, pattern in _CODES if re.fullmatch(pattern, code, re.IGNORECASE))
    if found := next(by_code, None):
        return found
    if status not in _REFUSED:
        return None
    words = f"{code}: {message}"
    known = (kind for kind, pattern in _WORDS if re.search(pattern, words, re.IGNORECASE))
    return next((kind for kind in known if status != 409 or kind in _LATE), None)


_LATE = (Denial.LOCK, Denial.SUBSCRIPTION, Denial.UNREGISTERED)
"""What ARM says with a 409."""
