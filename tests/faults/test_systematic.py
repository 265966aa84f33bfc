"""One fault at each request of a whole apply, then a plain apply. Here a fixed sample; `make faults` takes them all."""

from __future__ import annotations

import random

import pytest

from reconciler.api.estate import Estate
from tests.faults.network import Kind
from tests.faults.schedules import strike
from tests.faults.stage import SETTLE, Stage

READS = 4
"""Reads that are struck, by fault; writes are struck all."""


@pytest.mark.parametrize("kind", list(Kind), ids=str)
def test_every_write_and_some_reads(loaded: Estate, kind: Kind) -> None:
    dice = random.Random(kind)
    for lag, method in ((SETTLE * 0.8, "write"), (0.0, "read")):
        sent = Stage(loaded, lag=lag).apply().operator.sent
        reads = [n for n, request in enumerate(sent) if request[0] == "GET"]
        writes = [n for n in range(len(sent)) if n not in reads]
        assert len(writes) == 12  # three uploads, runs and deployments, and a first question to each deployment
        for number in writes if method == "write" else dice.sample(reads, READS):
            report = strike(loaded, number, kind, lag)
            assert not report.findings, f"{report.name}: {report.findings}"
            assert report.faults == 1
