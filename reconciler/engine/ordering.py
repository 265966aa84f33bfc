"""The order in which one thing of several stays: by (created_at, id), from one source for all of them.

Answers may date one object differently: the answer to its create, a list, a read by its id. Whoever chooses asks for
each by its id, so that everybody chooses the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol, TypeVar

from reconciler.providers.errors import ServiceError


class Dated(Protocol):
    @property
    def id(self) -> str: ...

    @property
    def created_at(self) -> int:
        """Unix seconds; 0 where the service does not say."""


T = TypeVar("T", bound=Dated)


def elder_first(listed: Iterable[T], read: Callable[[str], T], stands: Callable[[T], bool]) -> list[T]:
    """Those that still stand when they are asked for by id, the eldest first. Raises `ServiceError`.

    Where a service leaves dates out of these answers, it does so for everybody: then those of the list decide, and
    where one is missing there too, the ids alone.
    """
    dates = {thing.id: thing.created_at for thing in listed}
    asked = [now for now in (_read(id, read) for id in dates) if now is not None and stands(now)]
    for dated in ({now.id: now.created_at for now in asked}, dates):
        if all(dated[now.id] > 0 for now in asked):
            return sorted(asked, key=lambda now: (dated[now.id], now.id))
    return sorted(asked, key=lambda now: now.id)


def _read(id: str, read: Callable[[str], T]) -> T | None:
    """None where the service knows it no more."""
    try:
        return read(id)
    except ServiceError as error:
        if not error.missing:
            raise
        return None
