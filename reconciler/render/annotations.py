"""Diagnostics as annotations of GitHub Actions: they show up beside the lines of a pull request.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reconciler.model.diagnostics import Diagnostic, in_order
from reconciler.render.text import clean


def render(diagnostics: Iterable[Diagnostic]) -> str:
    """One line each, worst first: GitHub shows the first ten of a kind."""
    return "".join(f"{line}\n" for line in _lines(diagnostics))


def _lines(diagnostics: Iterable[Diagnostic]) -> Iterator[str]:
    for d in in_order(diagnostics):
        where = {}
        if d.range:
            where = {"file": d.range.path, "line": d.range.line, "endLine": d.range.end_line, "col": d.range.column}
        properties = {**where, "title": f"{d.code.summary} [{d.code.id}]"}
        listed = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items())
        message = " ".join(part for part in (d.address, d.detail, d.hint) if part) or d.code.meaning
        yield f"::{d.severity.value} {listed}::{_data(clean(message))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(clean(text)).replace(":", "%3A").replace(",", "%2C")
