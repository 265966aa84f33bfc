"""A checkout runs nothing: a pull request wrote it, and our jobs hold the right to train and to deploy."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.emulator.server import Embedded
from tests.hostile.conftest import Estate, build
from tests.support.rows import chat_row

SCRIPT = str(Path(sys.executable).parent / "reconciler")
IMPORTED = """
import pkgutil, reconciler, sys
for found in pkgutil.walk_packages(reconciler.__path__, "reconciler."):
    if not found.name.endswith("__main__"):
        __import__(found.name)
print(*{name.partition(".")[0] for name in sys.modules} | sys.stdlib_module_names)
"""
NEVER_READ = (".netrc", "_netrc", "pip.conf", "pyproject.toml", "setup.cfg", "uv.toml", ".env", "pyvenv.cfg", ".pdbrc")
"""Each is a pipe that nobody writes to: whoever opens one waits for ever."""
HOSTILE_GIT = """\
[core]
	hooksPath = {run}
	fsmonitor = {run}/hook
	sshCommand = {run}/hook
	pager = {run}/hook
	editor = {run}/hook
	attributesFile = {run}/attributes
[diff]
	external = {run}/hook
[filter "x"]
	clean = {run}/hook
	smudge = {run}/hook
	process = {run}/hook
[credential]
	helper = !{run}/hook
[alias]
	rev-parse = !{run}/hook
"""
COMMANDS = [
    "validate",
    "plan",
    "plan --prune --out plan.json",
    "dataset check data/large.jsonl",
    "apply --auto-approve --no-wait",
    "status",
    "drift",
    "doctor",
    "output",
    "targets",
    "schema",
    "github validate",
    "github plan",
    "github drift",
]


@pytest.fixture(scope="module")
def emulator() -> Iterator[str]:
    with Embedded(None, 1_000.0) as running:
        yield running.url


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Estate:
    """A module of every name that we import, or could, and of every name that Python looks for when it starts."""
    estate = build(tmp_path_factory.mktemp("checkout"))
    shown = subprocess.run([sys.executable, "-I", "-c", IMPORTED], capture_output=True, text=True, check=True).stdout
    body = f"open({str(estate.path / 'ran')!r}, 'a').write(__name__ + ' ')\n"
    for name in {*shown.split(), "sitecustomize", "usercustomize"}:
        (estate.path / f"{name}.py").write_text(body)
    (estate.path / "x.pth").write_text(f"import os; {body}")
    plugin = estate.path / "x-1.dist-info"
    plugin.mkdir()
    (plugin / "METADATA").write_text("Metadata-Version: 2.1\nName: x\nVersion: 1\n")
    (plugin / "entry_points.txt").write_text("[pydantic]\nx = orjson:x\n")
    for name in NEVER_READ:
        os.mkfifo(estate.path / name)
    large = "".join(f"{chat_row(f'question {n} ' * 2_000)}\n" for n in range(1_200))
    (estate.path / "data/large.jsonl").write_text(large)
    return estate


def called(checkout: Estate, *command: str, **environment: str) -> tuple[int, str]:
    done = subprocess.run(
        command,
        cwd=checkout.path,
        env={"PATH": os.environ["PATH"], "HOME": str(checkout.path.parent), "RECONCILER_CORES": "2", **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
    )
    return done.returncode, done.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_nothing_of_it_is_imported_or_read(command: str, checkout: Estate, emulator: str) -> None:
    variables = {"RECONCILER_EMULATOR": emulator, "GITHUB_ACTIONS": "true", "OPENAI_API_KEY": "sk-x"}
    status, told = called(checkout, SCRIPT, *command.split(), **variables)
    assert not (checkout.path / "ran").exists(), (checkout.path / "ran").read_text()
    assert "Traceback" not in told
    assert status in (0, 1), told


def test_the_large_file_is_read_by_helpers(checkout: Estate) -> None:
    """Otherwise the test above would show nothing about them."""
    from reconciler.datasets import worker

    assert (checkout.path / "data/large.jsonl").stat().st_size > worker.WORTH


def test_the_module_as_a_program_imports_none_of_our_libraries_from_there(estate: Estate) -> None:
    """What Python itself imports before us is out of our hands with `-m`; with -I it is not."""
    for name in ("click", "orjson", "yaml", "pydantic", "subprocess", "json"):
        (estate.path / f"{name}.py").write_text(f"raise SystemExit({name!r})\n")
    assert called(estate, sys.executable, "-m", "reconciler", "validate")[0] == 0


def test_git_runs_nothing_of_it(estate: Estate, monkeypatch: pytest.MonkeyPatch) -> None:
    from reconciler.cli.github.apply import _head

    def git(*words: str) -> str:
        identity = ("-c", "user.name=x", "-c", "user.email=x@acme.example")
        done = subprocess.run(["git", *identity, *words], cwd=estate.path, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    git("init", "-q")
    git("commit", "-q", "--allow-empty", "-m", "x")
    commit = git("rev-parse", "HEAD")
    hook = estate.path / "hooks/hook"
    hook.parent.mkdir()
    hook.write_text(f"#!/bin/sh\ntouch {estate.path}/ran\n")
    hook.chmod(0o755)
    with (estate.path / ".git/config").open("a") as config:
        config.write(HOSTILE_GIT.format(run=hook.parent))
    assert _head() == commit
    assert not (estate.path / "ran").exists()
    monkeypatch.setenv("PATH", str(estate.path))
    assert _head() == "", "there is no git"
