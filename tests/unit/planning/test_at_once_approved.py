"""An approval covers what is done at once as it was shown, and what is left when that is done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from reconciler.engine import operations
from reconciler.planning.covering import covers
from reconciler.planning.planformat import PlanDocument
from tests.support.accounts import Cloud
from tests.support.applies import apply
from tests.support.estate import CHAT, edited, load_text
from tests.support.plans import document
from tests.unit.planning.test_at_once import NEXT, delete, end, live, model, raw, swap

WIDER = edited(NEXT, ("capacity: 50", "capacity: 90"))


def planned(cloud: Cloud, text: str) -> PlanDocument:
    return document(operations.plan(cloud.world(load_text(text)), parallelism=1))


def moved(saved: PlanDocument, cloud: Cloud, text: str) -> dict[str, str]:
    return {d.address: d.words for d in covers(saved, planned(cloud, text))}


@pytest.mark.parametrize("happens", [delete, swap, lambda cloud: None], ids=["gone", "swapped", "as it was"])
def test_what_is_done_at_once_is_progress(happens: Callable[[Cloud], Any]) -> None:
    cloud = live()
    happens(cloud)
    saved = planned(cloud, WIDER)
    for _ in range(2):
        apply(cloud, WIDER, wait=False)
        assert moved(saved, cloud, WIDER) == {}
    end(cloud)
    assert moved(saved, cloud, WIDER) == {}
    apply(cloud, WIDER)
    assert moved(saved, cloud, WIDER) == {}


def test_another_model_at_once_was_not_approved() -> None:
    cloud = live()
    delete(cloud)
    saved = planned(cloud, WIDER)
    chicago = raw(cloud, target="chicago")["properties"]["model"]
    first = next(m for m in cloud["sweden"].model_list if m.endswith("2026-01"))
    assert model(cloud, target="chicago") != first
    chicago["name"] = first
    assert "model is" in moved(saved, cloud, WIDER)[CHAT]
    assert "at once now" in moved(saved, cloud, WIDER)[CHAT]


def test_a_deployment_that_went_since_is_not_made_again_unasked() -> None:
    cloud = live()
    saved = planned(cloud, WIDER)
    delete(cloud)
    assert moved(saved, cloud, WIDER)[CHAT].startswith("add is new")


def test_it_is_part_of_the_digest() -> None:
    cloud = live()
    delete(cloud)
    one = planned(cloud, WIDER)
    first = next(m for m in cloud["sweden"].model_list if m.endswith("2026-01"))
    raw(cloud, target="chicago")["properties"]["model"]["name"] = first
    two = planned(cloud, WIDER)
    parts = [next(c for c in p.resource_changes if c.key == CHAT) for p in (one, two)]
    assert parts[0].change.after == parts[1].change.after
    assert one.digest.changes != two.digest.changes
