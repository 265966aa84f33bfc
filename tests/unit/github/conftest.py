from __future__ import annotations

from collections.abc import Iterator

import httpx2
import pytest

from reconciler.github.client import Client
from tests.support.hub import TOKEN, Repository, serving


@pytest.fixture
def hub() -> Iterator[Repository]:
    with serving(Repository()) as made:
        yield made


@pytest.fixture
def client(hub: Repository) -> Iterator[Client]:
    """Waits between two tries take no time."""
    with httpx2.Client(trust_env=False) as http:
        yield Client(http, hub.url, hub.name, TOKEN, sleep=lambda _seconds: None)
