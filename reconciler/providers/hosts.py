"""Which hosts may receive credentials when a spec alone names them: the vendors' own, and this machine."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

VENDOR_DOMAINS = {
    "azure": (
        "openai.azure.com",
        "cognitiveservices.azure.com",
        "services.ai.azure.com",
        "openai.azure.us",
        "cognitiveservices.azure.us",
        "openai.azure.cn",
        "cognitiveservices.azure.cn",
    ),
    "openai": ("api.openai.com",),
}


def may_receive_credentials(url: str, provider: str, allowed: Iterable[str] = ()) -> bool:
    """Whether the URL is the vendor's (by https), on loopback, or on a host that the operator allowed."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower().rstrip(".")
        _ = parts.port
    except ValueError:
        return False
    if not host or "@" in parts.netloc or "\\" in url:
        return False
    if _is_loopback(host):
        return True
    if parts.scheme != "https":
        return False
    return host in {h.lower() for h in allowed} or any(
        host == domain or host.endswith("." + domain) for domain in VENDOR_DOMAINS[provider]
    )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    from ipaddress import ip_address  # few specs name a host

    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
