"""Sticky comments: one for each marker on a pull request, found by marker and author, edited in place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from reconciler.github.client import Client
from reconciler.github.marker import Marker, read_marker
from reconciler.providers.errors import ServiceError

BOT = "github-actions[bot]"
"""Who writes with a workflow's own token."""
LIMIT = 65_000
"""Characters of a body; GitHub takes 65,536, and counts some of them differently."""
ATTEMPTS = 3
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Post:
    """A comment or an issue, as far as we look at it."""

    id: int
    author: str
    body: str
    url: str
    marker: Marker | None

    @classmethod
    def read(cls, item: Mapping[str, Any]) -> Post:
        """Raises `ServiceError` for an answer in another shape."""
        try:
            body = str(item.get("body") or "")
            author = str((item.get("user") or {}).get("login") or "")
            return cls(int(item["id"]), author, body, str(item.get("html_url") or ""), read_marker(body))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ServiceError(f"the answer has another shape: {error}", service="GitHub") from error


class Comments:
    """The comments that `author` left; what others wrote is never trusted, whatever marker it shows."""

    def __init__(self, client: Client, author: str = BOT) -> None:
        self._client = client
        self.author = author

    def ours(self, number: int) -> list[Post]:
        """Our marked comments on a pull request, the eldest first."""
        posts = (Post.read(item) for item in self._client.pages(f"/issues/{number}/comments"))
        return [p for p in posts if p.marker and p.author == self.author]

    def find(self, number: int, marker: Marker) -> Post | None:
        return first(self.ours(number), marker)

    def put(self, number: int, marker: Marker, body: str, *, anew: bool = True) -> Post | None:
        """Write the one comment with this marker, or edit it in place. `body` comes without the marker.

        Without `anew` only a comment that is there is edited; None when there is none.
        """
        text = f"{marker}\n{body}"
        there = self.find(number, marker)
        if there and there.body == text:
            return there
        if there:
            return Post.read(self._client.patch(f"/issues/comments/{there.id}", {"body": text}))
        if not anew:
            return None
        return create(
            lambda: Post.read(self._client.post(f"/issues/{number}/comments", {"body": text})),
            lambda: self.find(number, marker),
        )


def create(send: Callable[[], T], look: Callable[[], T | None]) -> T:
    """Send a create once; after a doubtful answer look for what it may have made before it is sent again."""
    for attempt in range(ATTEMPTS):
        try:
            return send()
        except ServiceError as error:
            if not error.doubtful or attempt == ATTEMPTS - 1:
                raise
        there = look()
        if there:
            return there
    raise AssertionError("there is at least one attempt")


def first(posts: Iterable[Post], marker: Marker) -> Post | None:
    return next((p for p in posts if marker.same(p.marker)), None)
