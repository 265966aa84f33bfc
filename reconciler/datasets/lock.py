"""`datasets.lock`: what is known of training files, committed beside the specs, so that a plan needs no bytes.

JSON with one entry a file, by its path relative to the lock (or by its url), one line each, so that merges are easy:

    {"version": 1, "datasets": {
    "../data/support.jsonl": {"sha256": ..., "digest": ..., "rows": ..., "bytes": ..., "format": ..., "tokens": ...}
    }}
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson

from reconciler.datasets.facts import DatasetFacts
from reconciler.model import codes
from reconciler.model.diagnostics import SourceRange
from reconciler.model.errors import DiagnosticsError

NAME = "datasets.lock"
VERSION = 1
_HEX = frozenset("0123456789abcdef")


@dataclass(frozen=True, slots=True)
class LockEntry:
    sha256: str
    """Of the file's bytes, as git-LFS counts them; 64 hex digits."""
    digest: str
    """Of the rows; 64 hex digits."""
    rows: int
    bytes: int
    format: str
    tokens: int
    longest: int
    encoding: str
    images: int = 0

    def facts(self, name: str, file: Path, *, url: str = "", sas_env: str = "") -> DatasetFacts:
        """Of a file whose bytes are not here."""
        known = {key: value for key, value in asdict(self).items() if key != "sha256"}
        return DatasetFacts(name=name, file=file, present=False, url=url, sas_env=sas_env, **known)


def path_key(lock: Path, file: Path) -> str:
    """How a file is named in a lock: with slashes on every platform."""
    return Path(os.path.relpath(file, lock.parent)).as_posix()


def read_lock(lock: Path) -> dict[str, LockEntry]:
    """Empty when there is none; raises `DiagnosticsError` when it cannot be read."""
    try:
        data = orjson.loads(lock.read_bytes())
        if data["version"] != VERSION:
            raise ValueError(f"version {data['version']!r} is not known to this release")
        return {str(key): _entry(value) for key, value in data["datasets"].items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        at = SourceRange(str(lock), 1, 1, 1, 1)
        raise DiagnosticsError([codes.DATASET_LOCK_FILE.at(at, f"{type(error).__name__}: {error}.")]) from error


def _entry(data: Any) -> LockEntry:
    entry = LockEntry(**data)
    texts, numbers = (entry.sha256, entry.digest), (entry.rows, entry.bytes, entry.tokens, entry.longest, entry.images)
    if any(not isinstance(text, str) or len(text) != 64 or not _HEX.issuperset(text) for text in texts):
        raise ValueError("sha256 and digest have 64 hex digits")
    if any(type(number) is not int or number < 0 for number in numbers):
        raise ValueError("rows, bytes, tokens, longest and images are whole numbers")
    if not isinstance(entry.format, str) or not isinstance(entry.encoding, str):
        raise ValueError("format and encoding are texts")
    return entry


def lock_bytes(entries: Mapping[str, LockEntry]) -> bytes:
    """The same entries, the same bytes."""
    lines = [orjson.dumps(key) + b": " + orjson.dumps(asdict(entries[key])) for key in sorted(entries)]
    return b'{"version": %d, "datasets": {\n%s\n}}\n' % (VERSION, b",\n".join(lines))


def file_sha256(file: Path) -> str:
    """Raises OSError."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
