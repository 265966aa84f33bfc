"""Whole runs of the workflows with `act`, on this machine: the emulator for the cloud, a small GitHub for GitHub.

`act` cannot read two things, which the copy that it runs therefore says otherwise: `queue: max` is left out (it holds
no concurrency at all), and `$/`, the workflow's own repository, becomes `./`. The copy also uses the installed package
instead of installing one, and, where the estate should be live rather than offline, leaves `offline: true` out, as the
comment beside it tells teams to do. Other people's actions are stubs.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from reconciler.emulator.server import Embedded
from tests.support.hub import TOKEN, Repository, serving

PROJECT = Path(__file__).parents[2]
SPEED = 50_000.0
"""Virtual seconds a second: runs of ten minutes have ended when they are looked at again."""
LIVE = "lfs: false\n"
"""What stands for `offline: true` where the estate is live."""
SPECS = """\
version: 1
estate: acme
targets:
  sweden:
    provider: azure
    subscription: 11111111-1111-1111-1111-111111111111
    resource_group: rg-acme
    account: aoai-acme
    region: swedencentral
datasets:
  triage:
    file: ../data/triage-train.jsonl
jobs:
  triage:
    target: sweden
    base_model: gpt-4.1-nano-2025-04-14
    training: triage
    hyperparameters: {n_epochs: 1}
deployments:
  triage:
    model: {job: triage}
    sku: Standard
    capacity: 30
    targets: {sweden: {}}
"""
CHECKOUT = """\
name: checkout
description: The checkout of another commit than the event's.
inputs:
  ref: {description: commit, default: ""}
  path: {description: folder, default: ""}
  persist-credentials: {description: ignored, default: ""}
runs:
  using: composite
  steps:
    - shell: bash
      env: {REF: "${{ inputs.ref }}", FOLDER: "${{ inputs.path }}"}
      run: |
        git init -q "${FOLDER:-.}"
        git -C "${FOLDER:-.}" fetch -q "$ORIGIN" "$REF"
        git -C "${FOLDER:-.}" checkout -q -f FETCH_HEAD
"""
UPLOAD = """\
name: upload
description: Keeps what would be an artifact.
inputs:
  name: {description: name, required: true}
  path: {description: file, required: true}
  include-hidden-files: {description: ignored, default: ""}
  retention-days: {description: ignored, default: ""}
runs:
  using: composite
  steps:
    - shell: bash
      env: {NAME: "${{ inputs.name }}", FILE: "${{ inputs.path }}"}
      run: mkdir -p "$ARTIFACTS/$NAME" && cp "$FILE" "$ARTIFACTS/$NAME/"
"""


@dataclass
class Ended:
    status: int
    log: str


@dataclass
class Ci:
    """A repository with the workflows, its GitHub, and a live world."""

    folder: Path
    stubs: Path
    hub: Repository
    emulator: str
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def artifacts(self) -> Path:
        """What the latest run kept, each in a folder with its name."""
        return self.stubs / "artifacts"

    def git(self, *arguments: str) -> str:
        identity = ("-c", "user.name=ana", "-c", "user.email=ana@acme.example")
        command = ["git", *identity, *arguments]
        return subprocess.run(command, cwd=self.folder, check=True, capture_output=True, text=True).stdout.strip()

    def commit(self, old: str = "", new: str = "") -> str:
        """Change the specs; the new commit."""
        specs = self.folder / "specs/estate.yaml"
        text = specs.read_text()
        assert old in text
        specs.write_text(text.replace(old, new, 1) if old else text)
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "a change", "--allow-empty")
        return self.git("rev-parse", "HEAD")

    def act(self, event: str, workflow: str, payload: dict[str, Any]) -> Ended:
        payload = {"repository": {"full_name": self.hub.name, "default_branch": "main"}, **payload}
        file = self.stubs / "event.json"
        file.write_text(json.dumps(payload))
        command = [
            "act", event, "-e", str(file), "-W", f".github/workflows/{workflow}.yml", "-P", "ubuntu-24.04=-self-hosted",
            "--no-cache-server", "-s", f"GITHUB_TOKEN={TOKEN}", *self._stubs(), *self._env(),
        ]  # fmt: skip
        environment = {
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(PROJECT),
            "XDG_CACHE_HOME": str(self.stubs / "cache"),
        }
        done = subprocess.run(
            command, cwd=self.folder, env=environment, capture_output=True, text=True, timeout=120, check=False
        )
        return Ended(done.returncode, done.stdout + done.stderr)

    def _stubs(self) -> list[str]:
        found = set(re.findall(r"uses: (actions/[\w-]+)@(\w+)", _workflows(self.folder)))
        return [f"--local-repository={name}@{sha}={self.stubs / name}" for name, sha in sorted(found)]

    def _env(self) -> list[str]:
        values = {
            "GITHUB_API_URL": self.hub.url,
            "GITHUB_REPOSITORY": self.hub.name,
            "RECONCILER_EMULATOR": self.emulator,
            "ARTIFACTS": str(self.artifacts),
            "ORIGIN": str(self.folder),
            **self.variables,
        }
        return [f"--env={name}={value}" for name, value in values.items() if value]

    def pull_request(self, number: int, *, base: str, fork: bool = False) -> Ended:
        """The plan workflow for the commit that is checked out."""
        origin = "mallory/models" if fork else self.hub.name
        commit = self.git("rev-parse", "HEAD")
        head = {"sha": commit, "ref": "change", "repo": {"full_name": origin}}
        request = {"number": number, "head": head, "base": {"ref": "main", "sha": base}}
        shutil.rmtree(self.artifacts, ignore_errors=True)
        ended = self.act("pull_request", "plan", {"number": number, "pull_request": request})
        run = self.hub.ran(commit, fork=origin, conclusion="success" if ended.status == 0 else "failure")
        for file in self.artifacts.glob("*/*"):
            self.hub.keep(run, file.parent.name, {file.name: file.read_bytes()})
        for pull in self.hub.pulls:
            if pull["number"] == number:
                pull["head"] = head
        return ended

    def push(self, before: str) -> Ended:
        """The apply workflow for the commit that is checked out, as the head of main."""
        after = self.git("rev-parse", "HEAD")
        return self.act("push", "apply", {"ref": "refs/heads/main", "before": before, "after": after})

    def waiting(self) -> None:
        """Applies follow their runs to the end."""
        path = self.folder / ".github/workflows/apply.yml"
        path.write_text(path.read_text().replace(LIVE, f"{LIVE}      wait: true\n"))

    def offline(self) -> None:
        """As in the repository of the project itself: no service is asked."""
        for path in (self.folder / ".github/workflows").glob("*.yml"):
            text = path.read_text()
            path.write_text(text.replace(LIVE, f"{LIVE}      offline: true\n"))
        self.emulator = ""


def _workflows(folder: Path) -> str:
    return "".join(p.read_text() for p in sorted((folder / ".github/workflows").glob("*.yml")))


def _copy_workflows(folder: Path) -> None:
    target = folder / ".github/workflows"
    target.mkdir(parents=True)
    for path in (PROJECT / ".github/workflows").glob("*.yml"):
        text = path.read_text()
        text = text.replace("  queue: max\n", "")
        text = text.replace("$/.github/actions/reconciler", "./").replace("$/", "./")
        text = re.sub(r"offline: true\b.*\n", LIVE, text)
        (target / path.name).write_text(text)
    installs = re.compile(r'(  install:\n    description: .*\n    default: )"true"')
    action, found = installs.subn(r'\1"false"', (PROJECT / "action.yml").read_text())
    assert found == 1
    (folder / "action.yml").write_text(action)


@pytest.fixture
def hub() -> Iterator[Repository]:
    with serving(Repository()) as made:
        yield made


@pytest.fixture
def ci(tmp_path: Path, hub: Repository) -> Iterator[Ci]:
    folder, stubs = tmp_path / "repository", tmp_path / "stubs"
    for name, text in (("checkout", CHECKOUT), ("upload-artifact", UPLOAD)):
        (stubs / "actions" / name).mkdir(parents=True)
        (stubs / "actions" / name / "action.yml").write_text(text)
    _copy_workflows(folder)
    for name in ("specs", "data"):
        (folder / name).mkdir()
    (folder / "specs/estate.yaml").write_text(SPECS)
    shutil.copy(PROJECT / "data/triage-train.jsonl", folder / "data")
    (folder / ".gitignore").write_text(".reconciler/\n.base/\n")
    with Embedded(None, SPEED) as emulator:
        made = Ci(folder, stubs, hub, emulator.url)
        made.git("init", "-q", "-b", "main")
        made.git("config", "uploadpack.allowAnySHA1InWant", "true")
        hub.history.append(made.commit())
        yield made
