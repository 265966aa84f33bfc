"""Words from specs and vendors in Markdown: they are shown, and can neither format, link, ping nor give commands.

GitHub turns mentions, issue numbers, commits and addresses into links wherever they stand in running text, entities or
not, but never in code: such words become code. https://github.github.com/gfm

Two rules keep code spans whole: what becomes code in running text holds no backtick, and two spans never touch. So
every backtick in what comes out is escaped, or opens or closes a span of ours.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Iterator

from reconciler.render.text import clean

LONGEST = 1_000
"""Characters of one text; only hostile ones are longer."""
LONGEST_NAME = 80
_PIECES = re.compile(r"`([^`]+)`|[^\s`]+")
"""Code, whose words are the group, or a word."""
_LOUD = re.compile(r"@|://|www\.|#\d|\b(?:GH|CVE|GHSA)-\w|:[\w+-]+:|(?<![^\W_])[0-9a-f]{7,40}(?![^\W_])", re.IGNORECASE)
"""In a word that GitHub would make a link, a mention or a picture of."""
_DOLLAR, _CLOSES = re.compile(r"\$"), re.compile(r"\S\$")
_NO_AMOUNT = re.compile(r"\$(?!\d)")
"""One that may begin a formula, which ends in another text of the same line."""
_MARKS = re.compile(r"[\\`*_{}\[\]<>#|~^!&]")
_STARTS = re.compile(r"^(\d*)([-+=.):])")
_LEFT, _RIGHT = "([{\"'<", ".,;:!?)]}\"'>"
_COMMAND = re.compile(r"^(\s*)::")
_RUNNER = "##["
"""Both start a command to GitHub's runner: at the beginning of a line, and anywhere in it."""


def prose(text: str) -> str:
    """Running text."""
    return _STARTS.sub(r"\1\\\2", _words(text, _escaped, code).lstrip())


def html_prose(text: str) -> str:
    """Running text within HTML, where Markdown is not read."""
    return _words(text, _html_escaped, html_code)


def code(text: str) -> str:
    """A piece of code in running text, between more backticks than it has itself."""
    shown = _shown(text) or " "
    ticks = "`" * (_longest_run(shown) + 1)
    gap = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{ticks}{gap}{shown}{gap}{ticks}"


def label(text: str) -> str:
    """A name that the specs keep short; no file from elsewhere makes it long."""
    return code(text if len(text) <= LONGEST_NAME else text[:LONGEST_NAME] + "…")


def cell(text: str) -> str:
    """A name in a table, whose bars part the columns even in code."""
    return label(text).replace("|", "\\|")


def html_code(text: str) -> str:
    """A piece of code within HTML."""
    return f"<code>{html.escape(_shown(text), quote=False)}</code>"


def fence(language: str, lines: Iterable[str]) -> str:
    """A block of code; the caller's lines start with a word or a sign of ours."""
    shown = [_shown(line) for line in lines]
    ticks = "`" * max(3, max(map(_longest_run, shown), default=0) + 1)
    return "\n".join([f"{ticks}{language}", *shown, ticks])


def _words(text: str, plain: Callable[[str], str], quoted: Callable[[str], str]) -> str:
    text = _harmless(text)
    formula = _DOLLAR if text.count("$") > 1 and _CLOSES.search(text) else _NO_AMOUNT
    shown, end = "", 0
    for start, stop, word in _to_quote(text):
        between, span = formula.sub("<span>$</span>", plain(text[end:start])), quoted(word)
        touching = not between and shown.endswith("`") and span.startswith("`")
        shown += f"{between}{' ' if touching else ''}{span}"
        end = stop
    return shown + formula.sub("<span>$</span>", plain(text[end:]))


def _to_quote(text: str) -> Iterator[tuple[int, int, str]]:
    """What is code or must become code, and where it stands; signs around a loud word stay outside."""
    for found in _PIECES.finditer(text):
        word, inside = found.group(), found.group(1)
        if inside is not None:
            yield found.start(), found.end(), inside
        elif _LOUD.search(word):
            left = len(word) - len(word.lstrip(_LEFT))
            right = len(word.rstrip(_RIGHT))
            if right <= left:
                left, right = 0, len(word)
            yield found.start() + left, found.start() + right, word[left:right]


def _escaped(text: str) -> str:
    return _MARKS.sub(r"\\\g<0>", text)


def _html_escaped(text: str) -> str:
    return html.escape(text, quote=False)


def _shown(text: str) -> str:
    return _COMMAND.sub("\\1: :", _harmless(text))


def _harmless(text: str) -> str:
    text = clean(text)
    return (text if len(text) <= LONGEST else text[: LONGEST - 1] + "…").replace(_RUNNER, "## [")


def _longest_run(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)
