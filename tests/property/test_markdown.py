"""Whatever names and messages hold, GitHub's own parser finds nothing in our Markdown that is not ours.

`Page` renders with cmark-gfm and refuses every link, picture, mention, tag, comment and command from outside.
"""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.github.outputs import inert
from reconciler.model import codes
from reconciler.model.diagnostics import Diagnostic, SourceRange
from reconciler.model.events import Outcome, Result
from reconciler.planning.covering import Difference
from reconciler.render import annotations as notes
from reconciler.render import apply_result, drift_issue
from reconciler.render.markdown.drift import render as render_drift
from reconciler.render.markdown.escaping import cell, code, fence, html_code, html_prose, label, prose
from reconciler.render.markdown.mermaid import _label
from reconciler.render.markdown.plan import render as render_plan
from tests.support.markup import HIDDEN, Page
from tests.unit.render.test_markdown import drifted, hostile

ATOMS = [
    *"`\"'*_\\|<>#!&$~^+=-.:;,/()[]{}@%", "``", "```", "~~~", "**", "__", "\\`", "\\\\", "||", "    ", "\t", "\n",
    "\r\n", "\n\n", " ", "  ", "a", "b1", "\u00e9", "x", "1. x", "- x", "> q", "# h", "+ ", "===", "---", "| - |",
    "[x] ", "&lt;", "&#64;", "&#x60;", "&amp;", "&nbsp;", "$a$", "$$", "$1", "-$2", "$`a`$", ":smile:", ":+1:",
    "@octocat", "@org/team", "a@b.co", "mailto:a@b.co", "xmpp:a@b.co/x", "#12", "GH-1", "gh-7", "o/r#3", "CVE-2026-1",
    "deadbeef", "o/r@deadbeef", "0123456", "f" * 40, "http://evil.example", "https://evil.example/a(b)",
    "//evil.example", "ftp://x", "www.evil.example", "<https://evil.example>", "<a@b.co>", "![x](//e/x.png)",
    "[c](javascript:alert(1))", "[a]: //evil.example", "[a][a]", "[^1]", "[^1]: x", "<img src=x onerror=1>",
    "<a href=//x>", "<!--", "-->", "<?x ?>", "<![CDATA[", "</details>", "</summary>", "</code>", "</pre>", "<b>",
    "<br>", "<script>", "<details open>", "::error::x", "##[error]x", "##", "[", "::stop-commands::x", "%0A",
    "%0D%0A::error::x", "%25", "\u2028", "\u2029", "\x0b", "\x0c", "\x85", "\u200b", "\u200d", "\u202e", "\u2066",
    "\u2069", "\x1b[31m", "\x1b]0;x\x07", "\x00", "\x7f", "\x9b", "\ufeff", "\u3164", "\u115f", "\ufe0f",
    "\U000e0041", "\ud800", "\u0600",
]  # fmt: skip
TEXT = st.lists(st.sampled_from(ATOMS), max_size=10).map("".join) | st.text(max_size=20)
AT_HAND = [
    "``     ```![approved](https://evil.example/pixel.png)$a$",
    "&lt;-` </summary></details>[Approve here](https://evil.example)````GH-1 `@acme/platform-team``",
    "\\`1. x|y`@acme/platform-team``",
    "`a``b`",
    "`a`@octocat`b`",
    "a`@octocat",
]
"""Each got out of a code span once."""


def found(text: str) -> list[Diagnostic]:
    at = SourceRange(text, 1, 1, 1, 2, text)
    made = [codes.SERVICE_ERROR, codes.DATASET_LEAKAGE, codes.GITHUB_OUTSIDE]
    return [code.at(at, text, hint=text, address=text, related=[(text, at)]) for code in made]


@settings(max_examples=400)
@given(TEXT, TEXT)
def test_every_place_holds(text: str, other: str) -> None:
    for made in (prose(text), code(text), label(text), f"a {prose(text)} b", f"**x:** {prose(text)} {code(other)}"):
        Page(made)
        Page(f"> {made}")
        Page(f"- {made}")
    line = f"{html_code(text)} <b>{html_code(other)}</b> {html_prose(text)}"
    Page(f"<details><summary>{line}</summary>\n\n{prose(text)}\n\n</details>")
    Page(f"<p>{line}</p>")
    page = Page(f"x\n\n{fence('text', [text, other])}\n\nend")
    assert page.text.endswith("end\n"), "the fence is closed"


@settings(max_examples=200)
@given(TEXT, TEXT)
def test_a_table_keeps_its_columns(text: str, other: str) -> None:
    import cmarkgfm

    page = f"| a | b |\n| :-- | --: |\n| {cell(text)} | {cell(other)} |\n"
    Page(page)
    assert cmarkgfm.github_flavored_markdown_to_html(page).count("<td") == 2


@pytest.mark.parametrize("text", AT_HAND)
def test_what_got_out_once(text: str) -> None:
    test_every_place_holds.hypothesis.inner_test(text, text)  # type: ignore[attr-defined]
    Page(render_plan(hostile(text)))


def hidden(text: str) -> list[str]:
    return [c for c in text if unicodedata.category(c) in HIDDEN]


def letters(text: str) -> str:
    return "".join(c for c in text if c.isalnum())


@given(TEXT)
def test_the_words_are_still_there(text: str) -> None:
    """As a reader sees them; hidden characters are shown as escapes, which have letters of their own."""
    plain = re.sub(r"[^\x20-\x7e\n\u00e9]", "", text)[:300]
    for made in (prose(plain), code(plain), f"<p>{html_prose(plain)}</p>", fence("text", [f"- {plain}"])):
        assert letters(plain) in letters(Page(made).text)


@settings(max_examples=60, deadline=None)
@given(TEXT)
def test_whole_plans(text: str) -> None:
    assert Page(render_plan(hostile(text))).titles == Page(render_plan(hostile("harmless"))).titles


@settings(max_examples=60, deadline=None)
@given(TEXT)
def test_drift_reports_and_the_issue(text: str) -> None:
    report = drifted(text.encode("utf-8", "replace").decode())  # as JSON, which it may have been
    assert Page(render_drift(report)).titles == 1
    for body in (drift_issue.render(report, text), drift_issue.unread(text), drift_issue.news(report)):
        Page(body)
    title = drift_issue.title(report)
    assert not hidden(title)
    assert len(title) <= 256


@settings(max_examples=60, deadline=None)
@given(TEXT)
def test_results_of_an_apply(text: str) -> None:
    outcomes = [Outcome(text, result, text, diagnostics=tuple(found(text))) for result in Result]
    for state in ("converged", "refused", "failed"):
        left = [Difference(text, text)]
        done = apply_result.Done(state, outcomes, found(text), text, left, [text])
        assert Page(apply_result.render(done)).titles == 1


@given(TEXT)
def test_labels_of_a_graph(text: str) -> None:
    """https://mermaid.js.org/syntax/flowchart.html#special-characters-that-break-syntax"""
    assert re.fullmatch(r"(?:[A-Za-z0-9_ ./@()-]|#\d+;)*", _label(text))


PROPERTY = r"(?:file|line|endLine|col|title)=(?:[^\x00-\x1f%:,]|%[0-9A-F]{2})*"
COMMAND = re.compile(rf"::(?:error|warning|notice) {PROPERTY}(?:,{PROPERTY})*::[^\x00-\x1f]*")


@given(TEXT)
def test_annotations_are_one_command_a_line(text: str) -> None:
    """https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts"""
    for line in [*notes.render(found(text)).split("\n")[:-1], notes.notice(text, text, text, 1)]:
        assert COMMAND.fullmatch(line), line
        assert not hidden(line)


@given(st.lists(TEXT, max_size=5))
def test_the_log_gives_no_command_between_its_marks(texts: list[str]) -> None:
    written: list[str] = []
    with inert(written.append):
        written.extend(f"{text}\n" for text in texts)
    token = written[0].strip().removeprefix("::stop-commands::")
    assert len(token) >= 32
    inside = "".join(written[1:-1])
    assert f"::{token}::" not in inside
    assert written[-1] == f"\n::{token}::\n", "it begins a line, whatever the last one was"
