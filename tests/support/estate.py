"""A small estate: a chain of two stages and a job, served on two targets. Tests edit its text and load the result."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from reconciler.datasets.scan import DatasetFacts
from reconciler.model.resource import ResourceGraph
from reconciler.planning.graph import build_graph
from reconciler.specs.estate import Specs
from reconciler.specs.parse import load

ESTATE = """\
version: 1
estate: acme

targets:
  sweden:
    provider: azure
    subscription: 11111111-1111-1111-1111-111111111111
    resource_group: rg-acme
    account: acme-sweden
    region: swedencentral
  chicago:
    provider: azure
    subscription: 22222222-2222-2222-2222-222222222222
    resource_group: rg-acme-us
    account: acme-chicago
    region: northcentralus

datasets:
  january: {file: january.jsonl}
  february: {file: february.jsonl}
  valid: {file: valid.jsonl}
  tickets: {file: tickets.jsonl}

chains:
  support:
    target: sweden
    base_model: gpt-4.1-mini-2025-04-14
    validation: valid
    hyperparameters: {n_epochs: 3}
    stages:
      - {name: 2026-01, training: january}
      - {name: 2026-02, training: february, hyperparameters: {n_epochs: 2}}

jobs:
  triage:
    target: sweden
    base_model: gpt-4.1-nano-2025-04-14
    training: tickets

deployments:
  support-chat:
    model: {chain: support}
    sku: Standard
    capacity: 50
    tags: {team: support}
    targets:
      sweden: {}
      chicago: {capacity: 20, sku: GlobalStandard}
  triage:
    model: {job: triage}
    sku: Standard
    capacity: 10
    targets:
      sweden: {}
"""

TRAINING_FILE = Path(__file__).parent / "rows.jsonl"
"""What the accounts in memory are sent, whatever the dataset; they do not read it."""

FIRST, SECOND, TRIAGE = "job.support/2026-01", "job.support/2026-02", "job.triage"
CHAT, CHAT_US, SORTER = "deployment.support-chat@sweden", "deployment.support-chat@chicago", "deployment.triage@sweden"


def edited(text: str, *edits: tuple[str, str]) -> str:
    """The text with each `old` replaced by its `new`; an edit that finds nothing is a mistake in the test."""
    for old, new in edits:
        assert old in text, f"{old!r} does not stand in the specs"
        text = text.replace(old, new)
    return text


def load_text(*texts: str) -> Specs:
    """Specs from one or more files, named `specs/1.yaml` and so on wherever the test runs."""
    return load_files({f"{number}.yaml": text for number, text in enumerate(texts, 1)})


def load_files(files: Mapping[str, str | bytes]) -> Specs:
    here = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        write_files(Path(folder), files)
        os.chdir(folder)
        try:
            return load(Path("specs"))[0]
        finally:
            os.chdir(here)


def write_files(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """A repository with a spec root; returns the root."""
    (folder / ".git").mkdir()
    root = folder / "specs"
    root.mkdir()
    for name, content in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
    return root


def facts_of(specs: Specs, contents: Mapping[str, str] | None = None) -> dict[str, DatasetFacts]:
    """Facts of datasets that share one file: equal `contents` have equal digests, by default the names."""
    return {name: make_facts(name, (contents or {}).get(name, name)) for name in specs.datasets}


def make_facts(name: str, content: str) -> DatasetFacts:
    digest = hashlib.sha256(content.encode()).hexdigest()
    return DatasetFacts(name, TRAINING_FILE, digest, rows=120, bytes=48_000, tokens=60_000)


def graph_of(*texts: str) -> ResourceGraph:
    specs = load_text(*texts)
    return build_graph(specs, facts_of(specs))
