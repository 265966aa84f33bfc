"""Removal over sockets: destroy, prune and retention on the example estate, policies and the guard in front of them."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from typing import Any

import httpx2
import pytest

from tests.emulated.conftest import Bench

ACCOUNTS = {
    "sweden": ("11111111-1111-1111-1111-111111111111", "rg-secondlap-llm-eu"),
    "virginia": ("11111111-1111-1111-1111-111111111111", "rg-secondlap-llm-us"),
    "chicago": ("22222222-2222-2222-2222-222222222222", "rg-secondlap-inc"),
}
SUPPORT, TRIAGE = "specs/support.yaml", "specs/triage.yaml"


def data(bench: Bench, what: str) -> list[dict[str, Any]]:
    answer = bench.http.get(f"{bench.data_plane()}/{what}", params={"api-version": "2024-10-21"})
    return list(answer.json()["data"])


def models(bench: Bench) -> list[str]:
    return [m["id"] for m in data(bench, "models") if ".ft-" in m["id"]]


def training_files(bench: Bench) -> list[str]:
    """Without the result files that runs leave, which carry nobody's mark."""
    return [f["filename"] for f in data(bench, "files") if f["purpose"] == "fine-tune"]


def deployment_url(target: str, name: str = "") -> str:
    subscription, group = ACCOUNTS[target]
    account = f"/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.CognitiveServices/accounts"
    tail = f"/deployments/{name}" if name else "/deployments"
    return f"{account}/aoai-secondlap-{target}{tail}"


def arm(bench: Bench, method: str, target: str, name: str = "", body: Any = None) -> httpx2.Response:
    params = {"api-version": "2025-09-01"}
    answer = bench.http.request(method, deployment_url(target, name), params=params, json=body)
    answer.raise_for_status()
    return answer


def deployed(bench: Bench) -> list[str]:
    return [f"{d['name']}@{t}" for t in ACCOUNTS for d in arm(bench, "GET", t).json()["value"]]


def deletes(bench: Bench) -> list[str]:
    """What the emulator was asked to delete, in order: the kind of each."""
    kinds = {"deployments": "deployment", "models": "model", "files": "file", "jobs": "record"}
    return [kinds[r["path"].rstrip("/").split("/")[-2]] for r in bench.requests("DELETE")]


def test_destroy_takes_everything_but_what_is_protected_and_then_that_too(bench: Bench) -> None:
    assert bench.apply().status == 0
    served = {d["properties"]["model"]["name"] for d in arm(bench, "GET", "sweden").json()["value"]}
    (head,) = (m for m in served if m.endswith("support"))
    result = bench.run("destroy", "--auto-approve")
    assert result.status == 0, result.err
    assert "because it is protected" in result.out
    assert sorted(deployed(bench)) == ["support-chat@chicago", "support-chat@sweden", "support-chat@virginia"]
    assert models(bench) == [head], "what they serve stays"
    order = deletes(bench)
    assert max(i for i, k in enumerate(order) if k == "deployment") < min(
        i for i, k in enumerate(order) if k == "model"
    )

    bench.edit(SUPPORT, "protect: true ", "protect: false ")
    assert bench.apply("--select", "deployment.support-chat@*").status == 0
    result = bench.run("destroy", "--auto-approve")
    assert result.status == 0, result.err
    assert deployed(bench) == []
    assert (models(bench), training_files(bench), bench.jobs()) == ([], [], [])
    again = bench.run("destroy", "--auto-approve")
    assert (again.status, again.out.splitlines()[-1]) == (0, "Nothing to destroy.")
    assert {a for k, a in bench.actions().items() if k.startswith("job.")} == {"train"}, "and it can be made anew"


def test_destroy_wants_the_name_of_the_estate(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    assert bench.apply("--select", "deployment.triage@*").status == 0
    before = deployed(bench)
    refused = bench.run("destroy")
    assert refused.status == 1
    assert "destroy-unconfirmed" in refused.err
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setenv("CI", "true")
    assert "destroy-unconfirmed" in bench.run("destroy").err, "there is nobody to answer"
    monkeypatch.delenv("CI")
    for typed, status in (("yes", 1), ("secondlap", 0)):
        monkeypatch.setattr("click.prompt", lambda *_, typed=typed, **__: typed)
        ended = bench.run("destroy")
        assert (ended.status, "Interrupted" in ended.err) == (status, False)
        assert (deployed(bench) == before) is (status != 0)


def test_destroy_of_one_thing_takes_what_depends_on_it(bench: Bench) -> None:
    assert bench.apply().status == 0
    result = bench.run("destroy", "--auto-approve", "--select", "job.triage")
    assert result.status == 0, result.err
    assert not [m for m in models(bench) if m.endswith("triage")]
    assert [d for d in deployed(bench) if d.startswith("triage")] == []
    assert len(models(bench)) == 3
    unknown = bench.run("destroy", "--select", "job.triagee")
    assert unknown.status == 1
    assert "unknown-address" in unknown.err


def test_destroy_cancels_runs_that_are_under_way(bench: Bench) -> None:
    bench.clock(1.0)
    assert bench.run("apply", "--auto-approve", "--no-wait").status == 0
    result = bench.run("destroy", "--auto-approve")
    assert result.status == 0, result.err
    assert bench.jobs() == [], "the service lets their records go"
    assert training_files(bench) == []
    assert bench.actions()["job.triage"] == "train", "the tool's own cancel is not a person's"


def test_prune_keeps_what_strangers_serve_and_what_retention_spares(bench: Bench) -> None:
    bench.edit("specs/estate.yaml", "estate: secondlap\n", "estate: secondlap\nretention: {models: 0}\n")
    assert bench.apply().status == 0
    (triage,) = [m for m in models(bench) if m.endswith("triage")]
    source = deployment_url("sweden").removesuffix("/deployments")
    model = {"format": "OpenAI", "name": triage, "version": "1", "source": source}
    body = {"sku": {"name": "Standard", "capacity": 1}, "properties": {"model": model}}
    arm(bench, "PUT", "virginia", "portal", body)
    (bench.folder / TRIAGE).unlink()
    result = bench.apply("--prune")
    assert result.status == 0, result.err
    assert "portal on virginia serves it" in " ".join(result.out.split())
    assert triage in models(bench)
    arm(bench, "DELETE", "virginia", "portal")
    assert bench.apply("--prune").status == 0
    assert triage not in models(bench)
    assert len(models(bench)) == 3
    assert bench.run("plan", "--prune", "--detailed-exitcode").status == 0


def test_files_go_with_the_apply_that_trains_over_a_chain_of_three_months(bench: Bench) -> None:
    bench.edit("specs/estate.yaml", "estate: secondlap\n", "estate: secondlap\nretention: {files: until_trained}\n")
    shown = bench.run("plan")
    assert "once trained" in shown.out
    assert "0 to destroy. Also 6 to upload, 6 to remove." in " ".join(shown.out.split())
    result = bench.apply()
    assert result.status == 0, result.err
    assert "6 removed" in result.out
    assert training_files(bench) == []
    assert bench.actions() == {}
    bench.edit(
        SUPPORT,
        "- {name: 2026-10, training: support-2026-10, hyperparameters: {n_epochs: 2",
        "- {name: 2026-10, training: support-2026-10, hyperparameters: {n_epochs: 1",
    )
    assert sorted(a for k, a in bench.actions().items() if k.startswith("dataset.")) == ["remove", "remove"]
    assert bench.apply().status == 0
    assert bench.actions() == {}


def test_without_waiting_files_go_once_their_runs_have_ended(bench: Bench) -> None:
    bench.edit("specs/estate.yaml", "estate: secondlap\n", "estate: secondlap\nretention: {files: until_trained}\n")
    for _ in range(8):
        assert bench.run("apply", "--auto-approve", "--no-wait").status == 0
        bench.http.post("/_emulator/advance", json={"seconds": 7200}).raise_for_status()
    assert training_files(bench) == []
    assert bench.actions() == {}


def test_a_policy_stands_before_the_first_write(bench: Bench) -> None:
    code = "import json, sys; p = json.load(sys.stdin); print('no', p['estate'], '\\x1b[31m'); sys.exit(3)"
    policy = f"{shlex.quote(sys.executable)} -c {shlex.quote(code)}"
    shown = bench.run("plan", "--policy", policy)
    assert shown.status == 1
    assert "policy-refused" in shown.err
    assert "no secondlap \\x1b[31m" in " ".join(shown.err.split())
    assert bench.apply("--policy", policy).status == 1
    assert [r for r in bench.requests("POST") if "/openai/" in r["path"]] == []
    assert bench.plan("--policy", policy)["errored"] is True


def test_the_guard_stands_before_the_first_write(bench: Bench) -> None:
    one = '  copy-{0:02}: {{model: {{name: gpt-4.1-mini, version: "2025-04-14"}}, sku: GlobalStandard, capacity: 1, targets: {{chicago: {{}}}}}}\n'  # noqa: E501
    many = "version: 1\ndeployments:\n" + "".join(one.format(n) for n in range(12))
    (bench.folder / SUPPORT).unlink()
    (bench.folder / TRIAGE).unlink()
    (bench.folder / "specs/many.yaml").write_text(many)
    assert bench.apply().status == 0
    (bench.folder / "specs/many.yaml").unlink()
    refused = bench.apply("--prune")
    assert refused.status == 1
    assert "large-change" in refused.err
    assert len(deployed(bench)) == 12
    assert bench.run("plan", "--prune", "--allow-large-change", "--out", "plan.json").status == 0
    assert bench.run("apply", "plan.json").status == 0
    assert deployed(bench) == []


RETIRED = """
  chicago:
    provider: azure
    retired: true
"""


def test_a_retired_target_is_emptied_and_then_told_to_be_empty(bench: Bench) -> None:
    """What the estate owns there is looked at, pruned, drifted and destroyed, though nothing is wanted there."""
    bench.edit(SUPPORT, "    protect: true                          # customers talk to it: never deleted", "    #")
    assert bench.apply().status == 0
    bench.edit("specs/estate.yaml", "  chicago:\n    provider: azure\n", RETIRED[1:])
    refused = bench.run("plan")
    assert (refused.status, refused.err.count("target-retired")) == (1, 2), "both deployments name it"
    bench.edit(SUPPORT, "      chicago: {capacity: 20}\n", "")
    bench.edit(TRIAGE, "      chicago: {capacity: 10}", "     #")
    kept = bench.plan()
    assert {o["address"]: o["reason"] for o in kept["orphans"]} == {
        "deployment.support-chat@chicago": "its target is retired",
        "deployment.triage@chicago": "its target is retired",
    }
    assert "target-empty" not in bench.run("plan").err
    assert bench.run("drift").status == 0
    assert bench.apply("--prune").status == 0
    assert not [name for name in deployed(bench) if name.endswith("@chicago")]
    assert "target-empty" in bench.run("plan").err


def test_a_target_that_left_is_told_where_the_base_is_known(bench: Bench) -> None:
    assert bench.apply().status == 0
    (bench.folder / ".base").mkdir()
    shutil.copytree(bench.folder / "specs", bench.folder / ".base/specs")
    shutil.copytree(bench.folder / "data", bench.folder / ".base/data")
    text = (bench.folder / "specs/estate.yaml").read_text()
    start = text.index("  # The Chicago workshop")
    (bench.folder / "specs/estate.yaml").write_text(text[:start])
    bench.edit(SUPPORT, "      chicago: {capacity: 20}\n", "")
    bench.edit(TRIAGE, "      chicago: {capacity: 10}", "     #")
    result = bench.run("plan", "--base", "./.base")
    told = " ".join(result.out.split())
    assert result.status == 0, "a warning, for it may be meant"
    assert "chicago left the specs and was not looked at." in told
    assert "target-left" in result.err
    scope = bench.plan("--base", "./.base")["scope"]
    assert (scope["whole"], [t["target"] for t in scope["left"]]) == (False, ["chicago"])
    assert scope["left"][0]["deployments"] == ["support-chat", "triage"]
    assert scope["left"][0]["monthly"]["amount"]
    assert "**" not in told
    assert "left the specs" in bench.run("plan", "--base", "./.base", "--format", "markdown").out
    assert bench.run("plan", "--base", "nowhere").status == 1


def test_drift_does_not_vouch_for_a_target_that_left(bench: Bench) -> None:
    """Without `--base` the last commit is compared with."""
    shutil.rmtree(bench.folder / ".git")
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b.example", "-c", "commit.gpgsign=false"]
    (bench.folder / SUPPORT).unlink()
    for command in (["init", "-q"], ["add", "specs"], ["commit", "-q", "-m", "all"]):
        subprocess.run([*git, *command], check=True, cwd=bench.folder)
    bench.edit(TRIAGE, "      chicago: {capacity: 10}", "     #")
    assert bench.apply().status == 0
    text = (bench.folder / "specs/estate.yaml").read_text()
    (bench.folder / "specs/estate.yaml").write_text(text[: text.index("  # The Chicago workshop")])
    for said in ("plan", "drift"):
        result = bench.run(said)
        assert result.status == 0
        assert "; chicago left the specs and was not looked at." in " ".join(result.out.split()), said
        assert "target-left" in result.err
    assert "target-left" not in bench.run("plan", "--base", "").err
