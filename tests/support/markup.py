"""Markdown as GitHub's own parser reads it, searched for what texts from outside must not bring about."""

from __future__ import annotations

import re
import unicodedata
from html.parser import HTMLParser

import cmarkgfm
from cmarkgfm.cmark import Options

OURS = frozenset(
    ["h3", "h4", "p", "b", "strong", "sub", "code", "pre", "details", "summary", "blockquote", "ul", "li", "span", "br"]
).union(["table", "thead", "tbody", "tr", "th", "td"])
_CLOSES_ITSELF = {"br"}
_LOUD = re.compile(
    r"(?<![\w/])@\w|\w@\w|#\d|\bGH-\d|://|www\.|(?<![^\W_])[0-9a-f]{7,40}(?![^\W_])|:[\w+-]+:", re.IGNORECASE
)
"""Mentions, addresses of mail, issues, addresses of pages, commits, pictures."""
HIDDEN = ("Cc", "Cf", "Cs", "Zl", "Zp")


class Page(HTMLParser):
    """What a reader's browser gets; raises `AssertionError` for whatever a text from outside may not do."""

    def __init__(self, markdown: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.titles = 0
        self._open: list[str] = []
        assert not [c for c in markdown if c != "\n" and unicodedata.category(c) in HIDDEN], repr(markdown)
        for line in markdown.split("\n"):
            assert not line.lstrip().startswith("::"), f"a command to the runner: {line!r}"
            assert "##[" not in line, f"a command to the runner: {line!r}"
        self.feed(cmarkgfm.github_flavored_markdown_to_html(markdown, options=Options.CMARK_OPT_UNSAFE))
        self.close()
        assert not self._open, f"never closed: {self._open}"

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        assert tag in OURS, f"<{tag}> from outside"
        assert {name for name, _ in attributes} <= {"open", "lang", "align"}, attributes
        self.titles += tag in ("h3", "h4")
        if tag not in _CLOSES_ITSELF:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open
        assert self._open.pop() == tag

    def handle_data(self, text: str) -> None:
        if not {"code", "pre"}.intersection(self._open):
            assert not _LOUD.search(text), f"GitHub would link it or ping somebody: {text!r}"
        self.words.append(text)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment from outside, such as somebody's marker: {data!r}")

    @property
    def text(self) -> str:
        return "".join(self.words)
