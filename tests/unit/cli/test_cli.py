"""The command line without a network: exit statuses, streams, and no traceback for anything a user does."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.cli.app import run
from tests.support.estate import ESTATE, edited, write_files
from tests.support.rows import ROWS, chat_row

DATASETS = ("january", "february", "valid", "tickets")


@pytest.fixture
def estate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The small estate with its training files; the working folder is its repository."""
    root = write_files(tmp_path, {"a.yaml": ESTATE})
    for name in DATASETS:
        (root / f"{name}.jsonl").write_text("\n".join(chat_row(f"{name} {n}") for n in range(12)))
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("RECONCILER_EMULATOR", raising=False)
    return tmp_path


def edit(estate: Path, old: str, new: str) -> None:
    file = estate / "specs" / "a.yaml"
    file.write_text(edited(file.read_text(), (old, new)))


def test_valid_specs(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["validate"]) == 0
    out, err = capsys.readouterr()
    expected = "Valid. estate acme: 2 targets, 4 datasets (48 rows), 3 jobs, 3 deployments in 1 file.\n"
    assert (out, err) == (expected, "")


def test_problems_go_to_standard_error_with_their_places(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(estate, "capacity: 20", "capactiy: 20")
    (estate / "specs" / "tickets.jsonl").write_text("\n".join([*ROWS, "{"]))
    assert run(["validate"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert "specs/a.yaml:48:17" in err
    assert 'did you mean "capacity"?' in err


def test_rows_are_checked_once_the_specs_are_right(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (estate / "specs" / "tickets.jsonl").write_text("\n".join([*ROWS, "{", "{}"]))
    assert run(["validate"]) == 1
    err = capsys.readouterr().err
    assert "specs/tickets.jsonl:13:1" in err
    assert "specs/tickets.jsonl:14:1" in err
    assert "2 errors in 1 file" in err


def remove(root: Path) -> None:
    (root / "tickets.jsonl").unlink()


def link_out(root: Path) -> None:
    remove(root)
    (root / "tickets.jsonl").symlink_to("/etc/passwd")


def make_folder(root: Path) -> None:
    remove(root)
    (root / "tickets.jsonl").mkdir()


def name(path: str) -> Callable[[Path], None]:
    def rename(root: Path) -> None:
        (root / "a.yaml").write_text(edited(ESTATE, ("tickets.jsonl", path)))

    return rename


FILES: list[tuple[Callable[[Path], None], str, str]] = [
    (remove, "file-unreadable", "a training file that is not there"),
    (link_out, "file-outside", "a link to a file outside the repository"),
    (name("../../other/secrets.jsonl"), "file-outside", "a path that leads out"),
    (name("/etc/passwd"), "file-outside", "a path from the top"),
    (make_folder, "file-unreadable", "a folder"),
]


@pytest.mark.parametrize(("spoil", "code", "why"), FILES)
def test_training_files(
    estate: Path, capsys: pytest.CaptureFixture[str], spoil: Callable[[Path], None], code: str, why: str
) -> None:
    """A pull request must not be able to upload files of somebody else."""
    spoil(estate / "specs")
    assert run(["validate"]) == 1, why
    assert f"[{code}]" in capsys.readouterr().err, why


def test_an_endpoint_of_somebody_else_is_refused_before_anything_is_sent(
    estate: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(estate, "region: swedencentral", "region: swedencentral\n    endpoint: https://evil.example/")
    for command in ("validate", "plan", "apply", "status"):
        assert run([command]) == 1, command
        assert "[endpoint-refused]" in capsys.readouterr().err, command
    monkeypatch.setenv("RECONCILER_ALLOW_HOSTS", "evil.example")
    assert run(["validate"]) == 0


USAGE = [
    (["plan", "--nonsense"], "an option that is none"),
    (["nonsense"], "a command that is none"),
    (["plan", "a", "b"], "an argument too many"),
    (["plan", "--format", "xml"], "a form that is none"),
    (["plan", "--parallelism", "0"], "no workers"),
    (["plan", "--select", "triage"], "a name that is no address"),
    (["plan", "--select", "deployment.triage"], "a deployment without its target"),
    (["plan", "--target", "deployment.triage@sweden"], "an address that is no target"),
    (["apply", "--timeout", "soon"], "a time that is none"),
    (["apply", "--timeout", "-5"], "one that has passed"),
    (["apply", "--timeout", "nan"], "one that is no number"),
]


@pytest.mark.parametrize(("arguments", "why"), USAGE)
def test_usage_errors_end_with_64(
    estate: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], why: str
) -> None:
    """Never 2, which means changes."""
    assert run(arguments) == 64, why
    out, err = capsys.readouterr()
    assert (out, err != "") == ("", True), why


def test_a_target_that_is_an_address_is_told_what_to_use(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["plan", "--target", "deployment.triage@sweden"])
    assert "use --select deployment.triage@sweden" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["plan", "--select", "job.traige"], "job.traige"),
        (["plan", "--target", "swedn"], "sweden"),
        (["plan", "--select", "job.z*"], "job.z*"),
    ],
)
def test_addresses_that_name_nothing(
    estate: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], hint: str
) -> None:
    assert run(arguments) == 1
    err = capsys.readouterr().err
    assert "[unknown-address]" in err
    assert hint in err


PLANS = [
    ("{}", "no plan"),
    ("[]", "a list"),
    ("nonsense", "no JSON"),
    (json.dumps({"format_version": "2.0", "root": "specs"}), "a plan of the future"),
    (json.dumps({"format_version": "1.0", "root": 7}), "a root that is none"),
]


@pytest.mark.parametrize(("text", "why"), PLANS)
def test_what_is_no_saved_plan(estate: Path, capsys: pytest.CaptureFixture[str], text: str, why: str) -> None:
    (estate / "plan.json").write_text(text)
    assert run(["apply", "plan.json"]) == 1, why
    assert "[plan-file]" in capsys.readouterr().err, why


def test_a_saved_plan_is_applied_whole(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (estate / "plan.json").write_text(json.dumps({"format_version": "1.0", "root": "specs"}))
    assert run(["apply", "plan.json", "--target", "sweden"]) == 64


def test_an_emulator_that_is_not_there(
    estate: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECONCILER_EMULATOR", "http://127.0.0.1:9")
    assert run(["plan"]) == 1
    assert "[emulator-unreachable]" in capsys.readouterr().err


def test_two_emulators_at_once(estate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECONCILER_EMULATOR", "http://127.0.0.1:9")
    assert run(["plan", "--emulator"]) == 64


def test_version_and_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out.startswith("reconciler")
    assert run(["--help"]) == 0
    shown = capsys.readouterr().out
    for command in ("validate", "plan", "apply", "status", "emulator"):
        assert command in shown
        assert run([command, "--help"]) == 0


@pytest.mark.parametrize("root", ["nowhere", "specs/a.yaml"])
def test_a_root_without_specs(estate: Path, capsys: pytest.CaptureFixture[str], root: str) -> None:
    assert run(["validate", root]) == 1
    assert "[no-specs]" in capsys.readouterr().err
