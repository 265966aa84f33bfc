"""The way to the network as the environment describes it: proxies and certificates."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TypeVar

import click
import httpx2

T = TypeVar("T")
_NAMES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR")


def opened(begin: Callable[[], T]) -> T:
    """What `begin` gives, which makes HTTP clients. Raises `click.ClickException` where the environment forbids any.

    The values are not shown: proxies have passwords in them.
    """
    try:
        return begin()
    except (ValueError, OSError, ImportError, httpx2.InvalidURL) as error:
        if _usable():
            raise
        names = ", ".join(n for n in _NAMES if os.environ.get(n) or os.environ.get(n.lower()))
        raise click.ClickException(f"no connection can be made with {names} as the environment sets it") from error


def _usable() -> bool:
    try:
        httpx2.Client().close()
    except (ValueError, OSError, ImportError, httpx2.InvalidURL):
        return False
    return True
