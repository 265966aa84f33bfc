"""The workflows, run whole."""

from __future__ import annotations

import re

import httpx2

from reconciler.github.marker import read_marker
from tests.github.conftest import Ci, Ended
from tests.support.hub import Fault

PULL, LATER = 7, 8


def facts(body: str) -> dict[str, str]:
    marker = read_marker(body)
    assert marker
    return dict(marker.facts)


def states(ci: Ci, number: int) -> list[str]:
    """The states of our comments on a pull request: of the plan, then of the apply."""
    return [facts(body)["state"] for body in ci.hub.bodies(number)]


def propose(ci: Ci, number: int, old: str, new: str) -> str:
    """A pull request with one change; its base."""
    base = ci.git("rev-parse", "HEAD")
    ci.git("checkout", "-q", "-b", f"change-{number}")
    ci.commit(old, new)
    ci.hub.add_pull(number)
    fine(ci.pull_request(number, base=base))
    return base


def merge(ci: Ci, number: int) -> None:
    ci.git("checkout", "-q", "main")
    ci.git("merge", "-q", "--no-ff", "-m", f"merge {number}", f"change-{number}")
    ci.hub.merge(number, ci.git("rev-parse", "HEAD"))


def fine(ended: Ended) -> Ended:
    assert ended.status == 0, ended.log
    return ended


def live(ci: Ci) -> dict[str, int]:
    """Name -> capacity of the deployments that are live."""
    account = (
        "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-acme"
        "/providers/Microsoft.CognitiveServices/accounts/aoai-acme"
    )
    url = f"{ci.emulator}{account}/deployments?api-version=2025-09-01"
    answer = httpx2.get(url, headers={"Authorization": "Bearer test"}, trust_env=False)
    return {d["name"]: d["sku"]["capacity"] for d in answer.json()["value"]}


def test_a_pull_request_is_planned_merged_applied_and_gone_on_with(ci: Ci) -> None:
    base = propose(ci, PULL, "capacity: 30", "capacity: 40")
    (first,) = ci.hub.comments[PULL]
    assert "1 to train, 1 to add" in first["body"].replace("\n", "")
    assert re.search(r"\+ capacity +40\n", first["body"])
    digest = facts(first["body"])["digest"]
    assert f"`{digest}`" in first["body"]

    ci.commit("capacity: 40", "capacity: 50")
    updated = fine(ci.pull_request(PULL, base=base))
    (second,) = ci.hub.comments[PULL]
    assert second["id"] == first["id"], "one comment, edited in place"
    assert facts(second["body"])["digest"] != digest
    assert "set-output:: to_train=1" in updated.log
    assert list(ci.artifacts.glob("reconciler-plan-live-*/plan.json")), "the plan is kept as an artifact"

    merge(ci, PULL)
    fine(ci.push(before=base))
    assert states(ci, PULL) == ["planned", "under way"], "the run is submitted, and no runner waits for it"
    fine(ci.act("schedule", "apply", {}))
    assert states(ci, PULL) == ["planned", "converged"], "what was left is progress, and needs no other approval"
    assert live(ci) == {"triage": 50}


def test_two_merges_at_once(ci: Ci) -> None:
    base = propose(ci, PULL, "n_epochs: 1", "n_epochs: 1, batch_size: 30")
    ci.git("checkout", "-q", "main")
    propose(ci, LATER, "capacity: 30", "capacity: 40")
    merge(ci, PULL)
    merge(ci, LATER)
    fine(ci.push(before=base))
    # The first apply finds both merges at the head of main; the second one finds nothing to begin.
    again = fine(ci.push(before=base))
    assert "Applied: everything" in again.log
    assert states(ci, PULL)[1] == states(ci, LATER)[1] == "converged"
    assert live(ci) == {"triage": 40}


def test_a_fork_gets_an_offline_plan_and_no_failure(ci: Ci) -> None:
    base = ci.git("rev-parse", "HEAD")
    ci.emulator = "http://127.0.0.1:9"  # nothing listens there: a fork must not reach the live world
    ci.hub.faults.append(Fault("POST", "/comments", 403))
    ci.commit("capacity: 30", "capacity: 40")
    forked = fine(ci.pull_request(PULL, base=base, fork=True))
    assert not ci.hub.bodies(PULL)
    assert "::notice title=the token may not write here" in forked.log
    assert "against a world where all of the base is live" in forked.log
    assert "capacity   30 -> 40" in forked.log, "only what the pull request changes"


def test_the_projects_own_estate_lives_on_an_emulator(ci: Ci) -> None:
    ci.offline()
    ci.commit()
    base = propose(ci, PULL, "capacity: 30", "capacity: 40")
    assert re.search(r"- capacity +30\n\+ capacity +40\n", ci.hub.bodies(PULL)[0])
    merge(ci, PULL)
    fine(ci.push(before=base))
    assert states(ci, PULL) == ["planned", "converged"]
    looked = fine(ci.act("schedule", "drift", {}))
    assert "set-output:: drift=false" in looked.log
    assert not ci.hub.issues


def test_drift_comes_and_goes(ci: Ci) -> None:
    propose(ci, PULL, "capacity: 30", "capacity: 40")
    merge(ci, PULL)
    ci.waiting()
    fine(ci.push(before=ci.hub.history[0]))
    set_capacity(ci, 10)
    drifted = fine(ci.act("schedule", "drift", {}))
    assert "set-output:: drift=true" in drifted.log
    (issue,) = ci.hub.issues
    assert "40 last applied   10 live" in issue["body"]
    set_capacity(ci, 40)
    fine(ci.act("schedule", "drift", {}))
    assert issue["state"] == "closed"


def set_capacity(ci: Ci, capacity: int) -> None:
    """As somebody in the portal does it."""
    account = (
        "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-acme"
        "/providers/Microsoft.CognitiveServices/accounts/aoai-acme"
    )
    url = f"{ci.emulator}{account}/deployments/triage?api-version=2025-09-01"
    body = {"sku": {"name": "Standard", "capacity": capacity}}
    with httpx2.Client(headers={"Authorization": "Bearer test"}, trust_env=False) as http:
        http.patch(url, json=body).raise_for_status()
        for _ in range(200):
            if http.get(url).json()["properties"]["provisioningState"] == "Succeeded":
                return
    raise AssertionError("the change did not end")
