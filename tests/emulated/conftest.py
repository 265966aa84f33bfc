"""A copy of the example estate beside an emulator of its own, and the command line to work with them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest

from reconciler.cli.app import run as run_cli
from reconciler.emulator.server import Embedded

PROJECT = Path(__file__).parents[2]
SPEED = 1200.0
"""Virtual seconds a second: a run of ten minutes takes half a second."""


@dataclass
class Result:
    status: int
    out: str
    err: str


class Bench:
    """One estate, one emulator."""

    def __init__(self, folder: Path, url: str, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.url = url
        self._capsys = capsys
        self.http = httpx2.Client(base_url=url, headers={"Authorization": "Bearer test"}, trust_env=False)

    def run(self, *arguments: str) -> Result:
        self._capsys.readouterr()
        status = run_cli(list(arguments))
        captured = self._capsys.readouterr()
        return Result(status, captured.out, captured.err)

    def apply(self, *arguments: str) -> Result:
        return self.run("apply", "--auto-approve", "--wait", *arguments)

    def plan(self, *arguments: str) -> dict[str, Any]:
        """The plan as JSON."""
        result = self.run("plan", "--format", "json", *arguments)
        assert result.out, result.err
        shown: dict[str, Any] = json.loads(result.out)
        return shown

    def actions(self, *arguments: str) -> dict[str, str]:
        """Address -> action, for everything that the plan lists."""
        return {c["address"]: c["action"] for c in self.plan(*arguments)["resource_changes"]}

    def process(self, *arguments: str) -> subprocess.Popen[str]:
        """The command line in a process of its own."""
        command = [sys.executable, "-m", "reconciler", *arguments]
        environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        return subprocess.Popen(
            command, cwd=self.folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def edit(self, file: str, old: str, new: str) -> None:
        path = self.folder / file
        text = path.read_text()
        assert old in text, f"{old!r} is not in {file}"
        path.write_text(text.replace(old, new, 1))

    def requests(self, method: str = "", path: str = "") -> list[dict[str, Any]]:
        answer = self.http.get("/_emulator/requests", params={"method": method, "path": path})
        return list(answer.json()["requests"])

    def creates(self) -> list[dict[str, Any]]:
        """Every job create that the emulator heard."""
        return [r for r in self.requests("POST") if r["path"].endswith("/fine_tuning/jobs")]

    def clock(self, speed: float) -> None:
        self.http.post("/_emulator/clock", json={"speed": speed}).raise_for_status()

    def data_plane(self, account: str = "aoai-secondlap-sweden") -> str:
        return f"{self.url}/accounts/{account}/openai"

    def jobs(self) -> list[dict[str, Any]]:
        answer = self.http.get(
            f"{self.data_plane()}/fine_tuning/jobs", params={"api-version": "2025-04-01-preview", "limit": "100"}
        )
        return list(answer.json()["data"])


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Bench]:
    """A fresh estate and a fresh emulator."""
    (tmp_path / ".git").mkdir()
    for name in ("specs", "data"):
        shutil.copytree(PROJECT / name, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    with Embedded(None, SPEED) as emulator:
        monkeypatch.setenv("RECONCILER_EMULATOR", emulator.url)
        made = Bench(tmp_path, emulator.url, capsys)
        with made.http:
            yield made


@pytest.fixture
def before_the_closing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tool's day is 2026-11-21, before OpenAI stops training, whatever the day of the test."""
    monkeypatch.setattr("reconciler.engine.observe.time", SimpleNamespace(time=lambda: 1_795_219_200))
