"""What a file is, from its first bytes: archives, tables and texts in other encodings.

Signatures: RFC 1952 (gzip), RFC 8878 (zstd), the formats' own specifications (zip, xz, bzip2, 7z, rar, Parquet, Arrow).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

FIRST = 4_096
"""Bytes that tell."""


@dataclass(frozen=True, slots=True)
class Signature:
    name: str
    """With its article, as in "The file is ...". """
    id: str = ""
    """What reads it in `containers`; empty where nothing does."""
    advice: str = ""
    """What to do where nothing does."""


_UNPACK = "Unpack it first."
_EXPORT = "Export it as JSON Lines or CSV first."
_STARTS: Mapping[bytes, Signature] = {
    b"\x1f\x8b": Signature("a gzip archive", "gzip"),
    b"BZh": Signature("a bzip2 archive", "bzip2"),
    b"\xfd7zXZ\x00": Signature("an xz archive", "xz"),
    b"\x28\xb5\x2f\xfd": Signature("a zstd archive", "zstd"),
    b"PAR1": Signature("a Parquet table", "parquet"),
    b"ARROW1": Signature("an Arrow table", "arrow"),
    b"\xff\xff\xff\xff": Signature("a stream of Arrow tables", "arrow-stream"),
    b"7z\xbc\xaf\x27\x1c": Signature("a 7z archive", advice=_UNPACK),
    b"Rar!": Signature("a RAR archive", advice=_UNPACK),
    b"Obj\x01": Signature("an Avro table", advice=_EXPORT),
    b"ORC": Signature("an ORC table", advice=_EXPORT),
    b"SQLite format 3": Signature("an SQLite database", advice=_EXPORT),
    b"\x93NUMPY": Signature("a NumPy array", advice=_EXPORT),
    b"\x80\x04": Signature("a Python pickle", advice=_EXPORT),
    b"\x80\x05": Signature("a Python pickle", advice=_EXPORT),
    b"\xd0\xcf\x11\xe0": Signature("a document of an old Microsoft Office", advice=_EXPORT),
    b"%PDF": Signature("a PDF document", advice=_EXPORT),
    b"\x89PNG": Signature("an image", advice="Name the training file."),
    b"\xff\xd8\xff": Signature("an image", advice="Name the training file."),
}


def signature_of(first: bytes) -> Signature | None:
    """None for what may be a text in UTF-8."""
    if first[:4] in (b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff"):
        return Signature("a text in UTF-32", "utf-32")
    if first[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return Signature("a text in UTF-16", "utf-16")
    if first.startswith(b"PK\x03\x04"):
        workbook = b"[Content_Types].xml" in first or b"xl/" in first
        return Signature("an Excel workbook", advice=_EXPORT) if workbook else Signature("a zip archive", "zip")
    found = next((s for start, s in _STARTS.items() if first.startswith(start)), None)
    if found or first[257:262] == b"ustar":
        return found or Signature("a tar archive", advice=_UNPACK)
    return _unmarked(first)


def _unmarked(first: bytes) -> Signature | None:
    """UTF-16 without its mark: every other byte of a text in Latin letters is zero."""
    start = first[:64]
    if len(start) < 4 or b"\0" not in start or start == bytes(len(start)):
        return None
    for at, id in ((1, "utf-16-le"), (0, "utf-16-be")):
        if start[at::2].count(0) * 2 > len(start[at::2]) and 0 not in start[1 - at :: 2]:
            return Signature("a text in UTF-16", id)
    return None
