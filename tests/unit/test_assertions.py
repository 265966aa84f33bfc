"""`python -O` takes assertions away: in the package they may tell the type checker something, and decide nothing."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import reconciler

PACKAGE = Path(reconciler.__file__).parent


def _narrows(test: ast.expr) -> bool:
    if isinstance(test, ast.Call):
        return isinstance(test.func, ast.Name) and test.func.id == "isinstance"
    return isinstance(test, ast.Compare) and isinstance(test.ops[0], ast.IsNot)


@pytest.mark.parametrize("room", sorted(p.name for p in PACKAGE.iterdir() if p.is_dir() and p.name != "__pycache__"))
def test_assertions_narrow_types_only(room: str) -> None:
    for file in (PACKAGE / room).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            assert not isinstance(node, ast.Assert) or _narrows(node.test), f"{file.name}:{node.lineno}"
