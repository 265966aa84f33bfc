"""The main job, end to end: the example estate through the real SDKs over a socket."""

from __future__ import annotations

import signal
import time

import openai

from tests.emulated.conftest import Bench, Result

STAGES = ("job.support/2026-08", "job.support/2026-09", "job.support/2026-10")
SERVED = {"deployment.support-chat@sweden", "deployment.support-chat@virginia", "deployment.support-chat@chicago"}


def converge(bench: Bench) -> Result:
    result = bench.apply()
    assert result.status == 0, result.err
    return result


def test_from_nothing_to_no_changes_and_on_to_edits(bench: Bench) -> None:
    """One estate through its life; each step stands on the one before."""
    assert bench.run("validate").status == 0
    assert bench.run("plan", "--detailed-exitcode").status == 2
    converge(bench)
    again = bench.run("plan", "--detailed-exitcode")
    assert (again.status, "No changes." in again.out) == (0, True)
    assert "succeeded" in bench.run("status").out
    assert len(bench.creates()) == 4

    _spelling_changes_nothing(bench)
    _a_hyperparameter_retrains_from_its_stage_on(bench)
    _a_new_stage_trains_once(bench)
    _history_may_go(bench)


def _spelling_changes_nothing(bench: Bench) -> None:
    (bench.folder / "specs/support.yaml").rename(bench.folder / "specs/renamed.yaml")
    data = bench.folder / "data/support-2026-09.jsonl"
    data.write_bytes(b"\xef\xbb\xbf" + data.read_bytes().replace(b"\n", b"\r\n"))
    bench.edit("specs/triage.yaml", "    target: sweden\n", "")
    bench.edit("specs/triage.yaml", "    training: triage-train\n", "    training: triage-train\n    target: sweden\n")
    assert bench.run("plan", "--detailed-exitcode").status == 0


def _a_hyperparameter_retrains_from_its_stage_on(bench: Bench) -> None:
    old = "hyperparameters: {n_epochs: 2, learning_rate_multiplier: 0.5}"
    bench.edit("specs/renamed.yaml", old, old.replace("2", "1"))
    expected = {STAGES[1]: "train", STAGES[2]: "train", **dict.fromkeys(SERVED, "change")}
    assert bench.actions() == expected
    bench.edit("specs/renamed.yaml", old.replace("2", "1"), old)
    assert bench.actions() == {}, "reverting an edit finds the old models"


def _a_new_stage_trains_once(bench: Bench) -> None:
    text = (bench.folder / "specs/renamed.yaml").read_text()
    last = next(line for line in text.splitlines() if "name: 2026-10" in line)
    bench.edit("specs/renamed.yaml", last, f"{last}\n{last.replace('name: 2026-10', 'name: 2026-11')}")
    expected = {"job.support/2026-11": "train", **dict.fromkeys(SERVED, "change")}
    assert bench.actions() == expected
    before = len(bench.creates())
    converge(bench)
    assert len(bench.creates()) == before + 1
    assert bench.actions() == {}


def _history_may_go(bench: Bench) -> None:
    """Stage 1 has done its work: its record and its file may be cleaned up while a later stage serves."""
    first = next(j for j in bench.jobs() if j["model"] == "gpt-oss-20b")
    for path in (f"fine_tuning/jobs/{first['id']}", f"files/{first['training_file']}"):
        url = f"{bench.data_plane()}/{path}"
        assert bench.http.delete(url, params={"api-version": "2024-10-21"}).status_code in (200, 204)
    assert bench.actions() == {}


def test_what_others_own_is_left_alone(bench: Bench) -> None:
    bench.plan()  # makes the accounts
    client = openai.OpenAI(base_url=f"{bench.data_plane()}/v1", api_key="someone", max_retries=0)
    row = b'{"messages": [{"role": "user", "content": "q%d"}, {"role": "assistant", "content": "a"}]}\n'
    file = client.files.create(file=("rows.jsonl", b"".join(row % i for i in range(12))), purpose="fine-tune")
    client.files.wait_for_processing(file.id, poll_interval=0.05)
    foreign = client.fine_tuning.jobs.create(model="gpt-4.1-mini-2025-04-14", training_file=file.id, suffix="hand-made")
    converge(bench)
    bench.edit("specs/estate.yaml", "estate: secondlap", "estate: another")
    bench.edit("specs/support.yaml", "  support-chat:", "  other-chat:")
    bench.edit("specs/triage.yaml", "deployments:\n  triage:", "deployments:\n  other-triage:")
    converge(bench)
    assert bench.actions() == {}
    bench.edit("specs/estate.yaml", "estate: another", "estate: secondlap")
    bench.edit("specs/support.yaml", "  other-chat:", "  support-chat:")
    bench.edit("specs/triage.yaml", "deployments:\n  other-triage:", "deployments:\n  triage:")
    assert bench.actions() == {}, "the first estate is as it was"
    assert client.fine_tuning.jobs.retrieve(foreign.id).status != "cancelled"
    assert client.files.retrieve(file.id).status == "processed"
    client.close()


def test_ctrl_c_in_the_middle_then_on(bench: Bench) -> None:
    bench.clock(60.0)
    first = bench.process("apply", "--auto-approve", "--wait")
    while not bench.creates():
        time.sleep(0.05)
    first.send_signal(signal.SIGINT)
    out, err = first.communicate(timeout=30)
    assert first.returncode == 130
    assert "go on at the service" in out
    assert "Traceback" not in err
    bench.clock(1200.0)
    converge(bench)
    suffixes = [j["suffix"] for j in bench.jobs()]
    assert len(suffixes) == len(set(suffixes)) == 4 == len(bench.creates())
    assert bench.actions() == {}


def test_no_wait_submits_and_later_applies_go_on(bench: Bench) -> None:
    submitted = bench.run("apply", "--auto-approve", "--no-wait")
    assert submitted.status == 0, submitted.err
    assert "submitted" in submitted.out
    assert 1 <= len(bench.creates()) <= 2, "the first stage and the classifier; what trains on top is for later"
    deadline = time.monotonic() + 60
    while bench.actions() and time.monotonic() < deadline:
        assert bench.run("apply", "--auto-approve", "--no-wait").status == 0
        time.sleep(0.3)
    assert bench.actions() == {}
    assert len(bench.creates()) == 4


def test_a_saved_plan_is_applied_or_refused(bench: Bench) -> None:
    assert bench.run("plan", "--out", "plan.json").status == 0
    assert bench.run("apply", "plan.json", "--wait").status == 0
    assert bench.run("apply", "plan.json", "--wait").status == 0, "what is done is progress"
    bench.edit("specs/support.yaml", "capacity: 50", "capacity: 60")
    refused = bench.run("apply", "plan.json")
    assert refused.status == 1
    assert "plan-stale" in refused.err
    assert "support-chat@sweden" in refused.err


def test_selection_limits_writes(bench: Bench) -> None:
    only = bench.actions("--select", "deployment.triage@sweden")
    assert only == {
        "dataset.triage-train": "upload",
        "dataset.triage-valid": "upload",
        "job.triage": "train",
        "deployment.triage@sweden": "add",
    }
    held = bench.actions("--target", "chicago")
    assert set(held.values()) == {"blocked"}
    assert bench.run("plan", "--target", "job.triage").status == 64
    assert bench.run("plan", "--target", "mars").status == 1


def test_a_failure_skips_only_what_needs_it(bench: Bench) -> None:
    """A base model that nobody offers would be caught before; this is the service's own refusal."""
    bench.edit("specs/triage.yaml", "gpt-4.1-nano-2025-04-14", "gpt-9-2031-01-01")
    rule = {"fault": "status", "status": 403, "method": "GET", "path": "Services/accounts/[^/]+/models$", "count": None}
    bench.http.post("/_emulator/faults", json=[rule]).raise_for_status()
    result = bench.apply()
    assert result.status == 1
    assert "skipped" in result.out
    assert "deployment.triage@sweden" in result.out
    assert "job.triage" in result.err
    left = bench.actions()
    assert set(left) == {"job.triage", "deployment.triage@sweden", "deployment.triage@chicago"}
