"""The files that GitHub reads, as the linters see them; all of them work offline."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.github.conftest import PROJECT

BIN = Path(sys.executable).parent
WORKFLOWS = sorted(str(p) for p in (PROJECT / ".github/workflows").glob("*.yml"))
STRICTEST = ("--offline", "--no-progress", "--quiet", "--persona", "auditor")
ACTION = PROJECT / "action.yml"


def check(tool: str, *arguments: str) -> None:
    done = subprocess.run([BIN / tool, *arguments], cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_actionlint() -> None:
    check("actionlint", *WORKFLOWS)


def test_zizmor() -> None:
    check("zizmor", *STRICTEST, ".github", "action.yml", ".pre-commit-hooks.yaml")


@pytest.mark.parametrize("schema", ["vendor.github-workflows", "custom.github-workflows-require-timeout"])
def test_workflows_fit_their_schema(schema: str) -> None:
    check("check-jsonschema", "--builtin-schema", schema, *WORKFLOWS)


def test_the_action_fits_its_schema() -> None:
    check("check-jsonschema", "--builtin-schema", "vendor.github-actions", str(ACTION))


def test_dependabot_fits_its_schema() -> None:
    check("check-jsonschema", "--builtin-schema", "vendor.dependabot", ".github/dependabot.yml")


@pytest.mark.parametrize("path", [ACTION, *map(Path, WORKFLOWS)], ids=lambda p: p.name)
def test_no_expression_reaches_a_shell(path: Path) -> None:
    for step in _steps(yaml.safe_load(path.read_text())):
        assert "${{" not in step.get("run", ""), step


@pytest.mark.parametrize("path", [*map(Path, WORKFLOWS)], ids=lambda p: p.name)
def test_least_rights_and_pins(path: Path) -> None:
    workflow = yaml.safe_load(path.read_text())
    assert workflow["permissions"] == {}
    for step in _steps(workflow):
        uses = step.get("uses", "$/")
        assert uses.startswith("$/") or len(uses.partition("@")[2]) == 40, uses
        if uses.startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


def test_applies_queue_and_are_never_cancelled() -> None:
    apply = yaml.safe_load((PROJECT / ".github/workflows/apply.yml").read_text())
    assert apply["concurrency"] == {"group": "apply", "cancel-in-progress": False, "queue": "max"}


def test_the_reusable_workflows_find_the_action() -> None:
    assert (PROJECT / ".github/actions/reconciler/action.yml").samefile(ACTION)


def test_the_action_passes_every_input_on() -> None:
    action = yaml.safe_load(ACTION.read_text())
    text = "".join(str(step) for step in action["runs"]["steps"])
    for name in action["inputs"]:
        assert f"inputs.{name}" in text, name


def _steps(document: dict[str, Any]) -> list[dict[str, Any]]:
    if "runs" in document:
        return list(document["runs"]["steps"])
    return [step for job in document["jobs"].values() for step in job.get("steps", [])]
