"""What is installed, and from where: never the package of that name which belongs to somebody else."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from tests.github.conftest import PROJECT

NAME: str = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["name"]
LISTED = subprocess.run(["git", "ls-files"], cwd=PROJECT, capture_output=True, text=True, check=True).stdout.split("\n")
TEXTS = {
    name: (PROJECT / name).read_text()
    for name in LISTED
    if name.endswith((".md", ".yml", ".yaml", ".py", ".toml", "Makefile", "Containerfile"))
    or name.startswith("scripts/")
    if not name.startswith(("tests/", "requirements/")) and name != "CHANGELOG.md"
}
INSTALL = re.compile(r"pip[\"']?\)?\"? install (.*)|\"\$\{pip\[@\]\}\" (.*)|pip download (.*)")
OURS = re.compile(rf"{NAME}(\[\w+\])?( @ git\+https://github\.com/OWNER/reconciler@SHA)?")
USED = re.compile(r"\$/\S+|OWNER/reconciler(/\.github/workflows/[\w-]+\.yml)?@SHA|actions/[\w-]+@[0-9a-f]{40}")
FROM_HERE = re.compile(r"\.(\[\w+\])?|\$source|/source")


def _installed() -> list[tuple[str, str]]:
    """(file, what a command installs) for every install in the repository."""
    found = []
    for name, text in TEXTS.items():
        for match in INSTALL.finditer(text):
            command = next(part for part in match.groups() if part is not None)
            command = re.split(r" &&|;|\\|\)$|`", command)[0]
            words = iter(shlex.split(command, comments=True))
            for word in words:
                if word in ("-r", "--requirement", "--python", "--resolution"):
                    next(words)
                elif not word.startswith("-"):
                    found.append((name, word))
    return found


def test_every_install_names_this_project_or_its_files() -> None:
    found = _installed()
    assert {name for name, _ in found} >= {"README.md", "docs/gitops.md", "action.yml", "scripts/install"}
    strange = [(name, what) for name, what in found if not OURS.fullmatch(what) and not FROM_HERE.fullmatch(what)]
    assert not strange


def test_every_use_of_an_action_is_ours_or_pinned() -> None:
    for name, text in ((n, t) for n, t in TEXTS.items() if not n.endswith(".py")):
        for used in re.findall(r"^\s*-? *uses: (\S+)", text, re.MULTILINE):
            ours = used.startswith("$/") or re.fullmatch(
                r"OWNER/reconciler(/\.github/workflows/[\w-]+\.yml)?@SHA", used
            )
            assert ours or re.fullmatch(r"actions/[\w-]+@[0-9a-f]{40}", used), f"{name}: {used}"


def test_the_name_stands_nowhere_as_a_requirement() -> None:
    """`reconciler==1`, `reconciler[extra]`: the names that an installer would look up on the index."""
    for name, text in TEXTS.items():
        assert not re.search(r"(?<![\w-])reconciler(\[\w+\]|==)", text), name


@pytest.mark.parametrize("file", ["dev.txt", "run.txt"])
def test_tested_versions_have_hashes_and_no_addresses(file: str) -> None:
    text = (PROJECT / "requirements" / file).read_text()
    assert "://" not in text
    for entry in re.split(r"\n(?=\S)", text.strip()):
        assert re.match(r"[a-z0-9-]+==\S+( ; [^\\]+)?\s*\\\n    --hash=sha256:[0-9a-f]{64}", entry), entry[:80]


def test_what_runs_is_what_was_tested() -> None:
    run, dev = (
        set(re.findall(r"^\S+==\S+", (PROJECT / "requirements" / name).read_text(), re.MULTILINE))
        for name in ("run.txt", "dev.txt")
    )
    assert run < dev


def _script(step: str) -> str:
    steps = yaml.safe_load((PROJECT / "action.yml").read_text())["runs"]["steps"]
    return str(next(s["run"] for s in steps if s.get("name") == step))


def test_the_action_imports_nothing_of_the_checkout(tmp_path: Path) -> None:
    """The install runs in the job that holds the identity, and its first working folder is the pull request's."""
    checkout, temp, ran = tmp_path / "checkout", tmp_path / "temp", tmp_path / "ran"
    for module in ("venv", "ensurepip", "pip", "runpy", "sitecustomize", "encodings"):
        folder = checkout / module
        folder.mkdir(parents=True)
        (folder / "__init__.py").write_text(f"open({str(ran)!r}, 'a').write('{module}')\n")
        (folder / "__main__.py").write_text("")
    temp.mkdir()
    environment = {
        **os.environ,
        "ACTION": str(PROJECT),
        "RUNNER_TEMP": str(temp),
        "PIP_NO_INDEX": "1",  # ends the install before the network, after everything that could import
        "PIP_FIND_LINKS": "",
        "PIP_CONFIG_FILE": os.devnull,
    }
    script = _script("Install reconciler")
    done = subprocess.run(
        ["bash", "-e", "-c", script], cwd=checkout, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode, "there is no index, so the requirements cannot be had"
    assert "No matching distribution" in done.stderr, done.stderr
    assert (temp / "reconciler/bin/python").exists()
    assert not ran.exists(), ran.read_text()


def test_what_was_installed_runs_isolated(tmp_path: Path) -> None:
    """An empty entry in PYTHONPATH is the working folder, from which the interpreter would load its own encodings."""
    checkout, temp, ran = tmp_path / "checkout", tmp_path / "temp", tmp_path / "ran"
    for module in ("encodings", "reconciler", "click"):
        (checkout / module).mkdir(parents=True)
        (checkout / module / "__init__.py").write_text(f"open({str(ran)!r}, 'a').write('{module}')\n")
    (temp / "reconciler/bin").mkdir(parents=True)
    python = temp / "reconciler/bin/python"
    python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": f":{checkout}",
        "RUNNER_TEMP": str(temp),
        "INSTALLED": "true",
        "COMMAND": "--help",
    }
    command = ["bash", "-e", "-c", _script("Run reconciler")]
    done = subprocess.run(command, cwd=checkout, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Usage: " in done.stdout
    assert not ran.exists()


def test_the_token_for_training_files_goes_to_the_server_alone(tmp_path: Path) -> None:
    (tmp_path / "git").write_text('#!/bin/sh\necho "$@"; env | grep ^GIT_CONFIG_ | sort\n')
    (tmp_path / "git").chmod(0o755)
    environment = {
        "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}",
        "TOKEN": "ghs_x",
        "BASE": ".base",
        "GITHUB_SERVER_URL": "https://github.example",
    }
    done = subprocess.run(
        ["bash", "-e", "-c", _script("Fetch training files")],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    said = done.stdout.split("\n")
    assert [line for line in said if line.endswith("lfs pull")] == ["-C . lfs pull", "-C .base lfs pull"]
    assert "GIT_CONFIG_KEY_1=http.https://github.example/.extraheader" in said
    assert "GIT_CONFIG_VALUE_0=/dev/null" in said
    assert "ghs_x" not in "".join(line for line in said if not line.startswith("GIT_CONFIG_VALUE_1=")), (
        "not in a command line"
    )
