"""Shell completion: the scripts, and what they complete; bash is asked itself."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete

from reconciler.cli.app import COMMANDS, cli, run

PROJECT = Path(__file__).parents[3]


def completed(*words: str) -> list[str]:
    """What is offered for the last word."""
    *before, last = words
    return [item.value for item in ShellComplete(cli, {}, "reconciler", "_X").get_completions(before, last)]


@pytest.fixture
def in_project(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(PROJECT)


def test_commands() -> None:
    assert completed("") == list(COMMANDS)
    assert completed("val") == ["validate"]


def test_options() -> None:
    assert "--select" in completed("plan", "--")
    assert completed("plan", "--format", "te") == ["text"]


@pytest.mark.usefixtures("in_project")
def test_addresses_and_targets_come_from_the_specs() -> None:
    assert completed("plan", "--target", "") == ["chicago", "sweden", "virginia"]
    assert completed("apply", "--select", "job.s") == [
        "job.support/2026-08",
        "job.support/2026-09",
        "job.support/2026-10",
    ]
    assert completed("plan", "--select", "deployment.triage@") == [
        "deployment.triage@chicago",
        "deployment.triage@sweden",
    ]


def test_a_spec_root_that_was_typed_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert completed("plan", str(PROJECT / "specs"), "--target", "ch") == ["chicago"]


@pytest.mark.parametrize("text", [None, "jobs: {", "version: 1\nestate: acme\ncolour: red\n"])
def test_specs_that_do_not_load_complete_nothing_and_say_nothing(
    text: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    if text is not None:
        (tmp_path / "specs").mkdir()
        (tmp_path / "specs" / "a.yaml").write_text(text)
    assert completed("plan", "--select", "") == []
    assert completed("plan", "--target", "") == []
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", "")


def test_codes() -> None:
    assert completed("explain", "duplicate-") == ["duplicate-key", "duplicate-name"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_calls_back(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["completion", shell]) == 0
    assert f"_RECONCILER_COMPLETE={shell}_complete" in capsys.readouterr().out


def test_another_shell_is_a_usage_error() -> None:
    assert run(["completion", "powershell"]) == 64


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_the_script_is_the_shells_language(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    run(["completion", shell])
    subprocess.run([shell, "-n"], input=capsys.readouterr().out, text=True, check=True)


ASK = """\
eval "$(reconciler completion bash)"
ask() {
  COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
  _reconciler_completion reconciler
  echo "${COMPREPLY[@]}"
}
[[ $COMP_WORDBREAKS == *@* ]] && echo "addresses are not one word"
ask reconciler pla
ask reconciler plan --select deployment.support-chat@s
complete -p reconciler
"""


@pytest.mark.usefixtures("in_project")
def test_bash_completes() -> None:
    bash, command = shutil.which("bash"), Path(sys.executable).parent / "reconciler"
    if bash is None or not command.exists():
        pytest.skip("bash or the installed command is missing")
    path = f"{command.parent}:/usr/bin:/bin"
    told = subprocess.run([bash, "-c", ASK], env={"PATH": path}, capture_output=True, text=True, check=True)
    assert told.stderr == ""
    assert told.stdout.splitlines()[:2] == ["plan", "deployment.support-chat@sweden"]
    assert "-F _reconciler_completion reconciler" in told.stdout
