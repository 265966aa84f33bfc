"""Live changes made behind the specs' back: each has its cause, its next step and its exit status."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest

from tests.emulated.conftest import Bench

ACCOUNTS = {
    "sweden": ("1", "rg-secondlap-llm-eu"),
    "virginia": ("1", "rg-secondlap-llm-us"),
    "chicago": ("2", "rg-secondlap-inc"),
}
ANA = {"x-emulator-user": "ana@secondlap.example"}
VERSION = {"api-version": "2025-09-01"}
TRIAGE = "specs/triage.yaml"


@pytest.fixture
def triage(bench: Bench) -> Bench:
    """The classifier alone, trained and served in Sweden and Chicago; the clock stands still from here on."""
    (bench.folder / "specs/support.yaml").unlink()
    applied = bench.apply()
    assert applied.status == 0, applied.err
    assert drift(bench)[:2] == (0, [])
    return bench


def drift(bench: Bench, *arguments: str) -> tuple[int, list[dict[str, Any]], dict[str, Any]]:
    """Exit status, findings, and the whole report."""
    result = bench.run("drift", "--format", "json", *arguments)
    assert result.out, result.err
    report: dict[str, Any] = json.loads(result.out)
    return result.status, report["findings"], report


def only(bench: Bench) -> dict[str, Any]:
    """The one finding; the command says so with 2."""
    status, findings, report = drift(bench)
    assert (status, report["complete"], report["drifted"]) == (2, True, True)
    (found,) = findings
    return found


def url(target: str, name: str) -> str:
    digit, group = ACCOUNTS[target]
    subscription = f"{digit * 8}-{digit * 4}-{digit * 4}-{digit * 4}-{digit * 12}"
    return (
        f"/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.CognitiveServices"
        f"/accounts/aoai-secondlap-{target}/deployments/{name}"
    )


def live(bench: Bench, target: str = "chicago", name: str = "triage") -> dict[str, Any]:
    found: dict[str, Any] = bench.http.get(url(target, name), params=VERSION).raise_for_status().json()
    return found


def write(bench: Bench, target: str = "chicago", name: str = "triage", **changes: Any) -> None:
    """Ana writes on a deployment in the portal; keys of `properties` are merged, the others are replaced."""
    before = live(bench, target, name)
    properties = {**before["properties"], **changes.pop("properties", {})}
    body = {"sku": before["sku"], "tags": before["tags"], "properties": properties, **changes}
    bench.http.put(url(target, name), params=VERSION, headers=ANA, json=body).raise_for_status()
    settle(bench)


def settle(bench: Bench) -> None:
    bench.http.post("/_emulator/advance", json={"seconds": 20}).raise_for_status()


def apply_and_see(bench: Bench) -> None:
    """One apply puts everything right."""
    applied = bench.apply()
    assert applied.status == 0, applied.err
    assert drift(bench)[:2] == (0, [])
    assert bench.actions() == {}


def test_an_edited_capacity_is_put_back_or_taken_over(triage: Bench) -> None:
    write(triage, sku={"name": "Standard", "capacity": 33})
    found = only(triage)
    assert (found["address"], found["cause"]) == ("deployment.triage@chicago", "edited")
    assert found["change"] == {"before": {"capacity": 10}, "after": {"capacity": 33}}
    assert found["by"] == "ana@secondlap.example"
    assert "apply puts 10 back; to keep 33, set it in specs/triage.yaml:" in found["next_step"]
    text = " ".join(triage.run("drift").out.split())
    assert "10 last applied 33 live by ana@secondlap.example, 20" in text
    assert "Drift: 1 of 2 deployments. The specs are otherwise applied." in text

    subprocess.run(["git", "apply", "-"], input=found["patch"], text=True, check=True, cwd=triage.folder)
    assert "chicago: {capacity: 33}" in (triage.folder / TRIAGE).read_text()
    assert drift(triage)[:2] == (0, [])


def test_an_edited_content_filter_and_a_tag(triage: Bench) -> None:
    triage.edit(TRIAGE, "    sku: Standard\n", "    sku: Standard\n    content_filter: Microsoft.DefaultV2\n")
    assert triage.apply().status == 0
    tags = {**live(triage)["tags"], "team": "somebody-else"}
    write(triage, tags=tags, properties={"raiPolicyName": "Microsoft.Default"})
    found = only(triage)
    assert found["cause"] == "edited"
    assert found["change"]["after"] == {"content_filter": "Microsoft.Default", "tags.team": "somebody-else"}
    apply_and_see(triage)


def test_a_model_that_was_swapped(triage: Bench) -> None:
    model = {"format": "OpenAI", "name": "gpt-4.1-nano", "version": "2025-04-14"}
    write(triage, properties={"model": model})
    found = only(triage)
    assert (found["cause"], found["change"]["after"]["model"]) == ("edited", "gpt-4.1-nano@2025-04-14")
    assert found["patch"] == "", "a model is not made by writing its name into the specs"
    apply_and_see(triage)


def test_a_version_that_the_service_upgraded(triage: Bench) -> None:
    more = (
        "  helper:\n    model: {name: gpt-4o, version: 2024-08-06}\n    sku: Standard\n    capacity: 5\n"
        "    version_upgrade: OnceNewDefaultVersionAvailable\n    targets:\n      sweden: {}\n"
    )
    triage.edit(TRIAGE, "deployments:\n", f"deployments:\n{more}")
    assert drift(triage)[::2][0] == 0, "a new deployment is no drift: the specs are ahead"
    assert triage.apply().status == 0
    write(
        triage,
        "sweden",
        "helper",
        properties={"model": {"format": "OpenAI", "name": "gpt-4o", "version": "2024-11-20"}},
    )
    found = only(triage)
    assert (found["address"], found["cause"]) == ("deployment.helper@sweden", "upgraded")
    assert "to keep 2024-11-20" in found["next_step"]
    patch = triage.run("drift", "--format", "patch").out
    subprocess.run(["git", "apply", "-"], input=patch, text=True, check=True, cwd=triage.folder)
    assert drift(triage)[:2] == (0, [])


def test_tags_that_were_stripped(triage: Bench) -> None:
    write(triage, tags={"team": "helpdesk", "cost-center": "cc-130"})
    found = only(triage)
    assert (found["cause"], found["by"]) == ("untagged", "ana@secondlap.example")
    assert "reconciler-" in found["next_step"]
    apply_and_see(triage)


def test_a_record_that_was_broken(triage: Bench) -> None:
    write(triage, tags={**live(triage)["tags"], "reconciler-applied": "{"})
    assert only(triage)["cause"] == "retagged"
    apply_and_see(triage)


def test_a_write_that_failed(triage: Bench) -> None:
    rule = {"fault": "fail_provisioning", "method": "PUT", "code": "InternalServerError", "message": "no node took it"}
    triage.http.post("/_emulator/faults", json=[rule]).raise_for_status()
    write(triage)
    found = only(triage)
    assert found["cause"] == "failed"
    assert "no node took it" in found["detail"]
    triage.http.delete("/_emulator/faults").raise_for_status()
    apply_and_see(triage)


def test_a_run_that_somebody_cancelled(bench: Bench) -> None:
    (bench.folder / "specs/support.yaml").unlink()
    bench.clock(10)
    assert bench.run("apply", "--auto-approve", "--no-wait").status == 0
    (job,) = bench.jobs()
    cancel = f"{bench.data_plane()}/fine_tuning/jobs/{job['id']}/cancel"
    bench.http.post(cancel, params={"api-version": "2025-04-01-preview"}).raise_for_status()
    found = only(bench)
    assert (found["address"], found["cause"]) == ("job.triage", "cancelled")
    assert job["id"] in found["detail"]
    assert "generation" in found["next_step"]


def test_a_model_that_was_deleted(triage: Bench) -> None:
    for target in ("sweden", "chicago"):
        triage.http.delete(url(target, "triage"), params=VERSION).raise_for_status()
    settle(triage)
    (job,) = triage.jobs()
    model = f"{triage.data_plane()}/models/{job['fine_tuned_model']}"
    triage.http.delete(model, params={"api-version": "2025-04-01-preview"}).raise_for_status()
    status, findings, report = drift(triage)
    assert (status, report["complete"]) == (2, True)
    *deployments, found = findings
    assert [(f["address"], f["cause"]) for f in deployments] == [
        ("deployment.triage@chicago", "deleted"),
        ("deployment.triage@sweden", "deleted"),
    ]
    assert (found["address"], found["cause"]) == ("job.triage", "deleted")
    assert "raise `generation` in specs/triage.yaml:" in found["next_step"]


def test_a_deployment_that_was_deleted_by_hand(triage: Bench) -> None:
    triage.http.delete(url("chicago", "triage"), params=VERSION, headers=ANA).raise_for_status()
    settle(triage)
    found = only(triage)
    assert (found["address"], found["cause"]) == ("deployment.triage@chicago", "deleted")
    assert found["by"] == "ana@secondlap.example"
    assert "apply deploys it again ($1,241 a month)" in found["next_step"]
    apply_and_see(triage)


def test_deployments_that_expired(triage: Bench) -> None:
    """Idle ones after 15 days; those of the developer tier after one, whatever happens."""
    tier = "chicago: {capacity: 10, sku: DeveloperTier}"
    triage.edit(TRIAGE, "chicago: {capacity: 10}", tier)
    assert triage.apply().status == 0
    triage.http.post("/_emulator/advance", json={"seconds": 86_400 + 60}).raise_for_status()
    found = only(triage)
    assert (found["address"], found["cause"]) == ("deployment.triage@chicago", "expired")
    assert "24 hours" in found["detail"]
    triage.http.post("/_emulator/advance", json={"seconds": 15 * 86_400}).raise_for_status()
    details = {f["address"]: (f["cause"], f["detail"]) for f in drift(triage)[1]}
    assert details["deployment.triage@sweden"][0] == "expired"
    assert "idle for 15 days" in details["deployment.triage@sweden"][1]
    apply_and_see(triage)


def test_a_new_deployment_of_a_model_that_is_there_is_no_drift(triage: Bench) -> None:
    triage.edit(TRIAGE, "      chicago:", "      virginia: {}\n      chicago:")
    status, findings, report = drift(triage)
    assert (status, findings, report["summary"]["ahead"]) == (0, [], 1)


def test_a_log_that_cannot_be_read_leaves_the_answer_open(triage: Bench) -> None:
    triage.http.delete(url("chicago", "triage"), params=VERSION, headers=ANA).raise_for_status()
    settle(triage)
    rule = {"fault": "status", "path": "Microsoft.Insights", "status": 403, "count": None}
    triage.http.post("/_emulator/faults", json=[rule]).raise_for_status()
    status, findings, report = drift(triage)
    assert (status, findings, report["complete"]) == (1, [], False)
    assert [d["code"] for d in report["diagnostics"]] == ["history-unreadable"]


def test_what_an_autoscaler_owns_is_kept(triage: Bench) -> None:
    triage.edit(TRIAGE, "    sku: Standard\n", "    sku: Standard\n    ignore_drift: [capacity]\n")
    assert triage.actions() == {}
    write(triage, sku={"name": "Standard", "capacity": 33})
    assert drift(triage)[:2] == (0, [])
    assert triage.actions() == {}
    triage.edit(TRIAGE, "team: helpdesk", "team: service")
    triage.edit(TRIAGE, "n_epochs: 4", "n_epochs: 1")
    assert triage.apply().status == 0
    now = live(triage)
    assert (now["sku"]["capacity"], now["tags"]["team"]) == (33, "service")
    apply_and_see(triage)


def test_what_the_specs_ask_for_is_no_drift(triage: Bench) -> None:
    triage.edit(TRIAGE, "chicago: {capacity: 10}", "chicago: {capacity: 12}")
    status, findings, report = drift(triage)
    assert (status, findings, report["summary"]["ahead"]) == (0, [], 1)
    assert "\nThe specs are ahead: 1 change waits for an apply." in triage.run("drift").out


def test_a_target_that_cannot_be_read_makes_the_answer_incomplete(triage: Bench) -> None:
    write(triage, sku={"name": "Standard", "capacity": 33})
    rule = {"fault": "status", "path": "accounts/aoai-secondlap-sweden/openai/files", "status": 403, "count": None}
    triage.http.post("/_emulator/faults", json=[rule]).raise_for_status()
    status, findings, report = drift(triage)
    assert (status, report["complete"]) == (1, False)
    assert [f["address"] for f in findings] == ["deployment.triage@chicago"]
    assert report["diagnostics"]
    assert "There may be more: sweden could not be read in full." in triage.run("drift").out


def test_the_digest_is_about_what_was_found(triage: Bench) -> None:
    """The same finding seen later, in another order or written by another person is the same."""
    empty = drift(triage)[2]["digest"]
    write(triage, sku={"name": "Standard", "capacity": 33})
    one = drift(triage)[2]["digest"]
    settle(triage)
    write(triage)
    assert drift(triage)[2]["digest"] == one != empty
    write(triage, sku={"name": "Standard", "capacity": 34})
    assert drift(triage)[2]["digest"] != one


def test_a_limited_look_vouches_for_nothing_else(triage: Bench) -> None:
    """The specs want another capacity on chicago; whoever asks about virginia alone is told of virginia alone."""
    triage.edit("specs/triage.yaml", "capacity: 10", "capacity: 12")
    drift, plan = triage.run("drift", "--target", "virginia"), triage.run("plan", "--target", "virginia")
    said = "in what was selected (--target virginia); the rest was left out."
    assert (drift.status, plan.status) == (0, 0)
    assert said in " ".join(drift.out.split())
    assert f"No changes {said}" in " ".join(plan.out.split())
    scope = triage.plan("--target", "virginia")["scope"]
    assert (scope["whole"], scope["target"], scope["runs"], scope["deployments"]) == (False, ["virginia"], 0, 0)
    assert triage.plan()["scope"]["whole"]


def test_status_ends_with_1_when_a_target_could_not_be_read(triage: Bench) -> None:
    assert triage.run("status").status == 0
    rule = {"fault": "status", "path": "accounts/aoai-secondlap-sweden/openai/files", "status": 403, "count": None}
    triage.http.post("/_emulator/faults", json=[rule]).raise_for_status()
    assert triage.run("status").status == 1


def test_while_the_next_model_is_trained(triage: Bench) -> None:
    """Drift sees what is gone, an apply that waits for nothing makes it again, and the rest of the specs is written."""
    before = live(triage)
    triage.clock(10)
    triage.edit(TRIAGE, "n_epochs: 4", "n_epochs: 1")
    triage.edit(TRIAGE, "chicago: {capacity: 10}", "chicago: {capacity: 12}")
    begun = triage.apply("--no-wait")
    assert begun.status == 0, begun.err
    now = live(triage)
    assert now["sku"]["capacity"] == 12
    assert now["properties"]["model"] == before["properties"]["model"]
    triage.http.delete(url("chicago", "triage"), params=VERSION, headers=ANA).raise_for_status()
    settle(triage)
    found = only(triage)
    assert (found["address"], found["cause"], found["by"]) == (
        "deployment.triage@chicago",
        "deleted",
        "ana@secondlap.example",
    )
    assert "with the model that it served before" in found["next_step"]
    assert triage.apply("--no-wait").status == 0
    assert live(triage)["properties"]["model"] == before["properties"]["model"]
    triage.clock(1200)
    apply_and_see(triage)
    assert live(triage)["properties"]["model"] != before["properties"]["model"]
    assert triage.actions() == {}


def test_a_filter_that_left_the_specs_is_named(triage: Bench) -> None:
    triage.edit(TRIAGE, "    model: {job: triage}", "    content_filter: Microsoft.DefaultV2\n    model: {job: triage}")
    assert triage.apply().status == 0
    triage.edit(TRIAGE, "    content_filter: Microsoft.DefaultV2\n", "")
    shown = triage.run("plan", "--detailed-exitcode")
    assert shown.status == 0, "it is no change"
    assert "deployment.triage@sweden: content_filter Microsoft.DefaultV2" in shown.out
    status, _, report = drift(triage)
    assert (status, report["unset"][0]["fields"]) == (0, {"content_filter": "Microsoft.DefaultV2"})
