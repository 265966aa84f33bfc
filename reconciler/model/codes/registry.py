"""How codes are made: each once, under an id of its own."""

from __future__ import annotations

from reconciler.model.diagnostics import Code, Severity

_ALL: dict[str, Code] = {}


def _code(severity: Severity, id: str, summary: str, meaning: str, way_out: str, example: str) -> Code:
    if id in _ALL:
        raise ValueError(f"two codes are called {id}")
    _ALL[id] = Code(id, severity, summary, meaning, way_out, example)
    return _ALL[id]


def error(id: str, summary: str, meaning: str, way_out: str, example: str = "") -> Code:
    return _code(Severity.ERROR, id, summary, meaning, way_out, example)


def warning(id: str, summary: str, meaning: str, way_out: str, example: str = "") -> Code:
    return _code(Severity.WARNING, id, summary, meaning, way_out, example)


def notice(id: str, summary: str, meaning: str, way_out: str, example: str = "") -> Code:
    return _code(Severity.NOTICE, id, summary, meaning, way_out, example)


def every_code() -> tuple[Code, ...]:
    """All of them, by id."""
    return tuple(_ALL[id] for id in sorted(_ALL))
