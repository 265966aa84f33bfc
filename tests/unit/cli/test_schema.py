"""`reconciler schema` on the command line; what it says is tested beside the specs."""

from __future__ import annotations

import json

import pytest

from reconciler.cli.app import run


def test_it_prints_the_schema_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["schema"]) == 0
    shown = capsys.readouterr()
    assert shown.err == ""
    assert json.loads(shown.out)["$schema"] == "http://json-schema.org/draft-07/schema#"
    assert shown.out.endswith("}\n")


def test_it_takes_no_arguments() -> None:
    assert run(["schema", "specs"]) == 64
