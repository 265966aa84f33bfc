"""The commands that the action calls, without the workflows around them."""

from __future__ import annotations

import json
import re

import pytest
from markdown_it import MarkdownIt

from reconciler.cli.app import run
from reconciler.github.marker import read_marker
from reconciler.planning.planreading import read_saved
from reconciler.providers.retry import Backoff
from tests.github.conftest import PROJECT, SPECS, Ci, Ended
from tests.github.test_workflows import live, set_capacity
from tests.support.hub import HEAD, TOKEN, Fault

PULL = 7
NORWAY = """\
version: 1
targets:
  norway:
    provider: azure
    subscription: 22222222-2222-2222-2222-222222222222
    resource_group: rg-acme
    account: aoai-norway
    region: norwayeast
deployments:
  small:
    model: {name: gpt-4.1-mini, version: "2025-04-14"}
    sku: GlobalStandard
    capacity: 1
    targets: {norway: {}}
"""


class Commands(Ci):
    """`reconciler github ...` in this process, and what the workflow does around it."""

    def __init__(self, ci: Ci, patch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        super().__init__(ci.folder, ci.stubs, ci.hub, ci.emulator)
        self._patch = patch
        self._capsys = capsys
        self.head = HEAD
        self.uploads = True

    def github(self, *arguments: str, **env: str) -> Ended:
        """One command in the repository, for the pull request."""
        event = self.stubs / "event.json"
        head = {"sha": self.head, "repo": {"full_name": self.hub.name}}
        event.write_text(json.dumps({"pull_request": {"number": PULL, "head": head}}))
        environment = {
            "GITHUB_REPOSITORY": self.hub.name,
            "GITHUB_TOKEN": TOKEN,
            "GITHUB_API_URL": self.hub.url,
            "GITHUB_EVENT_PATH": str(event),
            "GITHUB_REF_NAME": "main",
            "GITHUB_RUN_ID": "77",
            "GITHUB_STEP_SUMMARY": str(self.stubs / "summary.md"),
            "GITHUB_OUTPUT": str(self.stubs / "output"),
            "RECONCILER_EMULATOR": self.emulator,
            "PYTHONPATH": str(PROJECT),
            **env,
        }
        for name, value in environment.items():
            self._patch.setenv(name, value)
        self._patch.chdir(self.folder)
        self._capsys.readouterr()
        status = run(["github", *arguments])
        said = self._capsys.readouterr()
        if arguments[0] in ("plan", "publish"):
            self._upload(status)
        return Ended(status, said.out + said.err)

    def _upload(self, status: int) -> None:
        """What the workflow does after the plan."""
        if self.uploads:
            made = self.hub.ran(self.head, conclusion="success" if status == 0 else "failure")
            kept = self.outputs()
            if "artifact" in kept:
                content = (self.folder / kept["plan"]).read_bytes()
                self.hub.keep(made, kept["artifact"], {"plan.json": content})

    def outputs(self) -> dict[str, str]:
        """Of the latest step."""
        path = self.stubs / "output"
        text = path.read_text() if path.exists() else ""
        path.unlink(missing_ok=True)
        return dict(re.findall(r"^(\w+)<<(?:end-\w+)\n(.*)\nend-", text, re.MULTILINE))

    @property
    def summary(self) -> str:
        return (self.stubs / "summary.md").read_text()


@pytest.fixture
def here(ci: Ci, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Commands:
    monkeypatch.setattr(Backoff, "wait", lambda *_arguments: 0.0)
    return Commands(ci, monkeypatch, capsys)


def test_specs_in_error_are_shown_at_their_lines_and_in_the_same_comment(here: Commands) -> None:
    specs = here.folder / "specs/estate.yaml"
    specs.write_text(SPECS.replace("capacity", "capacitty"))
    ended = here.github("plan")
    assert ended.status == 1
    assert "::error file=specs/estate.yaml,line=23," in ended.log
    (comment,) = here.hub.comments[PULL]
    assert "are not valid" in comment["body"]
    assert "are not valid" in here.summary
    specs.write_text(SPECS)
    assert here.github("plan").status == 0
    assert [c["id"] for c in here.hub.comments[PULL]] == [comment["id"]]
    assert "1 to train" in comment["body"]


def test_ten_annotations_and_the_number_of_the_others(here: Commands) -> None:
    wrong = "".join(f"  wrong-{n}: {{}}\n" for n in range(30))
    (here.folder / "specs/more.yaml").write_text(f"version: 1\njobs:\n{wrong}")
    ended = here.github("validate")
    assert ended.status == 1
    assert ended.log.count("\n::error ") == 9
    assert "more: see the log and the summary" in ended.log


@pytest.mark.parametrize("status", [422, 502])
def test_a_comment_that_github_does_not_take_fails_the_job_and_the_summary_has_it(here: Commands, status: int) -> None:
    """A comment that still shows the plan before this one would mislead."""
    here.hub.faults.append(Fault("POST", "/comments", status, times=9))
    ended = here.github("plan")
    assert ended.status == 1
    assert "::error title=GitHub did not take the result" in ended.log
    assert "1 to train" in here.summary


def test_a_missing_right_is_a_notice(here: Commands) -> None:
    here.hub.faults.append(Fault("GET", "/comments", 403, times=9))
    ended = here.github("plan")
    assert ended.status == 0
    assert "::notice title=the token may not write here" in ended.log


def test_a_missing_right_to_read_approvals_is_an_error(here: Commands) -> None:
    here.hub.faults.append(Fault("GET", "/pulls", 403, times=9))
    ended = here.github("apply")
    assert ended.status == 1
    assert "job.triage" not in ended.log, "nothing was begun"


def test_a_token_with_another_name_is_told(here: Commands) -> None:
    here.hub.author = "acme-platform[bot]"
    assert "::warning title=the comment has another author" in here.github("plan").log
    assert "::warning" not in here.github("plan", "--author", "acme-platform[bot]").log


def test_a_digest_is_approved_by_hand_and_no_other(here: Commands) -> None:
    here.github("plan")
    marker = read_marker(here.hub.bodies(PULL)[0])
    assert marker
    refused = here.github("apply", "--approve", "0" * 64)
    assert refused.status == 1
    assert "nobody approved this plan" in refused.log
    assert marker.facts["digest"] in here.summary, "what to approve"
    assert here.github("apply", "--approve", marker.facts["digest"]).status == 0


def applied(here: Commands) -> None:
    """The estate was planned, merged and applied."""
    here.github("plan")
    here.hub.add_pull(PULL, merged=here.git("rev-parse", "HEAD"))
    assert here.github("apply", "--wait").status == 0
    assert "Applied: everything" in here.hub.bodies(PULL)[1]


def test_a_schedule_goes_on_with_what_was_approved_and_leaves_drift_alone(here: Commands) -> None:
    applied(here)
    set_capacity(here, 10)
    by_hand = here.github("apply")
    assert by_hand.status == 1
    assert "nobody approved this plan" in by_hand.log
    scheduled = here.github("apply", GITHUB_EVENT_NAME="schedule")
    assert scheduled.status == 0
    assert "::warning title=something else would change" in scheduled.log
    assert "Applied: everything that the specs" not in scheduled.log
    assert "everything that was approved is live, and nothing else was touched" in scheduled.log
    assert "deployment.triage@sweden" in here.summary
    assert live(here) == {"triage": 10}


def test_a_merge_approves_what_its_plan_showed_of_drift_too(here: Commands) -> None:
    applied(here)
    set_capacity(here, 10)
    here.head = "1" * 40
    here.github("plan")
    here.hub.add_pull(PULL + 1, merged=here.commit(), head=here.head)
    assert here.github("apply", "--wait").status == 0
    assert live(here) == {"triage": 30}


def test_a_pull_request_that_changes_nothing_gets_no_comment_unless_it_did(here: Commands) -> None:
    here.github("plan")
    assert len(here.hub.bodies(PULL)) == 1
    here.hub.add_pull(PULL, merged=here.git("rev-parse", "HEAD"))
    here.github("apply", "--wait")
    here.github("plan")
    assert "no changes" in here.hub.bodies(PULL)[0], "what is there already is brought up to date"
    here.hub.comments.clear()
    here.github("plan")
    assert not here.hub.bodies(PULL)


def test_drift_that_changes_is_news_and_what_cannot_be_read_is_an_error(here: Commands) -> None:
    applied(here)
    for capacity in (10, 10, 20):
        set_capacity(here, capacity)
        assert here.github("drift").status == 0
    (issue,) = here.hub.issues
    assert "20 live" in issue["body"]
    assert len(here.hub.comments[issue["number"]]) == 1, "said once, when it changed"
    url, here.emulator = here.emulator, "http://127.0.0.1:9"
    assert here.github("drift").status == 1
    assert issue["state"] == "open", "no proof that the drift is gone"
    assert "Drift is not known" in here.summary
    here.emulator = url
    set_capacity(here, 25)
    here.hub.faults.append(Fault("PATCH", "/issues/", 403, times=9))
    assert here.github("drift").status == 1, "nobody would hear of it"


def test_parts_that_several_jobs_planned_are_one_comment_and_one_approval(here: Commands) -> None:
    (here.folder / "specs/norway.yaml").write_text(NORWAY)
    for target in ("sweden", "norway"):
        here.github("plan", "--no-comment", "--targets", target, "--out", f"{target}.json")
    assert here.github("publish", "--plans", "*.json").status == 0
    (body,) = here.hub.bodies(PULL)
    assert "1 to train, 2 to add" in body
    here.hub.add_pull(PULL, merged=here.commit())
    assert here.github("apply", "--wait").status == 0
    assert "Applied: everything" in here.hub.bodies(PULL)[1]


def test_a_target_that_leaves_the_specs_is_missed_on_the_pull_request(here: Commands) -> None:
    base = here.folder / ".base/specs"
    base.mkdir(parents=True)
    (base / "estate.yaml").write_text(SPECS)
    (base / "norway.yaml").write_text(NORWAY)
    ended = here.github("plan", "--base", ".base")
    assert ended.status == 0
    assert "::warning title=a target has left the specs" in ended.log.replace("%3A", ":")
    assert "norway" in here.hub.bodies(PULL)[0]
    assert "a target has left" not in here.github("plan", "--base", "not-there").log


def test_a_service_that_cannot_be_reached_leaves_no_plan(here: Commands) -> None:
    here.emulator = "http://127.0.0.1:9"
    ended = here.github("plan")
    assert ended.status == 1
    assert "No plan for" in here.hub.bodies(PULL)[0]
    assert "the emulator does not answer" in here.hub.bodies(PULL)[0]


def test_a_large_plan_stays_below_the_limits_of_comment_and_summary(here: Commands) -> None:
    many = "".join(
        f'  d{n:04}:\n    {{model: {{name: gpt-4.1-mini, version: "2025-04-14"}}, sku: Standard, capacity: 1, '
        f"tags: {{seed: s{n * 7919**3:x}}}, targets: {{sweden: {{}}}}}}\n"
        for n in range(2_000)
    )
    (here.folder / "specs/many.yaml").write_text(f"version: 1\ndeployments:\n{many}")
    here.github("plan")
    (body,) = here.hub.bodies(PULL)
    assert 30_000 < len(body.encode()) <= 65_536
    assert len(here.summary.encode()) < 1_048_576
    marker = read_marker(body)
    assert marker
    assert marker.facts["run"] == "77"
    kept = read_saved((here.folder / ".reconciler/plan.json").read_bytes())
    assert kept.digest.changes == marker.facts["digest"], "the file that the workflow keeps is what was shown"


HOSTILE = "@everyone #1 <img src=x onerror=alert(1)> ```` </details> [x](javascript:1) ::error::y %0A::notice::z"


def test_hostile_words_are_inert_everywhere(here: Commands) -> None:
    """In a spec, in an error about it, in the log, the comment and the summary."""
    tagged = f"tags: {{note: {json.dumps(HOSTILE)}}}\n    targets: {{sweden: {{}}}}\n"
    text = SPECS.replace("targets: {sweden: {}}\n", tagged)
    (here.folder / "specs/estate.yaml").write_text(text)
    planned = here.github("plan")
    _is_inert(planned.log, here.hub.bodies(PULL)[0])
    (here.folder / "specs/estate.yaml").write_text(text.replace("capacity: 30", f"{json.dumps(HOSTILE)}: 30"))
    refused = here.github("plan")
    assert refused.status == 1
    _is_inert(refused.log, here.hub.bodies(PULL)[0])
    _is_inert("", here.summary)


def _is_inert(log: str, markdown: str) -> None:
    assert "@everyone" in markdown or "unknown key" in markdown
    html = MarkdownIt("gfm-like", {"linkify": False}).render(markdown)
    for tag in ("<img", '<a href="javascript', "<script"):
        assert tag not in html
    outside = _without_code(html)
    for word in ("@everyone", "onerror", "javascript:"):
        assert word not in outside, outside
    told, listening = [], True
    for line in log.splitlines():
        if line.startswith("::stop-commands::"):
            listening, token = False, line.removeprefix("::stop-commands::")
        elif not listening and line == f"::{token}::":
            listening = True
        elif listening and line.startswith("::"):
            told.append(line)
    assert all(line.startswith(("::error file=", "::error title=", "::notice ", "::warning ")) for line in told), told


def _without_code(html: str) -> str:
    """The text that GitHub would look through for mentions and links."""
    parts: list[str] = []
    for piece in html.split("<code"):
        parts.append(piece.partition("</code>")[2] if parts else piece)
    return "".join(parts)


def test_outside_of_actions_the_commands_work_and_say_what_is_missing(here: Commands) -> None:
    ended = here.github("plan", GITHUB_TOKEN="", GITHUB_STEP_SUMMARY="", GITHUB_OUTPUT="")
    assert ended.status == 0
    assert "this is no run of GitHub Actions" in ended.log
