"""The activity log: who wrote and deleted what, by the filters that the service takes; and the date of every answer."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import Any

import pytest

from tests.emulator.conftest import SUBSCRIPTION

LOG = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Insights/eventtypes/management/values"
ALWAYS = "eventTimestamp ge '2020-01-01T00:00:00Z'"


def events(world: Any, filter: str, path: str = LOG) -> list[tuple[str, str, str]]:
    """Caller, operation and name of what succeeded, newest first."""
    answer = world.raw.get(path, params={"api-version": "2015-04-01", "$filter": filter})
    assert answer.status_code == 200, answer.text
    done = [e for e in answer.json()["value"] if e["status"]["value"] == "Succeeded"]
    return [
        (e["caller"], e["operationName"]["value"].rpartition("/")[2], e["resourceId"].rpartition("/")[2]) for e in done
    ]


def test_writes_and_deletes_are_told_with_who_did_them(world: Any) -> None:
    world.account()
    world.control("POST", "clock", {"speed": 200})
    world.deploy("chat", "gpt-4.1-mini", version="2025-04-14")
    world.deploy("other", "gpt-4.1-mini", version="2025-04-14")
    path = f"{world.account_path()}/deployments/chat"
    world.raw.delete(path, headers={"x-emulator-user": "ana@contoso.example"})
    of_one = f"{ALWAYS} and resourceUri eq '{path.upper()}'"
    assert events(world, of_one) == [("ana@contoso.example", "delete", "chat"), ("emulator", "write", "chat")]
    assert len(events(world, ALWAYS)) == 3
    assert len(events(world, f"{ALWAYS} and resourceGroupName eq 'rg-llm'")) == 3
    assert events(world, f"{ALWAYS} and resourceGroupName eq 'rg-other'") == []
    assert events(world, "eventTimestamp ge '2999-01-01T00:00:00Z'") == []
    assert events(world, ALWAYS, LOG.replace(SUBSCRIPTION, "9" * 8)) == []


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"api-version": "2015-04-01"}, "BadRequest"),
        ({"api-version": "2015-04-01", "$filter": "resourceUri eq 'x'"}, "BadRequest"),
        ({"api-version": "2015-04-01", "$filter": "eventTimestamp ge 'yesterday'"}, "BadRequest"),
        ({"api-version": "2025-09-01", "$filter": ALWAYS}, "InvalidResourceType"),
    ],
)
def test_the_filter_is_as_narrow_as_the_services(world: Any, params: dict[str, str], code: str) -> None:
    answer = world.raw.get(LOG, params=params)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)


def test_answers_carry_the_date_of_the_emulators_own_clock(world: Any) -> None:
    world.account()

    def date() -> float:
        return parsedate_to_datetime(world.raw.get(world.account_path()).headers["date"]).timestamp()

    before = date()
    world.control("POST", "advance", {"seconds": 86_400})
    assert date() - before == 86_400
