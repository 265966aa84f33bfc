"""Surroundings do not matter: whatever the machine is like, there are words, the right status and no traceback."""

from __future__ import annotations

import pytest

from tests.hostile.conftest import Estate
from tests.hostile.test_streams import emulator as emulator
from tests.hostile.test_streams import shell

FINE = {
    "no home and no folder for temporary files": "env -u HOME -u RECONCILER_CACHE TMPDIR=/proc/none $R {}",
    "a home that is a file": "env -u RECONCILER_CACHE HOME=/dev/null $R {}",
    "a cache that cannot be written": "RECONCILER_CACHE=/proc/none $R {}",
    "a cache that is a device": "RECONCILER_CACHE=/dev/full $R {}",
    "ASCII": "LC_ALL=C PYTHONUTF8=0 PYTHONCOERCECLOCALE=0 COLUMNS=0 $R {}",
    "another encoding": "LC_ALL=de_DE.ISO-8859-1 PYTHONIOENCODING=latin-1 COLUMNS=99999999 $R {}",
    "no assertions and no cores": "PYTHONOPTIMIZE=2 RECONCILER_CORES=0 $R {}",
    "few open files": "ulimit -n 24; $R {}",
    "little memory": "ulimit -v 1500000; $R {}",
    "words without sense": "COLUMNS=-x TZ=:/../x RECONCILER_CORES=² GITHUB_REPOSITORY=$'\x01' GITHUB_RUN_ID=% $R {}",
}


@pytest.mark.parametrize("kind", FINE)
def test_what_makes_no_difference(kind: str, estate: Estate, emulator: str) -> None:
    for command in ("validate", "apply --auto-approve --no-wait"):
        status, out, err = shell(estate, FINE[kind].format(command), RECONCILER_EMULATOR=emulator)
        assert status == 0, err
        assert out
        assert err.count("The cache") <= 1


REPOSITORY = "rm -r .git; git init -q; git -c user.name=x -c user.email=x@acme.example commit -qm x --allow-empty; "
WRONG = {
    "a deleted folder": ("mkdir x; cd x; rmdir ../x; $R plan", "[no-specs]"),
    "a deleted folder, specs elsewhere": (
        'S="$PWD/specs"; mkdir x; cd x; rmdir ../x; $R plan --emulator "$S"',
        "[emulator-state]",
    ),
    "a folder that cannot be written": ('S="$PWD/specs"; cd /proc; $R plan --emulator "$S"', "[emulator-state]"),
    "a link in place of our folder": ("ln -s specs .reconciler; $R plan --emulator", "a symbolic link, not a folder"),
    "a state that is not ours": (
        "mkdir .reconciler; echo {} >.reconciler/emulator.json; $R plan --emulator",
        "[emulator-state]",
    ),
    "no room for the plan": ("ulimit -f 0; $R plan --emulator-url $URL --out p.json", "p.json"),
    "an emulator's address without sense": ("$R plan --emulator-url 'http://[x'", "[emulator-unreachable]"),
    "an emulator's address without a host": ("$R plan --emulator-url http://", "[emulator-unreachable]"),
    "a proxy of no known kind": ("HTTPS_PROXY=garbage://u:secret@x $R plan", "[http-settings]"),
    "a proxy that is no address": ("https_proxy='http://u:secret@[::1' $R plan", "[http-settings]"),
    "certificates that are not there": ("SSL_CERT_FILE=/nonexistent $R plan", "[http-settings]"),
    "a policy that cannot be parsed": ("RECONCILER_POLICY='\"' $R plan --emulator-url $URL", "No closing quotation"),
    "no room for a step's outputs": ("GITHUB_OUTPUT=/dev/full $R github validate", "No space left on device"),
    "a token with a line break": (
        f"{REPOSITORY} GITHUB_TOKEN=$'secret\\nx' GITHUB_REPOSITORY=a/b $R github apply",
        "no request can carry",
    ),
    "a token that is not ASCII": (
        f"{REPOSITORY} GITHUB_TOKEN=süß GITHUB_REPOSITORY=a/b $R github apply",
        "no request can carry",
    ),
    "a repository with controls": (
        f"{REPOSITORY} GITHUB_TOKEN=x GITHUB_REPOSITORY=$'a\\x01/b' $R github apply",
        "non-printable",
    ),
    "a proxy of no known kind in CI": ("HTTPS_PROXY=garbage://u:secret@x $R github plan", "[http-settings]"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_what_cannot_work_is_told(kind: str, estate: Estate, emulator: str) -> None:
    line, words = WRONG[kind]
    status, out, err = shell(estate, line, URL=emulator)
    assert status in (1, 64)
    assert words in out + err
    assert "secret" not in out + err


def test_the_job_goes_on_without_its_summary(estate: Estate) -> None:
    status, out, _ = shell(estate, "$R github validate", GITHUB_STEP_SUMMARY="/dev/full")
    assert status == 0
    assert "::error title=the file cannot be written [file-unwritable]::/dev/full: No space" in out


def test_our_folder_ignores_itself_in_git(estate: Estate) -> None:
    shell(estate, "rm -r .git; git init -q; $R plan --emulator")
    status, out, _ = shell(estate, "git status --porcelain --untracked-files=all")
    assert status == 0
    assert "specs/estate.yaml" in out
    assert ".reconciler" not in out
    assert (estate.path / ".reconciler/emulator.json").exists()


@pytest.mark.parametrize("command", ["check", "stats"])
@pytest.mark.parametrize("form", ["text", "json"])
def test_a_name_of_bytes_that_are_no_text(command: str, form: str, estate: Estate) -> None:
    estate.data.rename(estate.path / "r\udcffws.jsonl")
    status, out, _ = shell(estate, f"$R dataset {command} --format {form} r*.jsonl")
    assert status == 0
    assert "r\\xffws.jsonl" in out.replace("\\\\", "\\")
