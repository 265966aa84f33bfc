"""Diagnostics as annotations of GitHub Actions: they show up beside the lines of a pull request.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from reconciler.model.diagnostics import Diagnostic, Severity, in_order
from reconciler.render.diagnostics import as_json
from reconciler.render.text import clean

MOST = 10
"""In one step; GitHub silently drops what is more, of each kind."""
_ORDER = tuple(s.value for s in Severity)


def render(diagnostics: Iterable[Diagnostic]) -> str:
    """One line each, worst first: GitHub shows the first ten of a kind."""
    return "".join(f"{_line(as_json(d) | {'meaning': d.code.meaning})}\n" for d in in_order(diagnostics))


def lines(shown: Sequence[Mapping[str, Any]], most: int = MOST) -> Iterator[str]:
    """Diagnostics in their JSON form: the worst of them and, in the last line, how many more there are."""
    ordered = sorted(shown, key=lambda d: _ORDER.index(d["severity"]))
    if len(ordered) <= most:
        yield from map(_line, ordered)
        return
    yield from map(_line, ordered[: most - 1])
    yield f"::notice title=more findings::{len(ordered) - most + 1:,} more: see the log and the summary"


def notice(title: str, message: str, file: str, line: int) -> str:
    """One notice at a line of a file."""
    where = f"file={_property(file)},line={line},endLine={line}"
    return f"::notice {where},title={_property(title)}::{_data(clean(message))}"


def _line(shown: Mapping[str, Any]) -> str:
    where = {}
    if at := shown.get("range"):
        where = {
            "file": at["filename"],
            "line": at["start"]["line"],
            "endLine": at["end"]["line"],
            "col": at["start"]["column"],
        }
    properties = {**where, "title": f"{shown['summary']} [{shown['code']}]"}
    listed = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items())
    told = " ".join(part for part in (shown.get("address"), shown["detail"], shown.get("hint")) if part)
    return f"::{shown['severity']} {listed}::{_data(clean(told or shown.get('meaning') or shown['summary']))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(clean(text)).replace(":", "%3A").replace(",", "%2C")
