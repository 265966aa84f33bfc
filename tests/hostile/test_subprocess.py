"""The same through a real process, where an interpreter could crash, memory could grow and a pipe could wait."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from tests.hostile.conftest import DANGEROUS, GOOD, Estate, Told
from tests.hostile.test_documents import aliases, nested
from tests.hostile.test_files import fifo
from tests.hostile.test_generated import generated

COMMAND = [sys.executable, "-m", "reconciler", "validate"]
MEMORY = 1_000_000_000
"""Bytes of address space: an alias bomb would need far more."""
NOBODY = 65534


def limit_memory() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def call(estate: Estate, **environment: str) -> Told:
    done = subprocess.run(
        COMMAND,
        cwd=estate.path,
        env={"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1", **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
        preexec_fn=limit_memory,
    )
    told = Told(done.returncode, done.stdout.decode(), done.stderr.decode())
    told.check()
    return told


DOCUMENTS = {
    "100,000 lists": nested("[", "]", 100_000).encode(),
    "100,000 mappings": nested("{a: ", "}", 100_000).encode(),
    "400,000 dashes": b"- " * 400_000,
    "400,000 question marks": b"? " * 400_000,
    "a billion laughs": aliases(9, 9).encode(),
    "many more laughs": aliases(30, 30).encode(),
    "a list inside itself": b"&a [*a]",
    "junk": bytes(range(256)) * 100,
    "NUL": b"\x00" * 100_000,
    "a lone surrogate": b'estate: "\\ud800"',
    "a command by tag": b"estate: !!python/object/apply:os.system [id]",
    "escapes": b'version: 1\nestate: "\\e[2J\\a"\n',
    "a megabyte of keys": b"version: 1\n" + b"".join(b"k%d: 1\n" % n for n in range(100_000))[:980_000] + b"\n",
}


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_a_document(kind: str, estate: Estate) -> None:
    estate.spec.write_bytes(DOCUMENTS[kind])
    assert call(estate).status == 1


@pytest.mark.parametrize("seed", range(2_000, 2_012))
def test_a_damaged_estate(seed: int, estate: Estate) -> None:
    estate.spec.write_bytes(generated(seed))
    call(estate)


def test_the_good_estate(estate: Estate) -> None:
    assert call(estate).status == 0


@pytest.mark.parametrize("where", ["specs/more.yaml", "data/rows.jsonl"])
def test_a_pipe_that_nobody_writes_to(where: str, estate: Estate) -> None:
    path = estate.path / where
    path.unlink(missing_ok=True)
    fifo(path)
    assert call(estate).codes == {"file-unreadable"}


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/random", "/dev/stdin"])
def test_a_device(device: str, estate: Estate) -> None:
    (estate.path / "specs" / "more.yaml").symlink_to(device)
    estate.data.unlink()
    estate.data.symlink_to(device)
    assert call(estate).status == 1


@pytest.mark.parametrize(
    ("name", "code"),
    [("a\udcffb", "file-encoding"), ("\x1b[2J", "spec-unknown-key"), ("caf\u00e9", "spec-unknown-key")],
)
def test_a_terminal_that_knows_ascii_only(name: str, code: str, estate: Estate) -> None:
    (estate.path / "specs" / f"{name}.yaml").write_text("version: 1\ncolour: r\u00f6t\n", encoding="utf-8")
    assert call(estate, PYTHONIOENCODING="ascii").codes == {code}


def test_colour_is_ours_alone(estate: Estate) -> None:
    """With colour there are escapes on the terminal: the tool's own, and none of the file's."""
    estate.spec.write_text(GOOD.replace("estate: acme", 'estate: "\\e[2J\\e]0;owned\\a"'))
    done = subprocess.run(
        COMMAND, cwd=estate.path, env={"PATH": os.environ["PATH"], "FORCE_COLOR": "1"}, capture_output=True, timeout=60
    )
    shown = done.stderr.decode()
    assert "\x1b[31m" in shown or "\x1b[1;31m" in shown
    plain = DANGEROUS.sub("", shown.replace("\x1b[", "\x00["))
    assert "\x1b" not in plain
    assert "2J" in shown
    assert "\x1b[2J" not in shown
    assert "\x07" not in shown


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become nobody; others meet the same in test_files")
@pytest.mark.parametrize("name", ["specs/estate.yaml", "specs/more", "data/rows.jsonl", "data"])
def test_what_may_not_be_read(name: str, estate: Estate) -> None:
    """Root may read everything, so the process becomes nobody."""
    for folder in (estate.path, *estate.path.parents):
        if folder != Path("/tmp") and str(folder).startswith("/tmp/"):
            folder.chmod(0o755)
    (estate.path / "specs" / "more").mkdir()
    program = f"""
import contextlib, io, logging, os, sys  # nobody may not read the interpreter's own folder
from reconciler.cli.app import run
with contextlib.redirect_stdout(io.StringIO()):
    assert run(["validate"]) == 0  # and everything is imported
os.chmod({name!r}, 0)
os.setgid({NOBODY})
os.setuid({NOBODY})
sys.exit(run(["validate"]))
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=estate.path, capture_output=True, timeout=60)
    told = Told(done.returncode, done.stdout.decode(), done.stderr.decode())
    told.check()
    assert told.status == 1
