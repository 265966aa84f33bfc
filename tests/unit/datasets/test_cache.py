"""A second pass reads metadata alone and says the same, until the file, the question or the code changes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from reconciler.datasets import cache as module
from reconciler.datasets.cache import Cache, default_folder
from reconciler.datasets.reading import Reader
from reconciler.datasets.scan import Request, Scan
from reconciler.model.catalog.encodings import O200K
from reconciler.model.diagnostics import Diagnostic
from tests.support.rows import ROWS, chat_row


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "rows.jsonl"
    file.write_text("\n".join([*ROWS, "", ROWS[0]]))
    age(file)
    return file


def age(file: Path) -> None:
    """A file that was written just now is not remembered."""
    past = file.stat().st_mtime_ns - 10**9
    os.utime(file, ns=(past, past))


def never(*_: object) -> tuple[Scan | None, list[Diagnostic]]:
    raise AssertionError("the file was read")


def test_the_same_is_said_without_reading(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = Cache(tmp_path / "cache")
    first, problems = cache.read(file, "rows.jsonl", Request(encoding=O200K))
    assert first
    assert {p.code.id for p in problems} == {"dataset-blank-lines", "dataset-duplicates"}
    monkeypatch.setattr(module, "read", never)
    for request in (Request(encoding=O200K), Request()):
        again, told = cache.read(file, "rows.jsonl", request)
        assert again
        assert cache.hashes(again) == first.hashes
        again.hashes = first.hashes
        assert (again, told) == (first, problems)


@pytest.mark.parametrize("change", ["content", "time", "format", "secrets", "tokens"])
def test_what_makes_it_read_again(change: str, file: Path, tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache")
    cache.read(file, "rows.jsonl", Request())
    assert cache.get(file, Request())
    requests = {"format": Request("chat"), "secrets": Request(secrets=True), "tokens": Request(encoding=O200K)}
    if change == "content":
        file.write_text(file.read_text() + chat_row("one more"))
    elif change == "time":
        age(file)
    assert cache.get(file, requests.get(change, Request())) is None


def test_another_release_reads_again(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = Cache(tmp_path / "cache")
    cache.read(file, "rows.jsonl", Request())
    monkeypatch.setattr(module, "_code", lambda: [1])
    assert cache.get(file, Request()) is None


@pytest.mark.parametrize("content", [b"", b"{}", b"null", b'{"digest": 7}', b"\xff"])
def test_a_broken_entry_counts_as_absent(content: bytes, file: Path, tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache")
    first = cache.read(file, "rows.jsonl", Request())
    for entry in (tmp_path / "cache").iterdir():
        entry.write_bytes(content)
    assert cache.get(file, Request()) is None
    assert cache.read(file, "rows.jsonl", Request()) == first


def test_a_file_of_just_now_is_not_remembered(file: Path, tmp_path: Path) -> None:
    os.utime(file)
    cache = Cache(tmp_path / "cache")
    cache.read(file, "rows.jsonl", Request())
    assert cache.get(file, Request()) is None


def test_a_folder_that_cannot_be_written_does_no_harm(file: Path, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file in its place")
    found, _ = Cache(tmp_path / "cache").read(file, "rows.jsonl", Request())
    assert found


def usable(folder: Path) -> bool:
    module.usable.cache_clear()
    module._say.cache_clear()
    return module.usable(folder)


def test_a_folder_of_our_own_is_used(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert usable(tmp_path / "a/b")
    assert (tmp_path / "a/b").stat().st_mode & 0o777 == 0o700
    assert not caplog.records


@pytest.mark.parametrize("kind", ["file", "others", "foreign", "absent"])
def test_a_folder_that_is_not_ours_alone_is_left_and_that_is_said_once(
    kind: str, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "cache"
    if kind == "file":
        folder.write_text("a file in its place")
    elif kind == "others":
        folder.mkdir()
        folder.chmod(0o777)
    elif kind == "foreign":
        monkeypatch.setattr(os, "geteuid", lambda: folder.parent.stat().st_uid + 1)
    else:
        folder = Path("/proc/nothing")
    assert not usable(folder)
    reader = Reader(folder=folder)
    assert reader.cache is None
    assert reader.read(file, "rows.jsonl", Request())[0]
    assert Reader(folder=folder).cache is None
    assert [str(folder) in r.getMessage() for r in caplog.records] == [True]


def test_a_user_without_a_home_has_no_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    """Containers that run under any number: HOME is not set, and the number has no entry."""

    def homeless(*_: object) -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("RECONCILER_CACHE", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", homeless)  # as pathlib does
    assert default_folder() is None
    assert Reader().cache is None
    monkeypatch.setattr(Path, "home", lambda: Path("/nonexistent"))
    assert default_folder() is None, "the home of a user who shall have none is not made"


def test_what_is_deleted_is_ours(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The operator may have named a folder that holds more than the cache."""
    monkeypatch.setattr(module, "MAX_ENTRIES", 0)
    kept = [tmp_path / name for name in ("thesis.json", "a" * 40, "0.rows")]
    for other in kept:
        other.write_text("x")
        age(other)
    Cache(tmp_path).read(file, "rows.jsonl", Request())
    assert all(other.exists() for other in kept)


def test_leakage_is_remembered(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "valid.jsonl"
    other.write_text("\n".join([*(chat_row(f"other {n}") for n in range(12)), "", ROWS[5], ROWS[7]]))
    age(other)

    def told() -> list[Diagnostic]:
        reader = Reader(folder=tmp_path / "cache")
        one, _ = reader.read(file, "rows.jsonl", Request())
        two, _ = reader.read(other, "valid.jsonl", Request())
        assert one
        assert two
        return list(reader.leakage((one, file, "rows.jsonl"), (two, other, "valid.jsonl")))

    first = told()
    (problem,) = first
    assert str(problem.range) == "valid.jsonl:14"
    assert [str(at) for _, at in problem.related] == ["rows.jsonl:6"]
    assert "2 rows" in problem.detail
    monkeypatch.setattr(module, "read", never)
    for entry in (tmp_path / "cache").glob("*.rows"):
        entry.unlink()
    assert told() == first


def test_old_entries_are_removed(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_ENTRIES", 20)
    folder = tmp_path / "cache"
    folder.mkdir()
    for n in range(30):
        (folder / f"{n:040x}.json").write_text("{}")
    Cache(folder).read(file, "rows.jsonl", Request())
    assert len(list(folder.iterdir())) < 30
    assert Cache(folder).get(file, Request())


def test_the_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("RECONCILER_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr("sys.platform", "linux")
    assert default_folder() == tmp_path / "reconciler"
    monkeypatch.setattr("sys.platform", "darwin")
    assert default_folder() == Path.home() / "Library/Caches/reconciler"
    monkeypatch.setenv("RECONCILER_CACHE", "/elsewhere")
    assert default_folder() == Path("/elsewhere")
