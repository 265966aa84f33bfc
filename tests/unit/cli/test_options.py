"""Options as values."""

from __future__ import annotations

import click
import pytest

from reconciler.cli.options import Terminal, duration_seconds
from tests.support.estate import ESTATE, load_text

PARAMETER = click.Option(["--timeout"])
CONTEXT = click.Context(click.Command("x"))


@pytest.mark.parametrize(
    ("text", "seconds"), [(None, None), ("90", 90), ("90s", 90), ("15m", 900), ("2h", 7200), ("0.5h", 1800)]
)
def test_durations(text: str | None, seconds: float | None) -> None:
    assert duration_seconds(CONTEXT, PARAMETER, text) == seconds


@pytest.mark.parametrize("text", ["", "s", "0", "-1s", "1d", "inf", "nan", "1e12", "ten"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(click.BadParameter):
        duration_seconds(CONTEXT, PARAMETER, text)


def test_every_address_of_the_specs() -> None:
    assert {str(a) for a in load_text(ESTATE).addresses()} == {
        "dataset.january",
        "dataset.february",
        "dataset.valid",
        "dataset.tickets",
        "job.support/2026-01",
        "job.support/2026-02",
        "job.triage",
        "deployment.support-chat@sweden",
        "deployment.support-chat@chicago",
        "deployment.triage@sweden",
    }


COLOURS: list[tuple[bool, dict[str, str], bool, str]] = [
    (False, {}, False, "no terminal"),
    (False, {"FORCE_COLOR": "1"}, True, "no terminal, and somebody insists"),
    (True, {"FORCE_COLOR": "1"}, False, "the option wins"),
    (False, {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False, "so does who wants none"),
    (False, {"FORCE_COLOR": "1", "TERM": "dumb"}, False, "and a terminal that has none"),
]


@pytest.mark.parametrize(("no_color", "environment", "colored", "why"), COLOURS)
def test_colour(
    monkeypatch: pytest.MonkeyPatch, no_color: bool, environment: dict[str, str], colored: bool, why: str
) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, text in environment.items():
        monkeypatch.setenv(name, text)
    assert Terminal(no_color).out.color is colored, why
