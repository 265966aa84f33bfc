"""Which targets can be planned apart."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reconciler.cli.app import run
from reconciler.planning.shards import Shard, shards
from tests.support.estate import ESTATE, edited, load_text, write_files

LONE = """\
version: 1
targets:
  oslo:
    provider: azure
    subscription: 33333333-3333-3333-3333-333333333333
    resource_group: rg
    account: acme-oslo
    region: norwayeast
  platform: {provider: openai, project: proj_abc}
jobs:
  tone: {target: platform, base_model: gpt-4.1-nano-2025-04-14, training: tickets}
"""


def found(*texts: str, most: int = 256) -> list[tuple[str, ...]]:
    return [shard.targets for shard in shards(load_text(*texts), most)]


def test_a_deployment_keeps_its_model_beside_it() -> None:
    assert found(ESTATE) == [("chicago", "sweden")]
    apart = edited(ESTATE, ("      chicago: {capacity: 20, sku: GlobalStandard}\n", ""))
    assert found(apart) == [("sweden",), ("chicago",)]


def test_targets_with_nothing_on_them_are_looked_at_too() -> None:
    assert found(ESTATE, LONE) == [("chicago", "sweden"), ("platform",), ("oslo",)]


def test_a_quota_that_is_shared_is_not_parted() -> None:
    there = edited(LONE, ("33333333-3333-3333-3333-333333333333", "11111111-1111-1111-1111-111111111111"))
    assert found(ESTATE, there) == found(ESTATE, LONE), "another region has a quota of its own"
    there = edited(there, ("norwayeast", "Sweden Central"))
    assert found(ESTATE, there) == [("chicago", "oslo", "sweden"), ("platform",)]


def test_more_parts_than_runners_are_put_together() -> None:
    assert found(ESTATE, LONE, most=2) == [("chicago", "sweden"), ("oslo", "platform")]
    assert found(ESTATE, LONE, most=1) == [("chicago", "oslo", "platform", "sweden")]


def test_names() -> None:
    assert [Shard(("a",), 0).name, Shard(("a", "b", "c"), 0).name] == ["a", "a+2"]


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Offline, and without the training data."""
    monkeypatch.chdir(write_files(tmp_path, {"a.yaml": ESTATE, "b.yaml": LONE}).parent)
    assert run(["targets", "--format", "json"]) == 0
    out = capsys.readouterr().out
    assert out.count("\n") == 1, "one line, as GITHUB_OUTPUT wants it"
    assert json.loads(out)[0] == {
        "name": "chicago+1",
        "targets": ["chicago", "sweden"],
        "arguments": "--target chicago --target sweden",
        "resources": 6,
    }
    assert run(["targets"]) == 0
    assert capsys.readouterr().out.endswith("\n4 targets in 3 shards.\n")
    assert run(["targets", "--most", "0"]) == 64
    assert run(["targets", "elsewhere"]) == 1
