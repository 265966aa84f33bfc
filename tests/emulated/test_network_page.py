"""docs/network.md: the hosts that the code knows, and what each command asks of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from reconciler.providers import hosts
from reconciler.providers.azure import CLOUDS
from reconciler.specs.target import OPENAI_URL
from tests.emulated.conftest import Bench
from tests.emulated.test_rules import TRIAGE, triage

__all__ = ["triage"]
PAGE = (Path(__file__).parents[2] / "docs/network.md").read_text()
SHORT = (
    (r"^/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft.CognitiveServices/accounts/[^/]+", "ACCOUNT"),
    (r"^/subscriptions/[^/]+/providers/Microsoft.CognitiveServices/locations/[^/]+", "LOCATION"),
    (r"^/subscriptions/[^/]+/providers/Microsoft.Insights", "INSIGHTS"),
    (r"^/accounts/[^/]+/openai", "/openai"),
    (r"/(file|ftjob)-[^/]+", "/ID"),
    (r"(deployments|models)/[^/]+(?=$|/chat)", r"\1/NAME"),
    (r"(?i)/operation(Status|Result)(e?s)/.*", "/operations/ID"),
)


def section(title: str) -> str:
    return PAGE.partition(f"## {title}\n")[2].partition("\n## ")[0]


def test_the_hosts_are_those_that_the_code_knows() -> None:
    """By the constants that the requests are made of."""
    clouds = CLOUDS.values()
    known = {c.resource_manager.removeprefix("https://") for c in clouds} | {c.authority for c in clouds}
    for domains in (*hosts.VENDOR_DOMAINS.values(), *hosts.STORAGE_DOMAINS.values()):
        known |= set(domains)
    assert OPENAI_URL.startswith("https://api.openai.com/")
    rows = [line for line in section("Hosts").splitlines() if line.startswith("| ")][1:]
    told = {host for row in rows for host in re.findall(r"`(?:\*\.)?([a-z0-9.-]+)`", row.split("|")[1])}
    assert told == known | {"api.github.com"}


def told_of(command: str) -> set[tuple[str, str]]:
    rows = [re.findall(r"[^|]+", line) for line in section("Requests").splitlines() if line.startswith("| `")]
    asked = [(request.strip(" `").split(), commands) for request, commands, *_ in rows]
    return {(method, path) for (method, path), commands in asked if f"`{command}`" in commands}


def asked_by(bench: Bench) -> set[tuple[str, str]]:
    """What the emulator was asked since it was asked last, ids and names left out."""
    found = set()
    for request in bench.requests():
        path = request["path"]
        for pattern, short in SHORT:
            path = re.sub(pattern, short, path)
        made_up = (request["method"], path) == ("PUT", "ACCOUNT")  # accounts come into being in emulators alone
        if not path.startswith("/_emulator") and not made_up:
            found.add((request["method"], path))
    bench.http.delete("/_emulator/requests").raise_for_status()
    return found


@pytest.mark.parametrize("command", ["plan", "doctor"])
def test_before_an_apply(triage: Bench, command: str) -> None:
    asked_by(triage)
    assert triage.run(command).status == 0
    asked = asked_by(triage)
    assert asked, "something is asked"
    assert asked <= told_of(command), "the page names everything"
    assert {method for method, _ in told_of(command)} == {"GET"}


def test_validate_asks_nothing(triage: Bench) -> None:
    asked_by(triage)
    assert triage.run("validate").status == 0
    assert asked_by(triage) == set()


def test_apply_and_drift(triage: Bench) -> None:
    asked_by(triage)
    assert triage.apply().status == 0
    first = asked_by(triage)
    assert first <= told_of("apply")
    triage.edit(TRIAGE, "capacity: 30", "capacity: 40")
    assert triage.apply().status == 0
    assert asked_by(triage) <= told_of("apply")
    assert triage.run("drift").status == 0
    drift = asked_by(triage)
    assert drift <= told_of("drift")
    writes = {row for row in told_of("apply") if row[0] in ("POST", "PUT")}  # by a first apply
    assert writes - first <= {("POST", "/openai/files/import"), ("POST", "/openai/fine_tuning/jobs/ID/cancel")}
