"""The log of what clients asked, in the order of arrival."""

import threading
from collections import deque
from dataclasses import dataclass


@dataclass
class LoggedRequest:
    seq: int
    at: float  # virtual Unix time
    method: str
    path: str
    query: str
    status: int | None = None  # None: no answer was sent
    fault: str | None = None  # the fault that struck it


class RequestLog:
    def __init__(self, keep: int = 200_000):
        self._entries: deque[LoggedRequest] = deque(maxlen=keep)
        self._count = 0
        self._lock = threading.Lock()

    def add(self, at: float, method: str, path: str, query: str) -> LoggedRequest:
        with self._lock:
            self._count += 1
            entry = LoggedRequest(self._count, at, method, path, query)
            self._entries.append(entry)
        return entry

    def find(self, method: str = "", path: str = "") -> list[LoggedRequest]:
        """Entries of that method whose path contains `path`, without regard to case."""
        with self._lock:
            entries = list(self._entries)
        return [
            entry for entry in entries if method.upper() in ("", entry.method) and path.lower() in entry.path.lower()
        ]

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()
            self._count = 0
