"""What all tests share: the switch that accepts golden files, and the pace of the property tests."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "reconciler",
    max_examples=60,
    deadline=None,  # two slow cores, shared
    derandomize=True,  # the same examples every time: a red build is about the change, not about luck
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("reconciler")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--accept", action="store_true", help="Write golden files anew instead of comparing with them.")
