"""What moves a fingerprint and what does not; the exact values stand in docs/fingerprints.md."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reconciler.model.fingerprint import Ingredients

RUN = Ingredients(
    base_model="gpt-4.1-mini-2025-04-14",
    parent=None,
    checkpoint=None,
    method="supervised",
    hyperparameters={"n_epochs": 3, "learning_rate_multiplier": 1},
    training="1" * 64,
)
CHILD = replace(RUN, base_model=None, parent="a" * 64)

SAME = [
    ({"hyperparameters": {"learning_rate_multiplier": 1, "n_epochs": 3}}, "the order of keys"),
    ({"hyperparameters": {"n_epochs": 3, "learning_rate_multiplier": 1.0}}, "a whole float"),
    ({"hyperparameters": {**RUN.hyperparameters, "batch_size": "auto"}}, "auto is absent"),
    ({"hyperparameters": {**RUN.hyperparameters, "batch_size": None}}, "null is absent"),
    ({"generation": 1}, "the first generation is the default"),
]
OTHER: list[tuple[dict[str, Any], str]] = [
    ({"base_model": "gpt-4.1-nano-2025-04-14"}, "another base model"),
    ({"base_model": None, "parent": "a" * 64}, "a parent"),
    ({"method": "dpo"}, "another method"),
    ({"hyperparameters": {"n_epochs": 4, "learning_rate_multiplier": 1}}, "another value"),
    ({"hyperparameters": {"n_epochs": 3}}, "a value left to the service"),
    ({"hyperparameters": {"n_epochs": 3, "learning_rate_multiplier": 1.0000001}}, "a value a little larger"),
    ({"training": "2" * 64}, "other training data"),
    ({"validation": "1" * 64}, "validation data"),
    ({"seed": 0}, "a seed of zero is a seed"),
    ({"grader": {"type": "string_check"}}, "a grader"),
    ({"response_format": {"type": "json_schema"}}, "a response format"),
    ({"generation": 2}, "a generation"),
]


@pytest.mark.parametrize(("change", "why"), SAME)
def test_what_does_not_move_it(change: dict[str, Any], why: str) -> None:
    assert replace(RUN, **change).fingerprint() == RUN.fingerprint(), why


def test_everything_else_moves_it_and_each_thing_in_its_own_way() -> None:
    found = {why: replace(RUN, **change).fingerprint() for change, why in OTHER}
    assert len({RUN.fingerprint(), *found.values()}) == len(OTHER) + 1


def test_a_checkpoint_of_the_parent_is_another_base() -> None:
    found = {replace(CHILD, checkpoint=step).fingerprint() for step in (None, 1, 2)}
    assert len(found) == 3
