"""What the vendors' words mean, whichever they choose next."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reconciler.model.observation import ObservedFile, Phase
from tests.support import answers

JOB = answers.job({"id": "ftjob-1"})


@pytest.mark.parametrize(
    ("status", "phase"),
    [
        ("succeeded", Phase.SUCCEEDED),
        ("Succeeded", Phase.SUCCEEDED),
        ("failed", Phase.FAILED),
        ("cancelled", Phase.CANCELLED),
        ("canceled", Phase.CANCELLED),
        ("paused", Phase.PAUSED),
        ("pausing", Phase.UNDER_WAY),
        ("cancelling", Phase.UNDER_WAY),
        ("validating_files", Phase.UNDER_WAY),
        ("created", Phase.UNDER_WAY),
        ("", Phase.UNDER_WAY),
        ("a word of next year", Phase.UNDER_WAY),
    ],
)
def test_status_words(status: str, phase: Phase) -> None:
    """What is not known as an end is no end: taking it for one could pay for a run twice."""
    assert replace(JOB, status=status).phase is phase


def test_only_three_phases_are_final() -> None:
    assert {p for p in Phase if p.final} == {Phase.SUCCEEDED, Phase.FAILED, Phase.CANCELLED}


@pytest.mark.parametrize(
    ("status", "usable", "in_preparation"),
    [
        ("processed", True, False),
        ("pending", False, True),
        ("running", False, True),
        ("uploaded", False, True),
        ("error", False, False),
        ("deleting", False, False),
        ("deleted", False, False),
        ("a word of next year", False, True),
    ],
)
def test_files(status: str, usable: bool, in_preparation: bool) -> None:
    file = ObservedFile("file-1", "a.jsonl", status, 1, "fine-tune", 0)
    assert (file.usable, file.in_preparation) == (usable, in_preparation)
