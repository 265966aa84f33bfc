from __future__ import annotations

import json
from pathlib import Path

import pytest

from reconciler.github.outputs import inert, write_outputs, write_summary
from reconciler.github.run import Pull, read_run


def test_no_value_can_pose_as_another_output(tmp_path: Path) -> None:
    run = read_run({"GITHUB_OUTPUT": str(tmp_path / "out")})
    write_outputs(run, {"plan": "a\nchanges<<end\nfalse\nend", "changes": "true"})
    name, delimiter = (tmp_path / "out").read_text().splitlines()[0].split("<<")
    assert name == "plan"
    assert len(delimiter) > 30
    read = _as_the_runner_reads((tmp_path / "out").read_text())
    assert read == {"plan": "a\nchanges<<end\nfalse\nend", "changes": "true"}


def _as_the_runner_reads(text: str) -> dict[str, str]:
    lines, read = iter(text.splitlines()), {}
    for line in lines:
        name, delimiter = line.split("<<", 1)
        value = []
        for part in lines:
            if part == delimiter:
                break
            value.append(part)
        read[name] = "\n".join(value)
    return read


def test_outside_of_actions_nothing_is_written() -> None:
    run = read_run({})
    write_outputs(run, {"a": "b"})
    write_summary(run, "words")
    assert (run.repository, run.pull, run.url) == ("", None, "")


def test_the_log_gives_no_commands_meanwhile() -> None:
    said: list[str] = []
    with inert(said.append):
        said.append("::error::not an error\n")
    begun = said[0].strip()
    token = begun.removeprefix("::stop-commands::")
    assert begun.startswith("::stop-commands::")
    assert said[-1].endswith(f"::{token}::\n")
    assert said[-1].startswith("\n"), "the last line may lack its end"


@pytest.mark.parametrize(
    ("repository", "fork"),
    [({"full_name": "Acme/Models"}, False), ({"full_name": "mallory/models"}, True), (None, True)],
)
def test_the_pull_request_of_the_event(tmp_path: Path, repository: object, fork: bool) -> None:
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"pull_request": {"number": 7, "head": {"sha": "abc", "repo": repository}}}))
    run = read_run({"GITHUB_EVENT_PATH": str(event), "GITHUB_REPOSITORY": "acme/models"})
    assert run.pull == Pull(7, "abc", fork)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"pull_request": 7}', '{"pull_request": {"head": null, "number": 1}}']
)
def test_other_events_have_none(tmp_path: Path, text: str) -> None:
    event = tmp_path / "event.json"
    event.write_text(text)
    assert read_run({"GITHUB_EVENT_PATH": str(event)}).pull is None


@pytest.mark.parametrize(
    "change",
    [
        {"GITHUB_SERVER_URL": "https://x) ![y](//evil.example"},
        {"GITHUB_SERVER_URL": "javascript:alert(1)"},
        {"GITHUB_REPOSITORY": "a/b)"},
        {"GITHUB_REPOSITORY": "\x01"},
        {"GITHUB_RUN_ID": "%"},
    ],
)
def test_variables_without_sense_make_no_link(change: dict[str, str]) -> None:
    known = {"GITHUB_REPOSITORY": "acme/models", "GITHUB_RUN_ID": "7"}
    assert read_run(known).url == "https://github.com/acme/models/actions/runs/7"
    assert read_run(known | change).url == ""
