"""The estates that meet the faults: a small one for thousands of schedules, and the example estate."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reconciler.api.estate import Estate, load
from tests.support.rows import chat_row

PROJECT = Path(__file__).parents[2]
SMALL = """\
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
  tickets: {file: tickets.jsonl}
chains:
  support:
    target: sweden
    base_model: gpt-4.1-mini-2025-04-14
    hyperparameters: {n_epochs: 1, batch_size: 4}
    seed: 7
    stages:
      - {name: 2026-01, training: january}
      - {name: 2026-02, training: february}
jobs:
  triage:
    target: sweden
    base_model: gpt-4.1-nano-2025-04-14
    training: tickets
    hyperparameters: {n_epochs: 1}
    retries: 2
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
    targets: {sweden: {}}
"""


def small(folder: Path, text: str = SMALL) -> Estate:
    """The small estate, written below the folder."""
    (folder / ".git").mkdir(exist_ok=True)
    (folder / "specs").mkdir(exist_ok=True)
    for name in ("january", "february", "tickets"):
        rows = "".join(chat_row(f"{name} {n}") + "\n" for n in range(12))
        (folder / "specs" / f"{name}.jsonl").write_text(rows, encoding="utf-8")
    (folder / "specs" / "acme.yaml").write_text(text)
    return _loaded(folder)


def example(folder: Path) -> Estate:
    """The estate that the README runs."""
    (folder / ".git").mkdir(exist_ok=True)
    for name in ("specs", "data"):
        shutil.copytree(PROJECT / name, folder / name)
    return _loaded(folder)


def _loaded(folder: Path) -> Estate:
    with _inside(folder):
        return load(Path("specs"), cached=False)


@contextmanager
def _inside(folder: Path) -> Iterator[None]:
    here = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(here)
