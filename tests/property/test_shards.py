"""An estate planned in parts, by the shards that `reconciler targets` prints, is the estate planned whole."""

from __future__ import annotations

from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.engine import operations
from reconciler.model.asked import Asked
from reconciler.model.selection import Selection
from reconciler.planning.merging import merge
from reconciler.planning.shards import shards
from tests.support.accounts import Cloud
from tests.support.applies import apply
from tests.support.estate import load_text
from tests.support.plans import document

NAMES = "abcdef"
BASE = "gpt-4.1-nano-2025-04-14"


@st.composite
def estates(draw: st.DrawFn) -> str:
    """A job a target at most; some deployments serve what was trained elsewhere, some targets share a quota."""
    targets = {
        name: {
            "provider": "azure",
            "subscription": f"{draw(st.integers(1, 5)):08}-1111-1111-1111-111111111111",
            "resource_group": "rg",
            "account": f"acct-{name}",
            "region": draw(st.sampled_from(["swedencentral", "northcentralus"])),
        }
        for name in NAMES
    }
    homes = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=5, unique=True))
    jobs = {f"j{h}": {"target": h, "base_model": BASE, "training": "rows", "generation": n + 1}
            for n, h in enumerate(homes)}  # fmt: skip
    deployments = {}
    for number in range(draw(st.integers(0, 4))):
        served = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=2, unique=True))
        model = {"job": f"j{draw(st.sampled_from(homes))}"}
        capacity = draw(st.integers(1, 9))
        deployments[f"d{number}"] = {
            "model": model, "sku": "Standard", "capacity": capacity, "targets": {t: {} for t in served}
        }  # fmt: skip
    sections = {"targets": targets, "datasets": {"rows": {"file": "rows.jsonl"}}, "jobs": jobs}
    return str(yaml.safe_dump({"version": 1, "estate": "acme", **sections, "deployments": deployments}))


def plan(cloud: Cloud, text: str, *targets: str) -> Any:
    specs = load_text(text)
    world = cloud.world(specs)
    asked = Asked(Selection(targets=targets))
    return document(operations.plan(world, asked, 1), asked)


@settings(max_examples=25)
@given(estates(), st.booleans(), st.integers(1, 6))
def test_parts_are_the_whole(text: str, applied: bool, most: int) -> None:
    specs = load_text(text)
    cloud = Cloud(specs)
    if applied:
        apply(cloud, text)
        text = text.replace("generation: 2", "generation: 3")
    found = shards(specs, most)
    assert len(found) <= most
    assert sorted(t for shard in found for t in shard.targets) == sorted(specs.targets)
    assert len({shard.name for shard in found}) == len(found)
    whole = plan(cloud, text)
    merged = merge([plan(cloud, text, *shard.targets) for shard in found])
    assert merged.digest == whole.digest
    assert merged.summary == whole.summary
    assert [c.key for c in merged.resource_changes] == [c.key for c in whole.resource_changes]
    assert merged.cost == whole.cost
    assert merged.diagnostics == whole.diagnostics
