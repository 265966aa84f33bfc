"""Policies: the operator's commands read the plan and may refuse it; what cannot be asked refuses too."""

from __future__ import annotations

import shlex
import sys
from dataclasses import replace
from pathlib import Path

import click
import pytest

from reconciler.cli import policies
from reconciler.engine import operations
from reconciler.model.diagnostics import Diagnostic
from reconciler.planning.plan import Plan
from tests.support.accounts import Cloud
from tests.support.estate import ESTATE, load_text

PYTHON = shlex.quote(sys.executable)


def plan() -> Plan:
    return operations.plan(Cloud(load_text(ESTATE)).world(load_text(ESTATE)), parallelism=1)


def said(*commands: str) -> list[Diagnostic]:
    made = policies.ask(replace(plan(), diagnostics=()), commands, lambda _: b'{"estate": "acme"}')
    assert made.refused is bool(made.diagnostics)
    return list(made.diagnostics)


def python(code: str) -> str:
    return f"{PYTHON} -c {shlex.quote(code)}"


def test_it_reads_the_plan_and_agrees() -> None:
    assert said(python("import json, sys; sys.exit(json.load(sys.stdin)['estate'] != 'acme')")) == []


def test_its_words_are_the_reason() -> None:
    (problem,) = said(python("import sys; print('no deploys'); print('on Fridays', file=sys.stderr); sys.exit(3)"))
    assert problem.code.id == "policy-refused"
    assert problem.detail.endswith("no deploys | on Fridays")


def test_one_that_says_nothing_is_quoted_with_its_status() -> None:
    (problem,) = said(python("raise SystemExit(7)"))
    assert "status 7" in problem.detail


def test_every_policy_is_asked_and_need_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(policies.VARIABLE, f"{python('raise SystemExit(1)')}\n\n{python('raise SystemExit(2)')}\n")
    assert len(said(python("raise SystemExit(3)"))) == 3


def test_one_that_is_not_there_refuses() -> None:
    (problem,) = said("/nowhere/check-plan --strict")
    assert problem.code.id == "policy-broken"
    assert "No such file" in problem.detail


def test_one_that_may_not_be_run_refuses(tmp_path: Path) -> None:
    script = tmp_path / "check"
    script.write_text("#!/bin/sh\n")
    (problem,) = said(shlex.quote(str(script)))
    assert "ermission" in problem.detail


def test_one_that_does_not_end_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policies, "TIMEOUT", 0.2)
    (problem,) = said(python("import time; time.sleep(60)"))
    assert "did not end" in problem.detail


def test_one_that_is_killed_refuses() -> None:
    (problem,) = said(python("import os; os.kill(os.getpid(), 9)"))
    assert "signal 9" in problem.detail


def test_long_words_are_cut_to_their_end() -> None:
    (problem,) = said(python("print('x ' * 9000 + 'verdict'); raise SystemExit(1)"))
    assert len(problem.detail) < 4_000
    assert problem.detail.endswith("verdict")


def test_the_policy_is_a_command_and_not_a_shell_line() -> None:
    with pytest.raises(click.UsageError):
        said("check 'unclosed")
    with pytest.raises(click.UsageError):
        said(" ")
