"""Plans on pull requests: what stands first, what is cut, and that names from outside do nothing there."""

from __future__ import annotations

import functools
import json
from typing import Any

import pytest

from reconciler.engine import operations
from reconciler.planning.planformat import PlanDocument
from reconciler.planning.planreading import read_document
from reconciler.render.markdown.drift import render as render_drift
from reconciler.render.markdown.escaping import code, fence, html_prose, prose
from reconciler.render.markdown.page import COMMENT, size
from reconciler.render.markdown.plan import render
from tests.support.accounts import Cloud
from tests.support.estate import ESTATE, load_text
from tests.support.live import build
from tests.support.markup import Page
from tests.support.plans import written

GITHUB = 65_536
"""Characters of a comment; https://docs.github.com/en/rest/issues/comments"""
HOSTILE = [
    "@octocat",
    "x @octo/team, y",
    "fixes #1",
    "GH-7",
    "octo/repo#12",
    "https://evil.example/x",
    "[click](//evil.example)",
    "![](https://evil.example/pixel.png)",
    "<img src=x onerror=alert(1)>",
    "<!-- reconciler: plan -->",
    "</details></details><h1>Approved",
    "</summary>",
    "</code></pre>",
    "```\n</details>\n# Approved",
    "`````` x",
    "` `` @octocat",
    "::error file=a::x",
    "\n::set-output name=a::b",
    "##[error]x",
    "a | b | c",
    "$x$ and $y$",
    "$`@octocat`$",
    "-$1,241 a month and -$2",
    "\x1b[2J\u202e",
    "*a* _b_ ~~c~~ **d**",
    "&#64;octocat &lt;b&gt;",
    "- item",
    "1. item",
    "# title",
    "> [!NOTE]",
    ":tada: x",
    "mail@octo.example",
    "\\@octocat \\",
    "a`@octocat`b",
    "<a href=x>",
    '"];n0-->n1;click n0 "javascript:alert(1)"',
    "%%{init: {}}%%",
    "\U0001f6b2" * 50,
]


@functools.cache
def _small() -> bytes:
    specs = load_text(ESTATE)
    return written(operations.plan(Cloud(specs).world(specs), parallelism=1))


def small() -> dict[str, Any]:
    shown: dict[str, Any] = json.loads(_small())
    return shown


def read(shown: dict[str, Any]) -> PlanDocument:
    return read_document(json.dumps(shown).encode())


def hostile(text: str) -> PlanDocument:
    """A plan in which every word that could come from outside is `text`."""
    shown = small()
    at = {"filename": text, "start": {"line": 1, "column": 1}, "end": {"line": 1, "column": 2}, "code": text}
    for number, change in enumerate(shown["resource_changes"]):
        change |= {"key": f"{text}{number}", "address": text, "name": text, "target": text, "reason": text}
        change |= {"notes": [text], "also": [text], "range": {"filename": text, "line": 1}}
        change["needs"] = [f"{text}{number - 1}"] if number else []
        values = {"model": text, "source": text, "sku": text, f"tags.{text}": text}
        change["change"] |= {"before": values, "after": {k: v + "!" for k, v in values.items()}}
    drift: dict[str, Any] = {"address": text, "cause": text, "detail": text, "by": text, "at": text}
    problem: dict[str, Any] = {
        "code": text,
        "summary": text,
        "detail": text,
        "hint": text,
        "facts": text,
        "address": text,
    }
    return read(
        shown
        | {
            "estate": text,
            "reconciler_version": text,
            "asked": {"select": [text], "target": [text], "prune": False},
            "scope": seen_of(text),
            "targets": [{"name": text, "objects": 1, "complete": False}],
            "orphans": [{"address": text, "target": text, "name": text, "reason": text, "protected": True}],
            "resource_drift": [{**drift, "change": {"before": {text: text}, "after": {text: text}}}],
            "diagnostics": [problem | {"severity": s, "range": at} for s in ("error", "warning", "notice")],
        }
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_words_from_outside_do_nothing(text: str) -> None:
    harmless = Page(render(hostile("harmless")))
    page = Page(render(hostile(text)))
    assert page.titles == harmless.titles, "no title of their own"


@pytest.mark.parametrize("text", HOSTILE)
def test_words_from_outside_are_still_to_be_read(text: str) -> None:
    letters = "".join(c for c in text if c.isalnum())
    for shown in (prose(text), f"<p>{html_prose(text)}</p>", code(text), fence("diff", [f"- {text}"])):
        assert letters in "".join(c for c in Page(shown).text if c.isalnum()), shown


def many(count: int, **change: Any) -> PlanDocument:
    shown = small()
    kind = next(c for c in shown["resource_changes"] if c["type"] == "deployment")
    changes = [kind | {"key": f"k{n}", "address": f"deployment.d{n}@sweden"} | change for n in range(count)]
    return read(shown | {"resource_changes": changes, "summary": shown["summary"] | {"add": count}})


def test_ten_thousand_changes_fit_a_comment() -> None:
    page = render(many(10_000))
    assert size(page) <= COMMENT < GITHUB
    assert page.count("<details>") == page.count("</details>") > 50, "cut between changes"
    left = 10_000 - page.count("<details>")
    assert f"And {left:,} more to add." in page
    assert f"**{left:,} more changes**" in page
    assert page.rstrip().endswith("</sub>"), "the footer is never cut"
    Page(page)


@pytest.mark.parametrize("limit", [20_000, 60_000, 1_000_000])
def test_every_part_at_its_longest_keeps_the_limit(limit: int) -> None:
    """Wide characters, thousands of drifts, orphans and problems beside thousands of changes."""
    plan = hostile("\U0001f6b2" * 400)
    drawn = {name: getattr(plan, name) * 1_000 for name in ("resource_drift", "orphans", "diagnostics", "targets")}
    page = render(plan.model_copy(update=drawn), limit)
    assert size(page) <= limit
    Page(page)


def test_the_riskiest_come_first() -> None:
    shown = small()
    risky = ["destroy", "replace", "cancel", "blocked", "parked", "change", "train", "retry", "wait", "add", "upload"]
    pattern = shown["resource_changes"][0]
    changes = [pattern | {"key": word, "address": f"dataset.{word}", "action": word} for word in sorted(risky)]
    page = render(read(shown | {"resource_changes": changes}))
    assert sorted(risky, key=lambda word: page.index(f"<b><code>dataset.{word}</code>")) == risky


def test_a_small_plan_stands_open_and_a_larger_one_is_folded() -> None:
    assert "<details open>" in render(many(3))
    assert "<details open>" not in render(many(7))


def test_the_graph_is_drawn_while_it_can_be_read() -> None:
    plan = read(small())
    assert "n1" in render(plan)
    wide = small()
    jobs = [c for c in wide["resource_changes"] if c["type"] == "job"]
    wide["resource_changes"] += [jobs[0] | {"key": f"job.more{n}"} for n in range(20)]
    assert "```mermaid" in render(plan)
    assert "```mermaid" not in render(read(wide))


def test_a_plan_of_a_part_says_what_it_leaves_out() -> None:
    shown = small()
    limit = {"whole": False, "select": ["job.*"], "target": ["sweden"]}
    page = render(read(shown | {"scope": shown["scope"] | limit}))
    assert "(--select job.\\* --target sweden); the rest was left out." in page


def test_an_incomplete_plan_names_what_could_not_be_read() -> None:
    cloud = build(ESTATE, "converged", [{"target": "chicago", "unreadable": True}])
    page = render(read(json.loads(written(operations.plan(cloud.world(load_text(ESTATE)), parallelism=1)))))
    told = "Nothing to do among the 3 runs and 2 deployments on sweden; chicago could not be read in full."
    assert f"**Incomplete:** {told}" in page


@pytest.mark.parametrize("text", ["$x$", "a $x$ b", "$`b`$", "-$1 and -$2 and $x$"])
def test_no_formula_is_set(text: str) -> None:
    """https://docs.github.com/en/get-started/writing-on-github/working-with-advanced-formatting/writing-mathematical-expressions"""
    for shown in (prose(text), html_prose(text)):
        assert "$" not in shown.replace("<span>$</span>", "")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("`a``b`", "`a` `b`"),
        ("`a`@b`c`", "`a` `@b` `c`"),
        ("see `a`, (@b).", "see `a`, (`@b`)."),
        ("`@octocat", "\\``@octocat`"),
        ("commit 0123abc of x", "commit `0123abc` of x"),
        ("##[error]", "\\#\\# \\[error\\]"),
    ],
)
def test_what_becomes_code(text: str, shown: str) -> None:
    assert prose(text) == shown


def test_amounts_stay_as_they_are() -> None:
    amounts = "about $6.10 once, $2,482 a month"
    assert prose(amounts) == html_prose(amounts) == amounts


def seen_of(text: str) -> dict[str, Any]:
    names = [text] * 9
    return {"whole": False, "select": names, "target": names, "targets": names[:2], "unread": names, "runs": 1}


def drifted(text: str, count: int = 1) -> dict[str, Any]:
    """A drift report in which every word that could come from outside is `text`."""
    at = {"filename": text, "start": {"line": 1, "column": 1}, "end": {"line": 1, "column": 2}}
    finding: dict[str, Any] = {
        "address": text,
        "type": "deployment",
        "cause": text,
        "detail": text,
        "by": text,
        "at": text,
        "next_step": text,
    }
    finding |= {"change": {"before": {text: text}, "after": {text: text}}, "range": {"filename": text, "line": 1}}
    problem = {"severity": "error", "code": text, "summary": text, "detail": text, "range": at}
    return {
        "estate": text,
        "reconciler_version": text,
        "complete": False,
        "digest": text,
        "observed_at": 0,
        "summary": {"drift": count, "ahead": 2, "deployments": 5, "runs": 4, "targets": 2},
        "scope": seen_of(text),
        "findings": [finding] * count,
        "patch": f" {text}\n+{text}\n{text}",
        "diagnostics": [problem],
    }


@pytest.mark.parametrize("text", HOSTILE)
def test_a_drift_report_is_as_harmless(text: str) -> None:
    assert Page(render_drift(drifted(text))).titles == 1


def test_a_long_drift_report_keeps_the_limit() -> None:
    page = render_drift(drifted("\U0001f6b2" * 400, 5_000))
    assert size(page) <= COMMENT
    assert "would not fit here: `reconciler drift` tells all of them" in page
    assert "`reconciler drift --format patch` prints it" in render_drift(drifted("x") | {"patch": "+ x\n" * 9_000})


def test_each_sort_of_change_has_its_share_of_a_large_plan() -> None:
    """Two thousand updates must not hide that something trains."""
    shown = small()
    kind = next(c for c in shown["resource_changes"] if c["type"] == "deployment")
    actions = ["change"] * 2_000 + ["destroy"] * 3 + ["train"] * 2 + ["add"] * 2_000
    changes = [kind | {"key": f"k{n}", "address": f"deployment.d{n}@x", "action": a} for n, a in enumerate(actions)]
    page = render(read(shown | {"resource_changes": changes}))
    titles = [line for line in page.splitlines() if line.startswith("#### ")]
    assert titles == ["#### 3 to destroy", "#### 2,000 to change", "#### 2 to train", "#### 2,000 to add"]
    seen = {a: page.count(f"{sign} {a}</code>") for sign, a in (("-", "destroy"), ("~", "change"), ("+", "add"))}
    assert seen["destroy"] == 3
    assert seen["change"] > seen["add"] > 20, "what is left goes to the riskiest"
    assert page.count("+ train</code>") == 2
    assert 50_000 < size(page) <= COMMENT
