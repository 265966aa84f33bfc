"""Words from specs and vendors in Markdown: they are shown, and can neither format, link, ping nor give commands.

GitHub turns mentions, issue numbers and addresses of pages into links wherever they stand in running text, entities
or not, but never in code: such words become code. https://github.github.com/gfm
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable

from reconciler.render.text import clean

LONGEST = 1_000
"""Characters of one text; only hostile ones are longer."""
LONGEST_NAME = 80
_LOUD = re.compile(r"`[^`]+`|\S*(?:@|://|www\.|#\d|\bGH-\d|:[\w+-]+:)\S*", re.IGNORECASE)
_CLOSES = re.compile(r"\S\$")
"""A dollar sign that could end a formula; one in front of an amount only could begin one."""
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
    shown, end = [], 0
    text = _short(clean(text))
    if text.count("$") > 1 and _CLOSES.search(text):
        plain, unmarked = (lambda words: unmarked(words).replace("$", "<span>$</span>")), plain
    for found in _LOUD.finditer(text):
        word = found.group()
        if word.startswith("`"):
            shown += [plain(text[end : found.start()]), quoted(word[1:-1])]
            end = found.end()
            continue
        left = len(word) - len(word.lstrip(_LEFT))
        right = len(word.rstrip(_RIGHT))
        if right <= left:
            left, right = 0, len(word)
        shown += [plain(text[end : found.start()] + word[:left]), quoted(word[left:right])]
        end = found.start() + right
    return "".join([*shown, plain(text[end:])])


def _escaped(text: str) -> str:
    return _MARKS.sub(r"\\\g<0>", text)


def _html_escaped(text: str) -> str:
    return html.escape(text, quote=False).replace(_RUNNER, "##&#91;")


def _shown(text: str) -> str:
    return _COMMAND.sub("\\1:\u200b:", _short(clean(text)).replace(_RUNNER, "##\u200b["))


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _longest_run(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)
