"""Fetches files for import, from loopback only."""

from concurrent.futures import Future, ThreadPoolExecutor
from ipaddress import ip_address
from urllib.parse import urlsplit

import httpx2

_TIMEOUT = 10.0


class Fetcher:
    """Fetches in the background, for the URL may lead back to this very server."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(2, thread_name_prefix="import")
        self._under_way: dict[str, Future[bytes]] = {}

    def start(self, file_id: str, url: str) -> None:
        self._under_way[file_id] = self._pool.submit(_fetch, url)

    def result(self, file_id: str) -> Future[bytes] | None:
        """None when nobody is fetching that file, as after a restart."""
        return self._under_way.get(file_id)

    def drop(self, file_id: str) -> None:
        self._under_way.pop(file_id, None)

    def close(self) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)


def _fetch(url: str) -> bytes:
    answer = httpx2.get(url, follow_redirects=False, trust_env=False, timeout=_TIMEOUT)
    answer.raise_for_status()
    return answer.content


def is_loopback(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and (
            parts.hostname == "localhost" or ip_address(parts.hostname or "").is_loopback
        )
    except ValueError:
        return False
