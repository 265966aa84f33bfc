"""The files that docs/gitops.md shows."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.github.conftest import PROJECT
from tests.github.test_files import STRICTEST

PAGE = (PROJECT / "docs/gitops.md").read_text()
EXAMPLES = {
    text.partition("\n")[0].removeprefix("# "): text for text in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
}


@pytest.mark.parametrize("name", ["plan", "apply", "drift"])
def test_they_are_this_repositorys_own_workflows(name: str) -> None:
    """Where its estate lives on an emulator, a team's does not; and it calls its own commit."""
    ours = yaml.safe_load((PROJECT / f".github/workflows/{name}.yml").read_text())
    theirs = yaml.safe_load(EXAMPLES[f".github/workflows/{name}.yml"])
    _without_what_differs(ours["jobs"][name])
    _without_what_differs(theirs["jobs"][name])
    assert theirs == ours


def _without_what_differs(job: dict[str, Any]) -> None:
    job["uses"] = job["uses"].replace("OWNER/reconciler/", "$/").removesuffix("@SHA")
    job.pop("secrets", None)
    job.get("with", {}).pop("offline", None)
    job.get("with", {}).pop("environment", None)
    if not job.get("with"):
        job.pop("with", None)


@pytest.mark.parametrize(
    ("file", "schema"),
    [
        (".gitlab-ci.yml", ["vendor.gitlab-ci"]),
        (
            "azure-pipelines.yml",
            ["vendor.azure-pipelines", "--data-transform", "azure-pipelines", "--regex-variant", "python"],
        ),
        (".github/workflows/apply.yml", ["vendor.github-workflows"]),
        (".github/workflows/plan-in-parts.yml", ["vendor.github-workflows"]),
    ],
)
def test_they_fit_their_schemas(tmp_path: Path, file: str, schema: list[str]) -> None:
    example = tmp_path / "example.yml"
    example.write_text(EXAMPLES[file])
    tool = Path(sys.executable).parent / "check-jsonschema"
    done = subprocess.run([tool, "--builtin-schema", *schema, example], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_page_names_every_output_and_command() -> None:
    action = yaml.safe_load((PROJECT / "action.yml").read_text())
    for name in action["outputs"]:
        assert f"`{name}`" in PAGE, name


def test_the_hook_of_the_page_exists() -> None:
    (hook,) = yaml.safe_load((PROJECT / ".pre-commit-hooks.yaml").read_text())
    used = yaml.safe_load(EXAMPLES[".pre-commit-config.yaml"])
    assert used["repos"][0]["hooks"] == [{"id": hook["id"]}]
    assert re.search(hook["files"], "specs/a/b.yaml")
    assert re.search(hook["files"], "data/x.jsonl")


def test_one_apply_at_a_time_on_kubernetes_too() -> None:
    job = yaml.safe_load(EXAMPLES["reconciler.yaml"])
    assert job["spec"]["concurrencyPolicy"] == "Forbid"
    assert job["spec"]["jobTemplate"]["spec"]["activeDeadlineSeconds"] > 0


@pytest.mark.parametrize("file", [name for name in EXAMPLES if name.startswith(".github/workflows/")])
def test_the_strictest_audit_finds_nothing_in_the_pages_workflows(tmp_path: Path, file: str) -> None:
    example = tmp_path / file
    example.parent.mkdir(parents=True)
    example.write_text(EXAMPLES[file].replace("@SHA", "@" + "0" * 40))
    tool = Path(sys.executable).parent / "zizmor"
    done = subprocess.run([tool, *STRICTEST, example], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
