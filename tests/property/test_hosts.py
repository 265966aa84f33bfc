"""The guard of hosts: no trick is let through, and what is let through has one reading for all who send."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

import httpx2
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from requests import Request

from reconciler.providers.hosts import (
    STORAGE_DOMAINS,
    VENDOR_DOMAINS,
    is_loopback,
    may_hold_rows,
    may_receive_credentials,
)

Guard = Callable[[str], bool]
GUARDS: dict[str, tuple[Guard, str, tuple[str, ...]]] = {
    "azure": (
        lambda url: may_receive_credentials(url, "azure"),
        "acme.openai.azure.com",
        VENDOR_DOMAINS["azure"],
    ),
    "openai": (lambda url: may_receive_credentials(url, "openai"), "api.openai.com", VENDOR_DOMAINS["openai"]),
    "storage": (
        lambda url: may_hold_rows(url, ["public"]),
        "acme.blob.core.windows.net",
        STORAGE_DOMAINS["public"],
    ),
}
EVIL = "evil.example"
TRICKS: dict[str, Callable[[str], str]] = {
    "another host": lambda host: f"https://{EVIL}/",
    "clear text": lambda host: f"http://{host}/",
    "another scheme": lambda host: f"ftp://{host}/",
    "no scheme": lambda host: f"//{host}/",
    "a login": lambda host: f"https://somebody@{host}/",
    "the host as a login": lambda host: f"https://{host}@{EVIL}/",
    "the host as login and password": lambda host: f"https://{host}:443@{EVIL}/",
    "an escaped login": lambda host: f"https://{host}%40{EVIL}/",
    "a backslash before a login": lambda host: f"https://{EVIL}\\@{host}/",
    "a backslash for a slash": lambda host: f"https:\\\\{host}\\",
    "a backslash behind the host": lambda host: f"https://{host}\\.{EVIL}/",
    "the domain inside another": lambda host: f"https://{host}.{EVIL}/",
    "dashes for the dots": lambda host: f"https://evil{host.replace('.', '-')}/",
    "a dash for the dot": lambda host: f"https://evil-{host.partition('.')[2]}/",
    "a dot at the end": lambda host: f"https://{host}./",
    "two dots": lambda host: f"https://{host.replace('.', '..', 1)}/",
    "a dot at the beginning": lambda host: f"https://.{host}/",
    "a fragment": lambda host: f"https://{EVIL}/#{host}",
    "a fragment before a login": lambda host: f"https://{EVIL}#@{host}/",
    "a query": lambda host: f"https://{EVIL}?{host}",
    "another port": lambda host: f"https://{host}:8443/",
    "an empty port": lambda host: f"https://{host}:/",
    "a port that is none": lambda host: f"https://{host}:44３/",
    "a port beyond the last": lambda host: f"https://{host}:65979/",
    "the port of clear text": lambda host: f"https://{host}:80/",
    "an escaped dot": lambda host: f"https://{host.replace('.', '%2e', 1)}/",
    "an escaped slash": lambda host: f"https://{EVIL}%2f.{host}/",
    "an escaped null": lambda host: f"https://{EVIL}%00.{host}/",
    "a null": lambda host: f"https://{EVIL}\x00.{host}/",
    "a space": lambda host: f"https://{EVIL} .{host}/",
    "a space at the beginning": lambda host: f" https://{host}/",
    "a space at the end": lambda host: f"https://{host}/ ",
    "a tab": lambda host: f"https://{host}\t.{EVIL}/",
    "a line end": lambda host: f"https://{host}\n.{EVIL}/",
    "a line end at the end": lambda host: f"https://{host}\n",
    "a wide letter": lambda host: f"https://{host.replace('o', 'ｏ', 1)}/",
    "a wide dot": lambda host: f"https://{host.replace('.', '。', 1)}/",
    "a Cyrillic letter": lambda host: f"https://{host.replace('a', 'а', 1)}/",
    "a soft hyphen": lambda host: "https://" + host.replace("a", "a\xad", 1),
    "a letter of no width": lambda host: f"https://{host}\u200b/",
    "another slash": lambda host: f"https://{EVIL}／{host}/",
    "a fraction that folds to a slash": lambda host: f"https://{EVIL}℀.{host}/",
    "an encoded look-alike": lambda host: f"https://xn--{host.replace('.', '-')}-4kf.com/",
    "an underscore": lambda host: f"https://evil_.{host}/",
    "a number": lambda host: "http://2130706433/",
    "a number by https": lambda host: "https://2130706433/",
    "a number in hexadecimal": lambda host: "http://0x7f000001/",
    "octal digits": lambda host: "http://0177.0.0.1/",
    "hexadecimal parts": lambda host: "http://0x7f.0.0.1/",
    "an address in short": lambda host: "http://127.1/",
    "zeros before": lambda host: "http://127.000.000.001/",
    "an address as a part of a name": lambda host: f"http://127.0.0.1.{EVIL}/",
    "an address with a dot": lambda host: "http://127.0.0.1./",
    "every address": lambda host: "http://0.0.0.0/",
    "the cloud's own address": lambda host: "http://169.254.169.254/",
    "IPv6": lambda host: "http://[::ffff:127.0.0.1]/",
    "IPv6 of somebody's": lambda host: "https://[2001:db8::1]/",
    "IPv6 with a zone": lambda host: "http://[fe80::1%25lo]/",
    "brackets around a name": lambda host: f"https://[{host}]/",
    "a name below this machine": lambda host: f"http://localhost.{EVIL}/",
    "this machine with a dot": lambda host: "http://localhost./",
    "nothing": lambda host: "https:///",
}
PIECES = [
    *("https://", "http://", "//", "/", "\\", "@", ":", "?", "#", ".", "-", "_", "%2e", "%40", "%00", "[", "]", " "),
    *("\t", "\n", "443", "8443", "acme", "acme.", "openai.azure.com", "api.openai.com", "blob.core.windows.net"),
    *("OPENAI.AZURE.COM", ".openai.azure.com", "evil.example", "xn--", "。", "／", "ｏ", "а", "\xad", "\u200b", "ß"),
    *("localhost", "127.0.0.1", "0x7f", "2130706433", "[::1]", "::ffff:127.0.0.1", "0177", "user:pass"),
]


@pytest.mark.parametrize("guard", GUARDS)
def test_the_vendors_own_host_is_let_through(guard: str) -> None:
    allows, host, _ = GUARDS[guard]
    for url in (f"https://{host}", f"https://{host}:443/x?y", f"https://{host.upper()}/", "http://127.0.0.1:8080/x"):
        assert allows(url), url


@pytest.mark.parametrize("trick", TRICKS)
@pytest.mark.parametrize("guard", GUARDS)
def test_no_trick_is_let_through(guard: str, trick: str) -> None:
    allows, host, _ = GUARDS[guard]
    assert not allows(TRICKS[trick](host)), TRICKS[trick](host)


@pytest.mark.parametrize("guard", GUARDS)
def test_a_suffix_without_its_dot_is_another_host(guard: str) -> None:
    allows, _, domains = GUARDS[guard]
    for domain in domains:
        assert allows(f"https://x.{domain}/")
        assert not allows(f"https://evil{domain}/")


@given(st.lists(st.sampled_from(PIECES), max_size=9).map("".join) | st.text(max_size=40).map("https://".__add__))
@example("https://acme.openai.azure.com")
def test_what_is_let_through_is_read_by_every_client_in_the_same_way(url: str) -> None:
    for allows, _, domains in GUARDS.values():
        if not allows(url):
            continue
        ours, theirs, standard = httpx2.URL(url), Request("GET", url).prepare().url or "", urlsplit(url)
        hosts = {ours.host, (urlsplit(theirs).hostname or "").strip("[]"), standard.hostname or ""}
        assert len(hosts) == 1, hosts
        (host,) = hosts
        assert not ours.userinfo
        if not is_loopback(host):
            assert any(host == domain or host.endswith(f".{domain}") for domain in domains)
            assert (ours.scheme, ours.port or 443, standard.port or 443) == ("https", 443, 443)


@pytest.mark.parametrize("trick", TRICKS)
def test_a_host_that_the_operator_allows_has_no_disguise_either(trick: str) -> None:
    host = "portal.gateway.example"
    assert may_receive_credentials(f"https://{host}/", "openai", [host])
    assert not may_receive_credentials(TRICKS[trick](host), "openai", [host])


@pytest.mark.parametrize(
    ("allowed", "url", "fine"),
    [
        ("gateway.example", "https://gateway.example/", True),
        ("Gateway.Example", "https://gateway.EXAMPLE/", True),
        ("gateway.example", "https://x.gateway.example/", False),
        ("gateway.example", "https://evilgateway.example/", False),
        ("gateway.example", "https://gateway.example:8443/", False),
        ("gateway.example:8443", "https://gateway.example:8443/", True),
        ("gateway.example:8443", "https://gateway.example/", False),
        ("", "https:///", False),
        ("*", "https://gateway.example/", False),
    ],
)
def test_what_the_operator_allows_is_one_host_and_one_port(allowed: str, url: str, fine: bool) -> None:
    assert may_receive_credentials(url, "openai", [allowed]) is fine
    assert may_hold_rows(url, ["public"], [allowed]) is fine
