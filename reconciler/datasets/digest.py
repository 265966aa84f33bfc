"""The digest of a dataset, version 1: SHA-256 over the SHA-256s of its rows in canonical form.

Because it is made of the rows' own digests, pieces of a file can be read side by side and joined afterwards, and the
same 32 bytes a row find duplicates, and decide on which side of a split a row falls.
"""

from __future__ import annotations

import hashlib
from typing import Any

from reconciler.datasets.rows import canonical_row

DIGEST_VERSION = 1
ROW_DIGEST_BYTES = 32


def row_digest(row: Any) -> bytes:
    return hashlib.sha256(canonical_row(row)).digest()


def digest_of(row_digests: bytes) -> str:
    """64 hex digits; the digests of the rows stand one after the other, in the order of the file."""
    return hashlib.sha256(row_digests).hexdigest()
