"""A hold-out that stays: on which side a row falls depends on its content alone.

So appending rows never moves one, equal rows never part, and no row is ever on both sides.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from reconciler.datasets.digest import row_digest
from reconciler.datasets.rows import parse_row
from reconciler.datasets.upload import rows_of


def held_out(row: Any, share: float, salt: str = "") -> bool:
    """Whether a row is among the `share` (0 to 1) that is held out; another `salt` holds out others."""
    digest = row_digest(row)
    if salt:
        digest = hashlib.sha256(salt.encode() + b"\0" + digest).digest()
    return int.from_bytes(digest[:8], "big") < share * 2**64


def split(file: Path, share: float, salt: str = "") -> Iterator[tuple[bool, bytes]]:
    """(held out, line) of each row, as it stands in the file. Raises `RowError` and OSError."""
    for _, line in rows_of(file):
        yield held_out(parse_row(line), share, salt), line + b"\n"
