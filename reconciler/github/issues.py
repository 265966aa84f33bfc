"""One issue for the drift of an estate: edited in place, a comment only on news, closed only by a clean read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from reconciler.github.client import Client
from reconciler.github.comments import BOT, Post, create
from reconciler.github.marker import Marker

LABEL = "reconciler-drift"


@dataclass(frozen=True, slots=True)
class Issue:
    number: int
    open: bool
    muted: bool
    """Somebody closed it as not planned: they know, and want to hear no more of these very findings."""
    post: Post

    @classmethod
    def read(cls, item: dict[str, Any]) -> Issue:
        closed = item.get("state") == "closed"
        return cls(
            number=int(item["number"]),
            open=not closed,
            muted=closed and item.get("state_reason") == "not_planned",
            post=Post.read(item),
        )

    @property
    def digest(self) -> str:
        return self.post.marker.facts.get("digest", "") if self.post.marker else ""


class Issues:
    def __init__(self, client: Client, author: str = BOT) -> None:
        self._client = client
        self._author = author

    def find(self, marker: Marker) -> Issue | None:
        """The eldest issue with this marker, open or closed."""
        query = {"labels": LABEL, "state": "all", "sort": "created", "direction": "asc"}
        for item in self._client.pages("/issues", query):
            if "pull_request" in item:
                continue
            issue = Issue.read(item)
            if issue.post.author == self._author and marker.same(issue.post.marker):
                return issue
        return None

    def report(self, marker: Marker, title: str, body: str, news: str) -> Issue | None:
        """Drift was found: the issue shows it; `news` is said when the findings differ from those it showed.

        None when somebody closed the issue as not planned while it showed these very findings.
        """
        # News first: should the second request fail, the next run says them again rather than never.
        text = f"{marker}\n{body}"
        issue = self.find(marker)
        if issue is None:
            return self._create(marker, {"title": title, "body": text, "labels": [LABEL]})
        changed = issue.digest != marker.facts.get("digest")
        if issue.muted and not changed:
            return None
        if changed or not issue.open:
            self._client.post(f"/issues/{issue.number}/comments", {"body": news})
        if not issue.open or issue.post.body != text:
            self._client.patch(f"/issues/{issue.number}", {"title": title, "body": text, "state": "open"})
        return issue

    def resolve(self, marker: Marker, body: str, news: str) -> Issue | None:
        """A complete read found nothing: close the issue if one is open, saying so."""
        issue = self.find(marker)
        if issue is None or not issue.open:
            return None
        self._client.post(f"/issues/{issue.number}/comments", {"body": news})
        closed = {"body": f"{marker}\n{body}", "state": "closed", "state_reason": "completed"}
        self._client.patch(f"/issues/{issue.number}", closed)
        return issue

    def _create(self, marker: Marker, issue: dict[str, Any]) -> Issue:
        return create(lambda: Issue.read(self._client.post("/issues", issue)), lambda: self.find(marker))
