"""A good estate to damage, and what must hold whatever the damage is."""

from __future__ import annotations

import json
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from reconciler.cli.app import run

SECONDS = 20
"""For one run of validate: a bound against hangs on a busy machine, no measure of speed."""
COLUMNS = 400
"""No line of a message is longer, whatever the file holds."""

# Whatever could move a cursor, turn text around or hide it: C0 but the line feed, DEL, C1, bidi, zero width, tags.
DANGEROUS = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
CODE = re.compile(r"\[[a-z]+(-[a-z]+)+\]$", re.MULTILINE)

GOOD = """\
version: 1
estate: acme

targets:
  sweden:
    provider: azure
    subscription: 11111111-1111-1111-1111-111111111111
    resource_group: rg-llm
    account: aoai-sweden
    region: swedencentral
  platform: {provider: openai, project: proj_abc}

datasets:
  rows: {file: ../data/rows.jsonl}
  valid: {file: ../data/valid.jsonl, format: chat}

jobs:
  triage:
    target: sweden
    base_model: gpt-4.1-nano-2025-04-14
    suffix: triage
    training: rows
    validation: valid
    method: supervised
    hyperparameters: {n_epochs: 3, batch_size: auto, learning_rate_multiplier: 0.5}
    seed: 7
    retries: 1
    generation: 1
  child: {target: sweden, base_model: {job: triage}, training: rows}

chains:
  support:
    target: sweden
    base_model: gpt-4.1-mini-2025-04-14
    validation: valid
    hyperparameters: {n_epochs: 2}
    stages:
      - {name: 2026-01, training: rows}
      - {name: 2026-02, training: rows, hyperparameters: {n_epochs: 1}}

deployments:
  support-chat:
    model: {chain: support}
    sku: Standard
    capacity: 50
    content_filter: Microsoft.DefaultV2
    version_upgrade: NoAutoUpgrade
    tags: {team: support}
    strategy: in_place
    protect: true
    targets:
      sweden: {capacity: 20}
"""


def rows(first: int) -> str:
    def row(number: int) -> str:
        question, answer = f"What is {number} plus one?", f"It is {number + 1}."
        return json.dumps(
            {"messages": [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]}
        )

    return "".join(row(number) + "\n" for number in range(first, first + 12))


@dataclass(frozen=True)
class Estate:
    """A repository whose specs are good until a test changes them."""

    path: Path

    @property
    def spec(self) -> Path:
        return self.path / "specs" / "estate.yaml"

    @property
    def data(self) -> Path:
        return self.path / "data" / "rows.jsonl"


@dataclass(frozen=True)
class Told:
    """How a run of validate ended, and its words."""

    status: int
    out: str
    err: str

    @property
    def codes(self) -> set[str]:
        return {found.group()[1:-1] for found in CODE.finditer(self.err)}

    def check(self) -> None:
        """The promise: fine and 0, or diagnostics and 1; nothing raw on the terminal, no line without end."""
        assert self.status in (0, 1), self
        assert "Traceback" not in self.err
        if self.status == 1:
            assert self.codes, self.err[:2000]
            assert self.out == ""
        else:
            assert self.out.startswith("Valid."), self
        for text in (self.out, self.err):
            assert not DANGEROUS.search(text), repr(text[:2000])
            assert max(map(len, text.splitlines()), default=0) <= COLUMNS, text[:2000]


@contextmanager
def bounded(seconds: int = SECONDS) -> Iterator[None]:
    """Fails what does not end."""

    def stop(*_: Any) -> None:
        raise AssertionError(f"not done after {seconds} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def build(path: Path) -> Estate:
    for folder in (".git", "specs", "data"):
        (path / folder).mkdir(parents=True, exist_ok=True)
    estate = Estate(path)
    estate.spec.write_text(GOOD, encoding="utf-8")
    estate.data.write_text(rows(0), encoding="utf-8")
    (path / "data" / "valid.jsonl").write_text(rows(100), encoding="utf-8")
    return estate


@pytest.fixture
def estate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Estate:
    monkeypatch.chdir(tmp_path)
    return build(tmp_path)


Validate = Callable[..., Told]


@pytest.fixture
def validate(capfd: pytest.CaptureFixture[str]) -> Validate:
    """Run `reconciler validate` in this process, bounded, and hold it to the promise."""

    def call(root: str = "specs") -> Told:
        capfd.readouterr()
        with bounded():
            status = run(["validate", root])
        shown = capfd.readouterr()
        told = Told(status, shown.out, shown.err)
        told.check()
        return told

    return call
