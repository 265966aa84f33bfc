"""Who may receive the operator's credentials when only a spec names the host."""

from __future__ import annotations

import pytest

from reconciler.providers.hosts import may_receive_credentials

HOSTS = [
    ("https://acme.openai.azure.com/", "azure", True, "the vendor's"),
    ("https://acme.openai.azure.us", "azure", True, "the vendor's, in another cloud"),
    ("http://127.0.0.1:8080", "azure", True, "this machine"),
    ("http://localhost:8080/v1", "openai", True, "this machine by its name"),
    ("https://api.openai.com/v1", "openai", True, "the other vendor's"),
    ("https://evil.example/", "azure", False, "somebody's"),
    ("https://openai.azure.com.evil.example/", "azure", False, "one that only looks like it"),
    ("https://evilopenai.azure.com.example", "azure", False, "so does this"),
    ("https://notopenai.com/v1", "openai", False, "and this"),
    ("https://api.openai.com@evil.example/", "openai", False, "a name before the host"),
    ("https://evil.example/#.openai.azure.com", "azure", False, "a fragment behind it"),
    ("http://acme.openai.azure.com/", "azure", False, "the vendor's, but in the clear"),
    ("http://127.0.0.1.evil.example/", "azure", False, "an address as part of a name"),
]


@pytest.mark.parametrize(("url", "provider", "allowed", "why"), HOSTS)
def test_hosts(url: str, provider: str, allowed: bool, why: str) -> None:
    assert may_receive_credentials(url, provider, []) is allowed, why


def test_the_operator_may_allow_a_host() -> None:
    assert may_receive_credentials("https://gateway.example/x", "azure", ["gateway.example"])
    assert not may_receive_credentials("https://other.example/x", "azure", ["gateway.example"])
