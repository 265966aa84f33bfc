"""Which hosts may receive credentials and training rows: the vendors' own, this machine, and what the operator allows.

A spec, a service's answer or a link may name any host; an address that two readers could understand in two ways is
refused: a login before the host, another port, a dot at the end, escapes, letters beyond ASCII, numbers for addresses.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

ALLOW_HOSTS = "RECONCILER_ALLOW_HOSTS"
"""Environment variable with hosts that the operator allows beyond the vendors': `host` or `host:port`, by commas."""
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
STORAGE_DOMAINS = {
    "public": ("blob.core.windows.net", "blob.storage.azure.net"),
    "usgov": ("blob.core.usgovcloudapi.net",),
    "china": ("blob.core.chinacloudapi.cn",),
}
"""Blob storage of each Azure cloud (learn.microsoft.com, storage/common/storage-account-overview)."""
_ADDRESS = re.compile(
    r"(https?)://([A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::([0-9]{1,5}))?(?:[/?#][!-\[\]-~]*)?"
)
_NAME = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?")
"""A host's name; the last label begins with a letter, so that no spelling of a number is one."""


class Address(NamedTuple):
    """Scheme, host in lower case (IPv6 without its brackets) and port, of a URL that has but one reading."""

    scheme: str
    host: str
    port: int


def address_of(url: str) -> Address | None:
    """None for anything that another reader might take for another host."""
    found = _ADDRESS.fullmatch(url)
    if not found:
        return None
    scheme, host, port = found[1], found[2].strip("[]").lower(), found[3]
    if not _NAME.fullmatch(host) and not is_loopback(host):
        return None
    return Address(scheme, host, int(port) if port else (443 if scheme == "https" else 80))


def allowed_hosts(env: Mapping[str, str] | None = None) -> frozenset[str]:
    """What the operator allows, as it is written."""
    said = (os.environ if env is None else env).get(ALLOW_HOSTS, "")
    return frozenset(filter(None, (word.strip() for word in said.split(","))))


def may_receive_credentials(url: str, provider: str, allowed: Iterable[str] = ()) -> bool:
    """Whether the URL is the vendor's (by https), on loopback, or on a host that the operator allowed."""
    return _belongs(url, VENDOR_DOMAINS[provider], allowed)


def may_hold_rows(url: str, clouds: Iterable[str], allowed: Iterable[str] = ()) -> bool:
    """Whether the URL is blob storage of one of these Azure clouds, on loopback, or on a host that is allowed."""
    return _belongs(url, [domain for cloud in clouds for domain in STORAGE_DOMAINS[cloud]], allowed)


def is_loopback(host: str) -> bool:
    """Whether it is this machine, in one of its three usual spellings."""
    if host in ("localhost", "::1"):
        return True
    numbers = host.split(".")
    ours = len(numbers) == 4 and numbers[0] == "127"
    return ours and all(re.fullmatch(r"0|[1-9][0-9]{0,2}", n) and int(n) < 256 for n in numbers)


def same_machine(url: str, other: str) -> bool:
    """Whether two URLs name one host, whatever the port; the two usual names of this machine are one."""
    ours, theirs = address_of(url), address_of(other)
    if not ours or not theirs:
        return False
    usual = {"localhost", "127.0.0.1", "::1"}
    return ours.host == theirs.host or {ours.host, theirs.host} <= usual


def shown(url: str) -> str:
    """The host of a URL for a message, whatever the URL is."""
    address = address_of(url)
    return address.host if address else "a host that cannot be told for certain"


def _belongs(url: str, domains: Iterable[str], allowed: Iterable[str]) -> bool:
    address = address_of(url)
    if address is None:
        return False
    if is_loopback(address.host):
        return True
    if address.scheme != "https":
        return False
    theirs = any(address.host == domain or address.host.endswith("." + domain) for domain in domains)
    return (theirs and address.port == 443) or f"{address.host}:{address.port}" in _with_ports(allowed)


def _with_ports(allowed: Iterable[str]) -> set[str]:
    return {word.lower() if ":" in word else f"{word.lower()}:443" for word in allowed}
