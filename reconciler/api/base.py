"""The specs of an earlier commit, read from git into memory.

The repository is somebody's pull request: nothing of it is checked out, and nothing that it configures is run. Trees
and blobs are read by their ids, without filters, hooks, text conversion, pagers or a transport.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from reconciler.model import codes
from reconciler.model.diagnostics import Diagnostic, Severity, has_errors
from reconciler.model.errors import DiagnosticsError
from reconciler.planning.left import Base
from reconciler.specs.documents import MAX_BYTES
from reconciler.specs.estate import Specs
from reconciler.specs.parse import SUFFIXES, load, parse_texts

TIMEOUT = 60.0
"""Seconds that git may take for one answer."""
MOST_BYTES = 100_000_000
_INERT = ("-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "--no-pager", "--no-replace-objects")
_ENVIRONMENT = {
    "GIT_ALLOW_PROTOCOL": "none",  # a partial clone would fetch what it lacks, by a command that it names
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
_PARTIAL = "git lacks one of its files; the clone is partial"
_REPOSITORY = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR")


class _Unreadable(Exception):
    """Why the base cannot be read: a clause."""


def read_base(specs: Specs, named: str) -> Base:
    """The specs at the commit in which HEAD and `named`, a branch, tag or commit, have gone apart.

    A name that begins with `.` or `/` is a folder instead: a checkout of the base. Raises `DiagnosticsError`
    (base-unreadable) where there is no such commit, folder or git; specs that have errors there are a warning.
    """
    try:
        if named.startswith((".", "/")):
            return _from_folder(specs, Path(named))
        return _from_git(specs, named)
    except _Unreadable as error:
        code = codes.BASE_UNREADABLE
        raise DiagnosticsError([code.at(detail=f"{named}: {error}. {code.way_out}")]) from error


def read_usual_base(specs: Specs) -> Base | None:
    """The specs at the last commit that was pushed, else at HEAD; None where there is no such thing to compare with."""
    for named in ("@{upstream}", "HEAD"):
        try:
            base = _from_git(specs, named)
        except _Unreadable:
            continue
        return base if not base.problems else None
    return None


def _from_folder(specs: Specs, folder: Path) -> Base:
    if not folder.is_dir():
        raise _Unreadable("it is not a folder")
    folder = folder.resolve()
    root = folder / _below(specs)
    if not root.is_dir():
        return Base(folder.name, Specs(root, folder))
    try:
        return Base(folder.name, load(root)[0])
    except DiagnosticsError as error:
        return _broken(folder.name, Specs(root, folder), error.diagnostics)


def _from_git(specs: Specs, named: str) -> Base:
    git = _Git(specs.repository)
    commit = git.merge_base(named)
    found = git.files(commit, _below(specs))
    if all(_is_still(specs.root / path, id) for path, id in found.items()):
        return Base(commit[:10], specs)  # whatever has come, nothing has left
    texts = dict(zip(found, git.blobs(list(found.values())), strict=True))
    base, problems = parse_texts(specs.root, specs.repository, texts)
    if has_errors(problems):
        return _broken(commit[:10], Specs(specs.root, specs.repository), problems)
    return Base(commit[:10], base)


def _below(specs: Specs) -> Path:
    """The spec root within the repository."""
    return specs.root.resolve().relative_to(specs.repository)


def _broken(name: str, nothing: Specs, problems: Sequence[Diagnostic]) -> Base:
    first = next(p for p in problems if p.severity is Severity.ERROR)
    code = codes.BASE_BROKEN
    detail = f"The first error at {name}: {first.code.summary}. {first.detail} {code.way_out}"
    return Base(name, nothing, (code.at(detail=detail),))


class _Git:
    def __init__(self, repository: Path) -> None:
        self.repository = repository

    def merge_base(self, named: str) -> str:
        commit = self._find("rev-parse", "--verify", "--quiet", "--end-of-options", f"{named}^{{commit}}")
        if not commit:
            raise _Unreadable("git knows no such commit here")
        base = self._find("merge-base", "HEAD", commit)
        if not base:
            shallow = self._find("rev-parse", "--is-shallow-repository") == "true"
            why = "; the clone is shallow" if shallow else ""
            raise _Unreadable(f"HEAD and it have no commit in common{why}")
        return base

    def files(self, commit: str, folder: Path) -> dict[str, str]:
        """The spec files below a folder of the repository: path below that folder, and id."""
        where = "" if folder == Path() else f"{folder.as_posix()}/"
        listed = self._run("ls-tree", "-r", "-z", "--long", "--full-tree", commit, *(["--", where] if where else []))
        found: dict[str, str] = {}
        total = 0
        for line in filter(None, listed.split(b"\0")):
            facts, _, path = line.decode("utf-8", "surrogateescape").partition("\t")
            mode, _kind, id, size = facts.split()
            below = path.removeprefix(where)
            if mode.startswith("100") and below.endswith(SUFFIXES) and not _hidden(below):
                if not size.isdigit():
                    raise _Unreadable(_PARTIAL)
                total += int(size)
                if int(size) > MAX_BYTES or total > MOST_BYTES:
                    raise _Unreadable(f"its specs are too large ({path})")
                found[below] = id
        return found

    def blobs(self, ids: list[str]) -> Iterator[str]:
        """Their texts."""
        answer = self._run("cat-file", "--batch", told="".join(f"{id}\n" for id in ids).encode()) if ids else b""
        at = 0
        for _ in ids:
            line, _, _rest = answer[at : at + 200].partition(b"\n")
            size = line.rsplit(b" ", 1)[-1]
            if not size.isdigit():
                raise _Unreadable(_PARTIAL)
            begin = at + len(line) + 1
            at = begin + int(size) + 1
            yield answer[begin : at - 1].decode("utf-8-sig", "replace")

    def _find(self, *arguments: str) -> str:
        """What git prints; empty where it finds nothing."""
        return self._git(arguments, b"", lenient=True).decode("utf-8", "replace").strip()

    def _run(self, *arguments: str, told: bytes = b"") -> bytes:
        return self._git(arguments, told, lenient=False)

    def _git(self, arguments: tuple[str, ...], told: bytes, *, lenient: bool) -> bytes:
        command = ["git", *_INERT, "-C", str(self.repository), *arguments]
        environment = {k: v for k, v in os.environ.items() if k not in _REPOSITORY} | _ENVIRONMENT
        try:
            done = subprocess.run(
                command, input=told, capture_output=True, env=environment, timeout=TIMEOUT, check=False
            )
        except (OSError, ValueError) as error:  # there is no git; a name with a zero byte
            raise _Unreadable(f"git cannot be run ({getattr(error, 'strerror', None) or error})") from error
        except subprocess.TimeoutExpired as error:
            raise _Unreadable(f"git did not answer within {TIMEOUT:.0f} s") from error
        said = done.stderr.decode("utf-8", "replace").strip().split("\n")[0]
        if done.returncode and (not lenient or "dubious ownership" in said or "not a git" in said):
            raise _Unreadable(f"git says: {said.removeprefix('fatal: ')[:300]}")
        return done.stdout if not done.returncode else b""


def _is_still(file: Path, id: str) -> bool:
    """Whether a file is on the disk as git has it."""
    try:
        content = file.read_bytes()
    except OSError:
        return False
    kind = hashlib.sha256 if len(id) == 64 else hashlib.sha1
    return kind(b"blob %d\0" % len(content) + content).hexdigest() == id


def _hidden(path: str) -> bool:
    return any(part.startswith(".") for part in path.split("/"))
