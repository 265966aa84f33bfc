"""Saved plans of the example estate: shown as they were printed, whoever reads them."""

from __future__ import annotations

import json
import re

from tests.emulated.conftest import Bench


def test_a_saved_plan_reads_as_it_was_printed(bench: Bench) -> None:
    printed = bench.run("plan", "--out", "plan.json")
    shown = bench.run("show", "plan.json")
    assert "observed in" in printed.out
    assert re.sub(r"observed .*", "", shown.out) == re.sub(r"observed .*", "", printed.out)
    assert shown.err == printed.err.partition("\n")[2], "but for the banner of the emulator"
    for form in ("json", "markdown"):
        printed = bench.run("plan", "--format", form)
        bench.run("plan", "--out", "plan.json")
        moved = re.compile(r"observed .*|\"observed_at\": \d+")
        assert moved.sub("", bench.run("show", "plan.json", "--format", form).out) == moved.sub("", printed.out)


def test_a_saved_plan_holds_no_row_and_no_credential(bench: Bench) -> None:
    bench.run("plan", "--out", "plan.json")
    shown = (bench.folder / "plan.json").read_text()
    assert json.loads(shown)["summary"]["train"] == 4
    for file in (bench.folder / "data").glob("*.jsonl"):
        for line in file.read_text().splitlines():
            for message in json.loads(line)["messages"]:
                assert message["content"] not in shown or len(message["content"]) < 20
    assert not re.search(r"Bearer|api[-_]key|token\"|\bsig=", shown, re.IGNORECASE)
