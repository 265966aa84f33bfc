"""Standard streams that are closed, full or not read to the end, through the real console script."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from reconciler.emulator.server import Embedded
from tests.hostile.conftest import Estate

SCRIPT = str(Path(sys.executable).parent / "reconciler")
LOST = "Error: the output could not be written: No space left on device\n"


@pytest.fixture
def emulator() -> Iterator[str]:
    with Embedded(None, 100_000.0) as running:
        yield running.url


def shell(estate: Estate, line: str, **environment: str) -> tuple[int, str, str]:
    """A line of a shell, in which `$R` is the command: status, standard output, standard error."""
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", line],
        cwd=estate.path,
        env={"PATH": os.environ["PATH"], "R": SCRIPT, "RECONCILER_CACHE": str(estate.path / "cache"), **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="backslashreplace",
        timeout=60,
    )
    assert "Traceback" not in done.stderr, done.stderr
    assert "Exception" not in done.stderr, done.stderr
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("line", ["$R validate >&-", "$R validate 2>&-", "$R validate <&-", "$R schema >&- 2>&- <&-"])
def test_a_closed_stream_is_like_the_null_device(line: str, estate: Estate) -> None:
    status, out, err = shell(estate, line)
    assert (status, err) == (0, "")
    assert ("Valid." in out) == (">&-" not in line.replace("2>&-", ""))


def test_nobody_can_be_asked_where_standard_input_is_closed(estate: Estate, emulator: str) -> None:
    status, _, err = shell(estate, "$R apply <&-", RECONCILER_EMULATOR=emulator)
    assert status == 1
    assert "[apply-unapproved]" in err


@pytest.mark.parametrize("command", ["validate", "schema", "explain run-failed", "--help", "--version"])
def test_a_full_disk_is_one_line_and_status_1(command: str, estate: Estate) -> None:
    assert shell(estate, f"$R {command} >/dev/full") == (1, "", LOST)


@pytest.mark.parametrize("form", ["text", "json", "markdown"])
def test_a_plan_that_nobody_can_read_failed(form: str, estate: Estate, emulator: str) -> None:
    line = f"$R plan --detailed-exitcode --format {form} >/dev/full"
    status, _, err = shell(estate, line, RECONCILER_EMULATOR=emulator)
    assert status == 1
    assert err.endswith(LOST)


def test_both_streams_full(estate: Estate) -> None:
    estate.spec.write_text("nonsense: 1\n")
    assert shell(estate, "$R validate >/dev/full 2>/dev/full") == (1, "", "")
    assert shell(estate, "$R nonsense 2>/dev/full") == (64, "", "")


@pytest.mark.parametrize("line", ["$R schema | head -c 1", "$R explain --format markdown 2>&1 | head -1"])
def test_who_has_read_enough_is_told_nothing(line: str, estate: Estate) -> None:
    status, _, err = shell(estate, line)
    assert err == ""
    assert status in (0, 1), "the pipe may have held all of it"


@pytest.mark.parametrize(
    "streams",
    [
        ">/dev/full",
        "2>/dev/full",
        ">/dev/full 2>/dev/full",
        ">&- 2>&- <&-",
        "2>&1 | head -1",
        "--format json | head -1",
    ],
)
def test_an_apply_goes_on_and_tells_how_it_ended(streams: str, estate: Estate, emulator: str) -> None:
    status, _, err = shell(estate, f"$R apply --auto-approve --wait {streams}", RECONCILER_EMULATOR=emulator)
    assert status == 0
    assert err.endswith(LOST) == (streams == ">/dev/full")
    _, shown, _ = shell(estate, "$R plan --format json", RECONCILER_EMULATOR=emulator)
    plan = orjson.loads(shown)
    assert plan["complete"]
    assert not [c for c in plan["resource_changes"] if c["action"] != "blocked"], "all of it was done, once"
