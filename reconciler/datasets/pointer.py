"""git-LFS pointers: what stands in the working tree while the bytes are somewhere else.

https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

MAX_BYTES = 1024
_POINTER = re.compile(
    rb"version https://git-lfs\.github\.com/spec/v1\n(?:\S+ .*\n)*?oid sha256:([0-9a-f]{64})\nsize (\d{1,15})\n"
)


@dataclass(frozen=True, slots=True)
class Pointer:
    sha256: str
    """Of the bytes; 64 hex digits."""
    size: int


def read_pointer(file: Path) -> Pointer | None:
    """None when the file is something else. Raises OSError."""
    if file.stat().st_size > MAX_BYTES:
        return None
    found = _POINTER.match(file.read_bytes().replace(b"\r\n", b"\n"))
    return Pointer(found[1].decode(), int(found[2])) if found else None
