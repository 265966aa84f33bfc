"""A value that is made on first use, once, however many threads ask for it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Once(Generic[T]):
    """`functools.cached_property` has no lock: four workers would make four clients, and close one."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._made: list[T] = []

    def __call__(self) -> T:
        with self._lock:
            if not self._made:
                self._made.append(self._make())
            return self._made[0]

    def close(self) -> None:
        """Close what was made, if anything was."""
        with self._lock:
            closing: list[Any] = [*self._made]
            self._made.clear()
        for made in closing:
            made.close()
