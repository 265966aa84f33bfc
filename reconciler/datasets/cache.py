"""Results of earlier passes, so that a file that has not changed is not read again.

One small JSON file for each training file, beside it the hashes of its rows, and one for each pair that was compared.
A file is known by its path, size, times and inode. Everything here may be deleted at any time; what cannot be read
counts as absent, because the pass can always be made again. A folder that others may write to, or that cannot be
written, is not used, and that is logged once as a warning.
"""

from __future__ import annotations

import functools
import hashlib
import os
import re
import stat
import sys
import time
from array import array
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson

from reconciler.datasets.block import Block
from reconciler.datasets.digest import DIGEST_VERSION
from reconciler.datasets.findings import Findings
from reconciler.datasets.scan import Request, Scan, read
from reconciler.datasets.statistics import Statistics
from reconciler.model.catalog.encodings import CL100K, HARMONY, O200K
from reconciler.model.diagnostics import Diagnostic

MAX_ENTRIES = 2_000
_OURS = re.compile(r"[0-9a-f]{40}\.(json|rows)")
"""What may be deleted: the folder that an operator names may hold more."""
_FRESH = 50_000_000
"""Nanoseconds: a file written a moment ago may be written again within the same tick of its clock."""


def default_folder() -> Path | None:
    """RECONCILER_CACHE, or the platform's folder for caches; None for a user without a home, which is not made."""
    if own := os.environ.get("RECONCILER_CACHE"):
        return Path(own)
    if sys.platform == "darwin":
        return _in_home("Library/Caches/reconciler")
    if sys.platform == "win32":
        named = os.environ.get("LOCALAPPDATA")
        return Path(named, "reconciler/Cache") if named else _in_home("reconciler/Cache")
    named = os.environ.get("XDG_CACHE_HOME")
    return Path(named, "reconciler") if named else _in_home(".cache/reconciler")


def _in_home(folder: str) -> Path | None:
    try:
        home = Path.home()
    except RuntimeError:  # the user has no entry, as in containers that run under any number
        return None
    return home / folder if home.is_dir() else None


class Cache:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def key(self, file: Path, request: Request) -> str:
        """Changes with the file's metadata, and with what is asked. Raises OSError."""
        info = file.stat()
        known = [ascii(str(file)), info.st_size, info.st_mtime_ns, info.st_ctime_ns, info.st_ino, info.st_dev]
        asked = [request.format, request.expected, request.encoding, request.secrets]
        return _hash([_code(), *known, *asked])

    def get(self, file: Path, request: Request) -> Scan | None:
        """The result of an earlier pass, which may know more than was asked; without the hashes of its rows."""
        wanted = [request.encoding] if request.encoding else ["", O200K, CL100K, HARMONY]
        for encoding in wanted:
            try:
                data = orjson.loads(self._file(self.key(file, replace(request, encoding=encoding))).read_bytes())
                return _scan_from(data)
            except (OSError, ValueError, KeyError, TypeError, AttributeError):
                continue
        return None

    def read(self, file: Path, shown: str, request: Request) -> tuple[Scan | None, list[Diagnostic]]:
        """`scan.read`, or what it said the last time. A result from here is without the hashes of its rows."""
        if found := self.get(file, request):
            return found, list(found.block.findings.diagnostics(shown))
        begun = time.time_ns()
        key = self.key(file, request)
        found, problems = read(file, shown, request)
        if found:
            self.put(file, request, found, key, begun)
        return found, problems

    def put(self, file: Path, request: Request, found: Scan, key: str, begun_ns: int) -> None:
        """Remember a pass that was begun at `begun_ns`, when the file had this `key`."""
        try:
            if self.key(file, request) != key or begun_ns - file.stat().st_mtime_ns < _FRESH:
                return
        except OSError:
            return
        self._write(self._rows(_rows_key(found)), found.hashes.tobytes())
        self._write(self._file(key), orjson.dumps(_scan_to(found), option=orjson.OPT_NON_STR_KEYS))

    def hashes(self, found: Scan) -> array[int] | None:
        hashes = array("Q")
        try:
            hashes.frombytes(self._rows(_rows_key(found)).read_bytes())
        except (OSError, ValueError):
            return None
        return hashes if len(hashes) == found.rows else None

    def get_pair(self, training: Scan, validation: Scan) -> tuple[int, list[tuple[int, int]]] | None:
        """What `overlap.shared` said of two files with these rows."""
        try:
            count, pairs = orjson.loads(self._file(_pair_key(training, validation)).read_bytes())
            return int(count), [(int(a), int(b)) for a, b in pairs]
        except (OSError, ValueError, TypeError):
            return None

    def put_pair(self, training: Scan, validation: Scan, shared: tuple[int, list[tuple[int, int]]]) -> None:
        self._write(self._file(_pair_key(training, validation)), orjson.dumps(shared))

    def _file(self, key: str) -> Path:
        return self.folder / f"{key}.json"

    def _rows(self, key: str) -> Path:
        return self.folder / f"{key}.rows"

    def _write(self, file: Path, content: bytes) -> None:
        import tempfile  # only a first look at a file writes

        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self.folder, prefix=".", delete=False) as stream:
                stream.write(content)
            os.replace(stream.name, file)
            self._prune()
        except OSError as error:  # a full disk costs time and nothing else
            _say(self.folder, error.strerror or str(error))

    def _prune(self) -> None:
        entries = [entry for entry in os.scandir(self.folder) if _OURS.fullmatch(entry.name)]
        if len(entries) > MAX_ENTRIES:
            oldest = sorted(entries, key=lambda entry: entry.stat().st_mtime_ns)
            for entry in oldest[: MAX_ENTRIES // 10]:
                os.unlink(entry.path)


@functools.cache
def usable(folder: Path) -> bool:
    """Whether the folder is there, ours alone and can be written; it is made where it is not there."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        info = folder.stat()
    except OSError as error:
        why = error.strerror or str(error)
    else:
        if (hasattr(os, "geteuid") and info.st_uid != os.geteuid()) or info.st_mode & stat.S_IWOTH:
            why = "others may write to it"
        elif os.access(folder, os.R_OK | os.W_OK | os.X_OK):
            return True
        else:
            why = "it cannot be written"
    _say(folder, why)
    return False


@functools.cache
def _say(folder: Path, why: str) -> None:
    import logging

    logging.getLogger(__name__).warning(
        "The cache %r cannot be used: %s. Training files are read anew; RECONCILER_CACHE names another folder.",
        str(folder),
        why,
    )


@functools.cache
def _code() -> list[int]:
    """Changes with the code of this room: another release may find something else in the same file."""
    files = sorted(Path(__file__).parent.rglob("*.py"))
    return [value for file in files for value in (file.stat().st_size, file.stat().st_mtime_ns)]


def _hash(parts: list[Any]) -> str:
    return hashlib.sha256(orjson.dumps(parts)).hexdigest()[:40]


def _rows_key(found: Scan) -> str:
    return _hash([DIGEST_VERSION, "rows", found.digest, found.rows])


def _pair_key(training: Scan, validation: Scan) -> str:
    return _hash([DIGEST_VERSION, "pair", training.digest, training.rows, validation.digest, validation.rows])


def _scan_to(found: Scan) -> dict[str, Any]:
    block = found.block
    return {
        "format": found.format,
        "encoding": found.encoding,
        "digest": found.digest,
        "rows": found.rows,
        "bytes": found.bytes,
        "lines": block.lines,
        "blank": block.blank,
        "findings": block.findings.to_json(),
        "longest_bytes": block.longest_bytes,
        "images": block.images,
        "most_images": block.most_images,
        "long_outputs": block.long_outputs,
        "unanswered": block.unanswered,
        "item_paths": block.item_paths,
        "statistics": block.statistics.to_json() if block.statistics else None,
    }


def _scan_from(data: Any) -> Scan:
    images, line = data["most_images"]
    outputs, first = data["long_outputs"]
    block = Block(
        lines=int(data["lines"]),
        blank=[int(line) for line in data["blank"]],
        findings=Findings.from_json(data["findings"]),
        longest_bytes=int(data["longest_bytes"]),
        images=int(data["images"]),
        most_images=(int(images), int(line)),
        long_outputs=(int(outputs), int(first)),
        unanswered=int(data["unanswered"]),
        item_paths=Counter({str(path): int(rows) for path, rows in data["item_paths"].items()}),
        statistics=Statistics.from_json(data["statistics"]) if data["statistics"] else None,
    )
    digest, rows, size = str(data["digest"]), int(data["rows"]), int(data["bytes"])
    return Scan(str(data["format"]), str(data["encoding"]), digest, rows, size, block)
