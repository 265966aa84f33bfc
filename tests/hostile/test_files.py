"""What stands where a file is expected: pipes, devices, folders, links, files that may not be read."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.hostile.conftest import GOOD, Estate, Validate, rows


def fifo(path: Path) -> None:
    os.mkfifo(path)


def folder(path: Path) -> None:
    path.mkdir()


def link_to(target: str) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        path.symlink_to(target)

    return make


def link_to_fifo(path: Path) -> None:
    os.mkfifo(path.with_name("pipe"))
    path.symlink_to("pipe")


def socket_file(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)  # the names of sockets are short
    try:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(path.name)
    finally:
        os.chdir(here)


def two_links(path: Path) -> None:
    path.symlink_to("other")
    path.with_name("other").symlink_to(path.name)


def long_chain(path: Path) -> None:
    for n in range(60):
        path.with_name(f"link{n}").symlink_to(f"link{n + 1}")
    path.symlink_to("link0")


def sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(50_000_000)


INSTEAD: dict[str, Callable[[Path], None]] = {
    "a pipe": fifo,
    "a link to a pipe": link_to_fifo,
    "a socket": socket_file,
    "a folder": folder,
    "a link to a folder": link_to("."),
    "/dev/zero": link_to("/dev/zero"),
    "/dev/stdin": link_to("/dev/stdin"),
    "/dev/tty": link_to("/dev/tty"),
    "/dev/null": link_to("/dev/null"),
    "/etc/passwd": link_to("/etc/passwd"),
    "/proc/self/mem": link_to("/proc/self/mem"),
    "/proc/self/fd/0": link_to("/proc/self/fd/0"),
    "a way out and in": link_to("../../../../../../../../../../etc/passwd"),
    "a link to nothing": link_to("nothing"),
    "a link to itself": lambda path: path.symlink_to(path.name),
    "two links in a circle": two_links,
    "sixty links": long_chain,
    "a hole of 50 MB": sparse,
    "nothing": lambda path: None,
}

SPEC_ONLY = {"nothing", "a folder", "a link to a folder"}
"""Where a spec file is expected these are simply no spec files."""


@pytest.mark.parametrize("kind", [kind for kind in INSTEAD if kind not in SPEC_ONLY])
def test_a_spec_that_is_something_else(kind: str, estate: Estate, validate: Validate) -> None:
    INSTEAD[kind](estate.path / "specs" / "more.yaml")
    told = validate()
    assert told.status == 1
    assert told.codes <= {"file-unreadable", "file-outside", "file-too-large"}
    assert "specs/more.yaml" in told.err


@pytest.mark.parametrize(
    "kind",
    INSTEAD,
)
def test_a_dataset_that_is_something_else(kind: str, estate: Estate, validate: Validate) -> None:
    estate.data.unlink()
    INSTEAD[kind](estate.data)
    told = validate()
    assert told.status == 1
    assert told.codes & {
        "file-unreadable",
        "file-outside",
        "row-json",
        "dataset-empty",
        "dataset-absent",
        "row-encoding",
    }


@pytest.mark.parametrize(
    "kind", [kind for kind in INSTEAD if kind not in ("nothing", "a link to a folder", "a folder")]
)
def test_a_root_that_is_something_else(kind: str, estate: Estate, validate: Validate) -> None:
    INSTEAD[kind](estate.path / "root")
    assert validate("root").status == 1


PATHS = {
    "out": "../../outside.jsonl",
    "far out": "../" * 50 + "etc/passwd",
    "absolute": "/etc/passwd",
    "a device": "/dev/zero",
    "standard input": "/dev/stdin",
    "memory": "/proc/self/mem",
    "a folder": "../data",
    "the root": "/",
    "here": ".",
    "the spec itself": "estate.yaml",
    "through a file": "../data/rows.jsonl/rows.jsonl",
    "not there": "../data/none.jsonl",
    "a long name": "x" * 300,
    "a long path": "x/" * 2_000,
    "a path beyond every limit": "x/" * 20_000,
    "NUL": "../data/rows.jsonl\\0",
    "a home": "~/rows.jsonl",
    "a variable": "$HOME/rows.jsonl",
    "a URL": "https://example.com/rows.jsonl",
    "a file URL": "file:///etc/passwd",
    "a Windows path": "..\\\\data\\\\rows.jsonl",
    "a pattern": "../data/*.jsonl",
    "a flag": "--help",
    "an escape": "\\x1b[2J",
    "Git's own": "../.git/config",
}


@pytest.mark.parametrize("path", PATHS)
def test_a_path_of_a_dataset(path: str, estate: Estate, validate: Validate) -> None:
    (estate.path.parent / "outside.jsonl").write_text(rows(0))
    (estate.path / ".git" / "config").write_text("[core]\n")
    estate.spec.write_text(GOOD.replace("../data/rows.jsonl", f'"{PATHS[path]}"'))
    assert validate().status == 1


@pytest.mark.parametrize("target", ["/etc", "../..", "/"])
def test_a_dataset_in_a_folder_that_is_a_link_out(target: str, estate: Estate, validate: Validate) -> None:
    (estate.path / "data" / "out").symlink_to(target)
    estate.spec.write_text(GOOD.replace("../data/rows.jsonl", "../data/out/passwd"))
    assert validate().codes <= {"file-outside", "file-unreadable", "dataset-absent"}


def test_a_folder_of_specs_that_is_a_link_is_not_followed(estate: Estate, validate: Validate) -> None:
    """Neither out of the repository, nor in a circle."""
    (estate.path / "specs" / "etc").symlink_to("/etc")
    (estate.path / "specs" / "again").symlink_to(".")
    assert validate().status == 0


def test_folders_in_folders(estate: Estate, validate: Validate) -> None:
    deep = estate.path / "specs"
    for _ in range(150):
        deep /= "d"
        deep.mkdir()
    (deep / "a.yaml").write_text("version: 1\ncolour: red\n")
    assert validate().codes == {"spec-unknown-key"}


def test_thousands_of_files(estate: Estate, validate: Validate) -> None:
    for n in range(3_000):
        (estate.path / "specs" / f"f{n}.yaml").write_text("")
    assert validate().codes == {"spec-version", "too-many-problems"}


ROWS = {
    "nothing": b"",
    "junk": bytes(range(256)) * 20,
    "NUL": b"\x00" * 5_000,
    "one line without end": b"x" * 3_000_000,
    "100,000 brackets": b"[" * 100_000,
    "100,000 levels": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "deep messages": b'{"messages": ' + b"[" * 900 + b"]" * 900 + b"}",
    "a huge number": b'{"messages": [], "n": ' + b"9" * 100_000 + b"}",
    "an exponent": b'{"messages": [], "n": 1e999999}',
    "not a number": b'{"messages": NaN}',
    "a lone surrogate": b'{"messages": [{"role": "user", "content": "\\ud800"}]}',
    "bytes of a surrogate": b'{"messages": "\xed\xa0\x80"}',
    "UTF-16": '{"messages": []}'.encode("utf-16"),
    "escapes": b'{"messages": [{"role": "\\u001b[2J", "content": "x"}]}',
    "raw escapes": b"\x1b[2J\x1b]0;owned\x07",
    "turned text": '{"messages": [{"role": "\u202egnp", "content": "x"}]}'.encode(),
    "a list": b"[1, 2]",
    "a text": b'"x"',
    "null": b"null",
    "a key twice": b'{"messages": [], "messages": []}',
    "thousands of keys": b"{" + b", ".join(b'"k%d": 1' % n for n in range(50_000)) + b"}",
    "thousands of bad rows": b"{}\n" * 20_000,
    "a program": b"import os\n",
    "a page": b"<html></html>",
    "a zip": b"PK\x03\x04" + bytes(500),
}


@pytest.mark.parametrize("kind", ROWS)
def test_a_training_file_of_that(kind: str, estate: Estate, validate: Validate) -> None:
    estate.data.write_bytes(ROWS[kind])
    assert validate().status == 1


@pytest.mark.parametrize("kind", ROWS)
def test_a_training_file_with_one_row_of_that(kind: str, estate: Estate, validate: Validate) -> None:
    if kind == "nothing":
        pytest.skip("a blank line is no row")
    estate.data.write_bytes(rows(0).encode() + ROWS[kind])
    assert validate().status == 1


@pytest.mark.parametrize("root", ["none", "specs/estate.yaml", "/dev/null", "/dev/zero", "", ".", "x" * 5_000, "../.."])
def test_a_root(root: str, estate: Estate, validate: Validate) -> None:
    if root == "../..":
        (estate.path / "inside").mkdir()
        root = "inside"
    told = validate(root)
    assert told.status == (0 if root in ("", ".") else 1)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
@pytest.mark.parametrize("name", ["specs/estate.yaml", "specs/more", "data/rows.jsonl", "data"])
def test_what_may_not_be_read(name: str, estate: Estate, validate: Validate) -> None:
    (estate.path / "specs" / "more").mkdir()
    path = estate.path / name
    mode = path.stat().st_mode
    path.chmod(0)
    try:
        assert validate().status == 1
    finally:
        path.chmod(mode)


assert sys.platform != "win32", "pipes, links and devices are those of Unix"
