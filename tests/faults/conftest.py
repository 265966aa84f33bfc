"""The network in memory, and the estates that meet the faults."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from reconciler.api.estate import Estate
from tests.faults import estate
from tests.faults.network import installed


@pytest.fixture(scope="module")
def network() -> Iterator[None]:
    """Names that end in `.test` lead to emulators in memory."""
    logging.getLogger("azure").addHandler(logging.NullHandler())
    with installed():
        yield


@pytest.fixture(scope="module")
def loaded(network: None, tmp_path_factory: pytest.TempPathFactory) -> Estate:
    return estate.small(tmp_path_factory.mktemp("estate"))
